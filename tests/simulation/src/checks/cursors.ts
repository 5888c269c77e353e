/**
 * Check x, its older half: whatever a cursor covers is there. Of each row up to it everything, and of the rows beyond everything that came up to
 * its earlier place. Of stored cursors it is true on the disk, of those in memory in the ledger.
 */
import { type Cursor, newestStamp, type Scriber, stampAt, type Table } from '@syncro/scriber'
import type { Machine } from '../world/machine.js'
import type { World } from '../world/world.js'
import { type Check, CheckFailed } from './check.js'
import { birth, destroy, type Held, heldInLedger, heldOnDisk, holds } from './held.js'
import type { Knowledge } from './knowledge.js'

export class CursorsCheck implements Check {
  readonly name = 'cursors'
  readonly #world: World
  readonly #knowledge: Knowledge

  constructor(world: World, knowledge: Knowledge) {
    this.#world = world
    this.#knowledge = knowledge
  }

  sweep(reader: Machine): void {
    const { ready, disk } = reader
    if (disk !== undefined) {
      const held = heldOnDisk(disk)
      for (const { cursor } of disk.replicas.values()) this.#check(reader, 'stored', cursor, held)
    }
    if (ready === undefined) return
    const held = heldInLedger(ready)
    for (const { replica } of ready.syncro.sessions) this.#check(reader, 'present', replica?.cursor, held)
  }

  atRest(): void {
    for (const machine of this.#world.machines) this.sweep(machine)
  }

  #check(reader: Machine, which: string, cursor: Cursor | undefined, held: Held): void {
    if (cursor === undefined) return
    for (const { ready } of this.#world.machines) {
      const scriber = ready?.syncro.scriber
      if (scriber?.ledgerId !== cursor.ledger || !scriber.isGood(cursor)) continue
      const lacking = this.#lackingOf(scriber, cursor, held)
      if (lacking !== undefined)
        throw new CheckFailed(
          this.name,
          `machine ${reader.plan.number} lacks ${lacking} of ${ready}, which its ${which} cursor covers (${cursor.position}, ${cursor.since})`,
        )
    }
  }

  /** What a cursor covers and is not held. */
  #lackingOf(scriber: Scriber, cursor: Cursor, held: Held): string | undefined {
    const { ledger } = scriber
    const { position, since = position } = scriber.resumption(cursor)
    const { order, writers } = ledger
    for (const table of ledger.tables())
      for (let slot = 0; slot < table.end; slot++) {
        const id = table.id(slot)
        if (id === undefined || this.#isLeftOut(table, slot)) continue
        const covered = order.position(table.row(slot)) <= position ? Number.POSITIVE_INFINITY : since - order.base
        const { name } = table
        const lacks = (part: string, stamp: number, writer: number, offset: number) => {
          if (stamp < 0 || offset > covered) return false
          const effect = { name, id, part, stamp, writer: writers.id(writer) }
          return !holds(held, effect) && !this.#knowledge.isOver(effect)
        }
        if (lacks(birth, table.birth(slot), table.birthWriter(slot), table.birthOffset(slot)))
          return `the birth of ${name} ${id}`
        if (lacks(destroy, table.destroy(slot), table.destroyWriter(slot), table.destroyOffset(slot)))
          return `the end of ${name} ${id}`
        for (const column of table.columns.values()) {
          const stamp = column.stamp(slot)
          const writer = column.writer(slot)
          if (!table.counts(slot, stamp, writer)) continue
          if (lacks(column.name, stamp, writer, column.offset(slot))) return `${name} ${id}, ${column.name}`
        }
      }
    return undefined
  }

  /** Of a record that does not live, and is old, comparisons say nothing: should it live again, it is sent whole. */
  #isLeftOut(table: Table, slot: number): boolean {
    const { latestMs, plan } = this.#world
    if (plan.trimming === undefined || table.lives(slot)) return false
    return newestStamp(table, slot) < stampAt(latestMs - plan.trimming.tombstoneMs)
  }
}
