/**
 * Check x, its newer half: a tombstone is forgotten only when it is old enough, and everybody who counts has it: whoever is registered with a
 * durable store and has not expired, and whoever is connected (DESIGN section 5, "Floor").
 */
import { newestStamp, type RecordId, type Step, type Table, wallMsOf } from '@syncro/scriber'
import { forgetter, recordKey } from '../machine/disk.js'
import type { Life } from '../world/life.js'
import type { Machine } from '../world/machine.js'
import type { World } from '../world/world.js'
import { type Check, CheckFailed } from './check.js'
import { effectsOf } from './effects.js'
import { birth, destroy, heldBy, isNewer } from './held.js'
import type { Knowledge, Left } from './knowledge.js'

export class TrimmingCheck implements Check {
  readonly name = 'trimming'
  readonly #world: World
  readonly #knowledge: Knowledge
  /** What rows were when they were last changed: once they are forgotten nobody can look. */
  readonly #rows = new WeakMap<Life, Map<number, Left>>()

  constructor(world: World, knowledge: Knowledge) {
    this.#world = world
    this.#knowledge = knowledge
  }

  ready(life: Life): void {
    this.#rows.set(life, new Map())
    this.setRight(life)
  }

  setRight(life: Life): void {
    for (const table of life.syncro.scriber.ledger.tables())
      for (let slot = 0; slot < table.end; slot++) this.#remember(life, table, table.id(slot))
  }

  step(life: Life, step: Step): void {
    for (const { name, id } of effectsOf(step)) this.#remember(life, life.syncro.scriber.ledger.findTable(name), id)
  }

  trimmed(life: Life, rows: readonly number[]): void {
    for (const row of rows) {
      const remembered = this.#rows.get(life)!.get(row)
      if (remembered === undefined) throw new CheckFailed(this.name, `${life} forgot a row that nobody knew`)
      this.#checkAge(life, remembered)
      const waitedFor = this.#waitedFor(life)
      for (const machine of waitedFor) this.#checkHolder(life, machine, remembered)
      const { name, id, newest, destroy: end } = remembered
      life.forgotten.set(recordKey(name, id), { stamp: newest, writer: forgetter(end !== undefined) })
      this.#knowledge.forgot(remembered, waitedFor.size === this.#world.machines.length - 1)
    }
  }

  #remember(life: Life, table: Table | undefined, id: RecordId | undefined): void {
    const slot = id === undefined ? undefined : table?.slot(id)
    if (table === undefined || id === undefined || slot === undefined) return
    const { ledger } = life.syncro.scriber
    const { destroy: destroyed } = ledger.life(table, slot)
    const newest = newestStamp(table, slot)
    this.#rows.get(life)!.set(table.row(slot), { name: table.name, id, destroy: destroyed, newest })
  }

  #checkAge(life: Life, { name, id, newest }: Left): void {
    const ageMs = life.syncro.now() - wallMsOf(newest)
    if (ageMs < life.syncro.limits.tombstoneMs)
      throw new CheckFailed(this.name, `${life} forgot ${name} ${id} after ${ageMs} ms`)
  }

  /** Who has to have a tombstone before it is forgotten. */
  #waitedFor({ syncro, machine }: Life): Set<Machine> {
    // Who has expired stays so, also where the clock has gone back since.
    const expiredMs = Math.max(syncro.now(), this.#world.latestMs) - syncro.limits.expiryMs
    const waitedFor = new Set<Machine>()
    for (const { replicas } of syncro.clients())
      for (const { ledger, durable, online, seenMs } of replicas) {
        const other = this.#knowledge.machineOf(ledger)
        const counts = online || (durable && seenMs >= expiredMs)
        if (counts && other !== undefined && !this.#knowledge.isStale(machine, ledger)) waitedFor.add(other)
      }
    return waitedFor
  }

  /** Nobody who is waited for shows the record, as it was before its end; unless that was left out, and the record came to it later, as news. */
  #checkHolder(life: Life, machine: Machine, left: Left): void {
    const { name, id, destroy: end } = left
    if (end !== undefined && this.#knowledge.isLeftOut(end, life.machine, machine)) return
    const { forgotten } = machine.ready ?? machine.disk ?? {}
    const had = forgotten?.get(recordKey(name, id))
    // It has had the end, and forgot it as well; somebody who was not waited for has brought the record back.
    if (end !== undefined && had !== undefined && !isNewer(end, had)) return
    const held = heldBy(machine)
    const born = held.stampOf({ name, id, part: birth })
    const gone = held.stampOf({ name, id, part: destroy })
    const lives = born !== undefined && (gone === undefined || isNewer(born, gone))
    if (end !== undefined && lives && isNewer(end, born))
      throw new CheckFailed(this.name, `${life} forgot ${name} ${id}, whose end ${machine.plan.uid} does not have`)
    this.#world.count('tombstone trimmed')
  }
}
