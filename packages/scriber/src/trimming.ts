/** What is left of records that are gone, and may be forgotten: tombstones, and edits whose create never came (DESIGN section 5). */
import { newestStamp } from './digest.js'
import type { Ledger } from './ledger.js'
import type { Table } from './table.js'

export interface TrimOptions {
  /** A row goes if all its stamps are older. */
  readonly olderThan: number
  /** … and it stands up to here: everybody who counts has it. */
  readonly upTo: number
}

export interface Trimmable {
  readonly table: Table
  readonly slot: number
}

/** Goes through the slots of all tables: undefined for one that stays, so that whoever asks can stop after so many. */
export function* trimmable(ledger: Ledger, { olderThan, upTo }: TrimOptions): IterableIterator<Trimmable | undefined> {
  for (const table of [...ledger.tables()])
    for (let slot = 0; slot < table.end; slot++) {
      const goes =
        table.id(slot) !== undefined &&
        !table.lives(slot) &&
        ledger.order.position(table.row(slot)) <= upTo &&
        newestStamp(table, slot) < olderThan
      yield goes ? { table, slot } : undefined
    }
}
