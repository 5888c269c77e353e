/**
 * Check iii: whatever a client calls synced is held by whoever acknowledged it, from then on; and what it does not call so is what nobody has
 * acknowledged.
 */
import type { LedgerId } from '@syncro/scriber'
import type { Life } from '../world/life.js'
import type { Machine } from '../world/machine.js'
import type { World } from '../world/world.js'
import { type Check, CheckFailed } from './check.js'
import {
  birth,
  destroy,
  type Effect,
  type Held,
  heldBy,
  heldInLedger,
  holds,
  isNewer,
  keyOf,
  shownEffect,
} from './held.js'
import type { Knowledge, Made, OwnEffect } from './knowledge.js'
import { peerOf } from './origin.js'
import { shownRecord } from './shown.js'

export class AcknowledgedCheck implements Check {
  readonly name = 'acknowledged'
  readonly #world: World
  readonly #knowledge: Knowledge

  constructor(world: World, knowledge: Knowledge) {
    this.#world = world
    this.#knowledge = knowledge
  }

  started(life: Life): void {
    life.syncro.on('changed', () => {
      if (life.isAlive && life.isReady) this.#note(life)
    })
  }

  ready(life: Life): void {
    this.#checkHeld(life.machine)
  }

  copied(ledger: LedgerId): void {
    this.#knowledge.copied(ledger)
  }

  lost(machine: Machine, restoredMs?: number): void {
    this.#knowledge.lost(machine, restoredMs)
  }

  sweep(machine: Machine): void {
    this.#checkHeld(machine)
    if (machine.ready !== undefined) this.#checkUnsent(machine.ready)
  }

  atRest(): void {
    for (const machine of this.#world.machines) this.sweep(machine)
    for (const made of this.#knowledge.made()) this.#checkMade(made)
    for (const { ready } of this.#world.machines) {
      const [unsent] = ready?.syncro.unsent() ?? []
      if (unsent !== undefined)
        throw new CheckFailed(this.name, `at rest ${ready} calls ${unsent.name} ${unsent.id} unsent`)
    }
  }

  /** Everybody holds the newest of what is not lost; all are equal, so one stands for all. What is over does not come back. */
  #checkMade({ name, id, parts }: Made): void {
    const [machine] = this.#world.machines
    const held = heldBy(machine!)
    for (const [effect] of [...parts.values()].map((effects) => effects.slice(-1)))
      if (effect !== undefined && !holds(held, effect) && !this.#knowledge.isOver(effect))
        throw new CheckFailed(this.name, `at rest nobody has ${shownEffect(effect)}`)
    const born = held.stampOf({ name, id, part: birth })
    const lives = shownRecord(machine!.ready!.syncro.scriber.ledger.findTable(name), id) !== undefined
    const [gone] = parts.get(destroy)?.slice(-1) ?? []
    if (!lives || gone === undefined || !isNewer(gone, born!)) return
    this.#world.count('record lives again')
    if (!this.#knowledge.mayReturn({ name, id })) throw new CheckFailed(this.name, `at rest ${name} ${id} lives again`)
  }

  #note(life: Life): void {
    const { syncro } = life
    const present = new Set<string>()
    for (const session of syncro.sessions) {
      const peer = peerOf(session)
      // Before that it may not have said yet where it is.
      if (session.state === 'live' && peer?.isAlive && peer.isReady) present.add(peer.syncro.scriber.ledgerId)
    }
    for (const { replicas } of syncro.clients())
      for (const { ledger, acknowledged: position } of replicas)
        if (position !== undefined)
          this.#knowledge.acknowledged(life.machine, ledger, { position, isPresent: present.has(ledger) })
  }

  #checkHeld(machine: Machine): void {
    const { ledger } = machine
    if (ledger === undefined || this.#knowledge.machineOf(ledger) === undefined) return
    const held = heldBy(machine)
    for (const effect of this.#knowledge.acknowledgedBy(ledger))
      if (!holds(held, effect) && !this.#knowledge.isOver(effect))
        throw new CheckFailed(
          this.name,
          `machine ${machine.plan.number} lacks ${shownEffect(effect)}, which it acknowledged`,
        )
  }

  /**
   * Whether acknowledgements may have been taken back: by a disk that is older or empty, by who compares everything after its clock was set, or whose
   * cursor has come to lie below the floor meanwhile, or since this client goes on under another ledger id.
   */
  #mayBeForgotten(effect: Effect): boolean {
    const { plan, counts } = this.#world
    const isLess = plan.kinds.includes('rollback') || plan.kinds.includes('wipe') || counts.has('clock set right')
    return isLess || this.#knowledge.wasAcknowledged(effect)
  }

  /** Of what was made here and still stands: it is listed as unsent, or somebody has acknowledged its place. */
  #checkUnsent(life: Life): void {
    const { syncro } = life
    const held = heldInLedger(life)
    const unsent = new Set<string>()
    for (const { name, id, fields, life: isLife } of syncro.unsent()) {
      for (const part of fields) unsent.add(keyOf({ name, id, part }))
      if (isLife) for (const part of [birth, destroy]) unsent.add(keyOf({ name, id, part }))
    }
    const furthest = furthestAck(life)
    for (const effect of this.#knowledge.own(life.machine)) {
      if (effect.position <= furthest || !stands(held, effect) || unsent.has(keyOf(effect))) continue
      // Somebody had it for good, until a fault took it away, or does not know any more that it has it: its era may be forgotten.
      if (this.#mayBeForgotten(effect) && !syncro.scriber.eras.some(({ id }) => id === effect.writer)) continue
      throw new CheckFailed(this.name, `${life} calls ${shownEffect(effect)} synced, and nobody has acknowledged it`)
    }
  }
}

function furthestAck({ syncro }: Life): number {
  const acks = syncro.clients().flatMap(({ replicas }) => replicas.map(({ acknowledged }) => acknowledged ?? -1))
  return Math.max(-1, ...acks)
}

/** Whether it is still what the ledger shows: nothing newer has come, and it is part of a record that lives (or its end). */
function stands(held: Held, effect: OwnEffect): boolean {
  const { part, stamp, writer } = effect
  const there = held.stampOf(effect)
  if (there?.stamp !== stamp || there.writer !== writer) return false
  const born = held.stampOf({ ...effect, part: birth })
  const gone = held.stampOf({ ...effect, part: destroy })
  const lives = born !== undefined && (gone === undefined || isNewer(born, gone))
  return part === destroy ? !lives : lives
}
