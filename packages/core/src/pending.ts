/** What nobody has acknowledged: changes made here that would be lost if this device were (DESIGN section 5, "Pending and lost"). */
import type { RecordId, Scriber, Table } from '@syncro/scriber'
import type { Clients } from './clients.js'

/**
 * How a record stands: with a client that keeps it (`synced`), not yet (`pending`), refused by an authority, or not even kept here (`unstored`), since the
 * store cannot.
 */
export type SyncState = 'synced' | 'pending' | 'refused' | 'unstored'

/** One record's unacknowledged changes. */
export interface Unsent {
  readonly name: string
  readonly id: RecordId
  /** The fields that were set here. */
  readonly fields: readonly string[]
  /** True if it was created, restored or destroyed here. */
  readonly life: boolean
}

export class Pending {
  readonly #scriber: Scriber
  readonly #clients: Clients

  constructor(scriber: Scriber, clients: Clients) {
    this.#scriber = scriber
    this.#clients = clients
  }

  state(name: string, id: RecordId): SyncState {
    const table = this.#scriber.ledger.findTable(name)
    const slot = table?.slot(id)
    if (table === undefined || slot === undefined) return 'synced'
    const { storeProblem, storedThrough, ledger } = this.#scriber
    if (storeProblem !== undefined && ledger.order.position(table.row(slot)) > storedThrough) return 'unstored'
    return this.#unsentOf(table, slot, this.#acked(), this.#scriber.ownWriters) === undefined ? 'synced' : 'pending'
  }

  /** What is unsent of a record; undefined if nothing is. */
  of(table: Table, slot: number): Unsent | undefined {
    return this.#unsentOf(table, slot, this.#acked(), this.#scriber.ownWriters)
  }

  unsent(): readonly Unsent[] {
    const { ledger } = this.#scriber
    const acked = this.#acked()
    const own = this.#scriber.ownWriters
    const unsent: Unsent[] = []
    const walk = ledger.walk(acked)
    for (let row = walk.next(); row !== undefined; row = walk.next()) {
      const { table, slot } = ledger.place(row)
      const one = this.#unsentOf(table, slot, acked, own)
      if (one !== undefined) unsent.push(one)
    }
    walk.close()
    return unsent
  }

  #unsentOf(table: Table, slot: number, acked: number, own: ReadonlySet<number>): Unsent | undefined {
    const offset = acked - this.#scriber.ledger.order.base
    const fields: string[] = []
    const lives = table.lives(slot)
    for (const column of table.columns.values()) {
      // What a destroyed record once held is no part of it any more.
      if (lives && column.has(slot) && column.offset(slot) > offset && own.has(column.writer(slot)))
        fields.push(column.name)
    }
    const life = lives
      ? table.birthOffset(slot) > offset && own.has(table.birthWriter(slot))
      : table.destroyOffset(slot) > offset && own.has(table.destroyWriter(slot))
    return life || fields.length > 0 ? { name: table.name, id: table.id(slot)!, fields, life } : undefined
  }

  #acked(): number {
    return this.#clients.acked()
  }
}
