/**
 * Where what is here stays although a client of version 1 sends something else: where it made that without having read ours, which it will
 * have in the end. Its scribes carry no time, so there is no other rule for them (WIRE 6.9, DESIGN section 6).
 */
import type { Table } from '@syncro/scriber'
import type { Stays } from './bridge-folding.js'
import type { Peer } from './bridge-peer.js'
import type { Cover } from './bridge-unanswered.js'

/** Nothing stays. */
export const nothingStays: Stays = { life: () => false, field: () => false }

/** What scribes, or an answer to a sync, of ours cover that are unanswered. */
export function unansweredStays({ unanswered: { scribes, answers } }: Peer): Stays {
  return {
    life: (table, slot) => scribes.whole(table.row(slot)) || answers.whole(table.row(slot)),
    field: (table, slot, name) => scribes.field(table.row(slot), name) || answers.field(table.row(slot), name),
  }
}

/** What came from others after the place up to which the client has everything: it lacks that. */
export function lackingStays({ context, writer }: Peer, after: number): Stays {
  const { order } = context.scriber.ledger
  const isLacking = (offset: number, by: number) => by !== writer && order.base + offset > after
  return {
    life(table, slot) {
      if (table.birth(slot) < 0) return false
      return table.lives(slot)
        ? isLacking(table.birthOffset(slot), table.birthWriter(slot))
        : isLacking(table.destroyOffset(slot), table.destroyWriter(slot))
    },
    field(table, slot, name) {
      const column = table.columns.get(name)
      return column?.has(slot) === true && isLacking(column.offset(slot), column.writer(slot))
    },
  }
}

/** Everything that is here: what comes only fills gaps. */
export const everythingStays: Stays = {
  life: (table: Table, slot: number) => table.birth(slot) >= 0,
  field: (table: Table, slot: number, name: string) => table.columns.get(name)?.has(slot) === true,
}

/**
 * What a client may have taken of ours without answering: it acknowledged us up to the one place, and says now that it has us up to the other.
 * Nobody knows whether what the client made itself came before or after that. So all that came since is sent once more, also where it was
 * written anew, be it by the client.
 */
export function uncertainCovers({ context }: Peer, after: number, until: number): Cover[] {
  const { ledger } = context.scriber
  const isSince = (offset: number) => ledger.order.base + offset > after
  const covers: Cover[] = []
  if (until <= after) return covers
  const walk = ledger.walk(after)
  for (let row = walk.next(); row !== undefined; row = walk.next()) {
    const { table, slot } = ledger.place(row)
    const fields = [...table.columns.values()].filter((column) => column.has(slot) && isSince(column.offset(slot)))
    if (isSince(table.lifeOffset(slot))) covers.push({ row, fields: undefined })
    else if (fields.length > 0) covers.push({ row, fields: fields.map(({ name }) => name) })
  }
  walk.close()
  return covers
}

/** A place before everything that is kept of a row. */
export function placeBefore({ context }: Peer, row: number): number {
  const { ledger } = context.scriber
  const { table, slot } = ledger.place(row)
  let first = table.lifeOffset(slot)
  for (const column of table.columns.values()) if (column.has(slot)) first = Math.min(first, column.offset(slot))
  return Math.max(0, ledger.order.base + first - 1)
}
