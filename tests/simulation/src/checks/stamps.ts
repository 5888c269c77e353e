/**
 * Checks iv, v and vi: stamps of one writer rise, no two different changes have one stamp, nobody holds a change that nobody made, and nobody
 * takes one from the future. And what leaves a client is stored there first.
 */
import { canonicalBytes, newestStamp, type Step, stampAt, type Table, wallMsOf } from '@syncro/scriber'
import type { Life } from '../world/life.js'
import type { World } from '../world/world.js'
import { type Check, CheckFailed } from './check.js'
import { effectsOf, type Said } from './effects.js'
import { birth, destroy, heldOnDisk, holds, shownEffect, stampedKeyOf } from './held.js'
import type { Knowledge } from './knowledge.js'
import { peerOf, sessionOf } from './origin.js'

export class StampsCheck implements Check {
  readonly name = 'stamps'
  readonly #knowledge: Knowledge
  readonly #world: World
  /** The newest stamp of each writer. */
  readonly #last = new Map<string, number>()
  /** Each effect that was ever recorded, with its value. */
  readonly #recorded = new Map<string, string>()

  constructor(world: World, knowledge: Knowledge) {
    this.#world = world
    this.#knowledge = knowledge
  }

  step(life: Life, step: Step): void {
    if (step.origin === undefined) this.#local(life, step)
    else if (this.#isMadeHere(life, step)) this.#gone(life, step)
    else this.#remote(life, step)
  }

  fell(life: Life, step: Step): void {
    if (step.origin === undefined || this.#isMadeHere(life, step)) this.step(life, step)
  }

  /** What somebody's message has a client record itself. What it recorded before comes back to it where it has forgotten that meanwhile. */
  #isMadeHere({ syncro }: Life, { batch }: Step): boolean {
    if (batch?.writer !== syncro.scriber.era) return false
    return ![...effectsOf({ batch, rows: [] })].some((effect) => this.#recorded.has(stampedKeyOf(effect)))
  }

  /** What was made anew is not told by steps: it is what the new era has written in the ledger. */
  setRight(life: Life): void {
    const { ledger, era } = life.syncro.scriber
    this.#world.count('changes made anew', this.#knowledge.madeAnew(life))
    for (const table of ledger.tables())
      for (let slot = 0; slot < table.end; slot++)
        for (const { effect, position } of partsOf(life, table, slot))
          if (effect.writer === era && !this.#recorded.has(stampedKeyOf(effect))) this.#made(life, effect, position)
  }

  #local(life: Life, { batch, position }: Step): void {
    const { scriber } = life.syncro
    if (batch === undefined) throw this.#wrong(life, 'recorded something that is no batch')
    const { stamp, writer } = batch
    if (writer !== scriber.era) throw this.#wrong(life, 'recorded a batch as another writer than its era')
    const last = this.#last.get(writer) ?? -1
    if (stamp <= last) throw this.#wrong(life, `gave out the stamp ${stamp} after ${last}`)
    this.#last.set(writer, stamp)
    // The destroy that a birth overcomes may be another's, or one of before.
    for (const effect of effectsOf({ batch, rows: [] }))
      if (effect.writer === writer && !this.#recorded.has(stampedKeyOf(effect))) this.#made(life, effect, position)
    this.#world.count('changes recorded', batch.changes.length)
  }

  /** A record that another client has destroyed and forgotten is destroyed here: it must have been destroyed by somebody. */
  #gone(life: Life, { batch, position }: Step): void {
    for (const effect of effectsOf({ batch, rows: [] })) {
      const isDestroyed = this.#knowledge.destroysOf(effect).some(({ stamp }) => stamp >= effect.stamp)
      if (effect.part !== destroy || !isDestroyed)
        throw this.#wrong(life, `takes ${shownEffect(effect)} for gone, and nobody has destroyed it`)
      this.#made(life, effect, position)
      const table = life.syncro.scriber.ledger.table(effect.name)
      this.#knowledge.toldGone(effect, newestStamp(table, table.slot(effect.id)!))
    }
  }

  #remote(life: Life, step: Step): void {
    const session = sessionOf(step)
    const peer = session === undefined ? undefined : peerOf(session)
    // A copy makes anew what its original has made: nobody knows that of those changes.
    const isCopy = peer !== undefined && peer.machine.copies > 0
    const stored = peer?.disk === undefined || isCopy ? undefined : heldOnDisk(peer.disk)
    const { guardMs, guardRelayMs } = life.syncro.limits
    const greatest = stampAt(life.syncro.now() + guardMs + guardRelayMs)
    for (const effect of effectsOf(step)) {
      const recorded = this.#recorded.get(stampedKeyOf(effect))
      if (recorded === undefined) throw this.#wrong(life, `was told ${shownEffect(effect)}, which nobody recorded`)
      if (recorded !== valueText(effect))
        throw this.#wrong(life, `was told ${shownEffect(effect)} with ${valueText(effect)} and it was ${recorded}`)
      if (stored !== undefined && !holds(stored, effect) && !this.#mayLack(effect))
        throw this.#wrong(life, `was told ${shownEffect(effect)} by ${peer}, which had not stored it`)
      if (effect.stamp > greatest)
        throw this.#wrong(life, `took ${shownEffect(effect)}, ${wallMsOf(effect.stamp) - life.syncro.now()} ms ahead`)
    }
    this.#world.count('changes replayed', step.batch?.changes.length ?? step.rows.length)
  }

  /** A client may have sent what it does not hold any more: made anew since, or forgotten. */
  #mayLack(effect: Said): boolean {
    return this.#knowledge.isAnew(effect) || this.#knowledge.isOver(effect)
  }

  #made(life: Life, effect: Said, position: number): void {
    this.#recorded.set(stampedKeyOf(effect), valueText(effect))
    this.#knowledge.make(life.machine, { ...effect, position })
  }

  #wrong(life: Life, problem: string): CheckFailed {
    return new CheckFailed(this.name, `${life} ${problem}`)
  }
}

interface Placed {
  readonly effect: Said
  readonly position: number
}

/** Everything that a row says. */
function* partsOf(life: Life, table: Table, slot: number): IterableIterator<Placed> {
  const { ledger } = life.syncro.scriber
  const id = table.id(slot)
  if (id === undefined) return
  const { name } = table
  const { base } = ledger.order
  const alive = ledger.life(table, slot)
  if (alive.birth !== undefined)
    yield { effect: { name, id, part: birth, ...alive.birth }, position: base + table.birthOffset(slot) }
  if (alive.destroy !== undefined)
    yield { effect: { name, id, part: destroy, ...alive.destroy }, position: base + table.destroyOffset(slot) }
  for (const column of table.columns.values())
    if (column.has(slot))
      yield {
        effect: {
          name,
          id,
          part: column.name,
          stamp: column.stamp(slot),
          writer: ledger.writers.id(column.writer(slot)),
          value: column.get(slot)!,
        },
        position: base + column.offset(slot),
      }
}

const decoder = new TextDecoder()

function valueText({ value }: Said): string {
  return value === undefined ? '' : decoder.decode(canonicalBytes(value))
}
