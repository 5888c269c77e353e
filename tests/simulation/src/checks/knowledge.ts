/**
 * What the world knows that no client can: every change that was ever made, who acknowledged it, and whether some copy of it is left. A change
 * of which a fault has destroyed every copy is struck off, and counted.
 */
import { type LedgerId, type RecordId, type Stamp, stampAt } from '@syncro/scriber'
import { recordKey, withoutEnd } from '../machine/disk.js'
import type { Life } from '../world/life.js'
import type { Machine } from '../world/machine.js'
import type { World } from '../world/world.js'
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
  type Part,
  stampedKeyOf,
} from './held.js'

/** A change of one client, at the place that it took in its ledger. */
export interface OwnEffect extends Effect {
  readonly position: number
}

/** All changes of one record that are not lost: of each part, the newest last. */
export interface Made {
  readonly name: string
  readonly id: RecordId
  readonly parts: Map<string, Effect[]>
}

/** What a client has acknowledged, and when that was known. */
interface Acknowledged {
  readonly effect: Effect
  readonly atMs: number
}

export interface Acknowledgement {
  readonly position: number
  readonly isPresent: boolean
}

/** What is left of a record that lives no more. */
export interface Left extends Omit<Part, 'part'> {
  /** Undefined where only edits have come. */
  readonly destroy: Stamp | undefined
  /** The newest of all its stamps. */
  readonly newest: number
}

interface Forgotten extends Left {
  mayReturn: boolean
}

interface Seen {
  count: number
  position: number
  /** The one that acknowledged went back, and the other does not know it yet. */
  isStale: boolean
}

export class Knowledge {
  readonly #world: World
  readonly #made = new Map<string, Made>()
  /** By the ledger that acknowledged, and by part: what it acknowledged, the newest last. */
  readonly #acknowledged = new Map<LedgerId, Map<string, Acknowledged[]>>()
  /** What was ever acknowledged by anybody. */
  readonly #everAcknowledged = new Set<string>()
  /** By machine: the changes made on it, in the order of their positions. */
  readonly #own = new Map<Machine, OwnEffect[]>()
  /** By machine, and by ledger: how many of the changes made on the first the second has acknowledged. */
  readonly #seen = new Map<Machine, Map<LedgerId, Seen>>()
  /** By record: every destroy that was ever made, lost ones included. */
  readonly #destroys = new Map<string, Effect[]>()
  /** By record: what somebody has forgotten of it. */
  readonly #forgotten = new Map<string, Forgotten>()
  /** By record: the newest stamp of what somebody was told is gone. */
  readonly #gone = new Map<string, number>()
  /** Changes that were made anew under other stamps, as they were. */
  readonly #anew = new Set<string>()
  /** By pair: the greatest stamp below which tombstones were left out of a comparison. */
  readonly #leftOut = new Map<string, number>()
  /** Parts of records of which a change is lost. */
  readonly #struck = new Set<string>()

  constructor(world: World) {
    this.#world = world
  }

  /** Changes made on a machine, as far as it still holds them. */
  own(author: Machine): readonly OwnEffect[] {
    return this.#own.get(author) ?? []
  }

  /** Whether a change of a part of a record is lost, by a fault. */
  isLost(part: Part): boolean {
    return this.#struck.has(keyOf(part))
  }

  /** Every destroy of a record that was ever made. */
  destroysOf({ name, id }: Omit<Part, 'part'>): readonly Effect[] {
    return this.#destroys.get(recordKey(name, id)) ?? []
  }

  /**
   * Whether a change is over: it is old, and its record was destroyed after it, or lives no more. The tombstone may be forgotten then, and nobody
   * has to hold the change, nor the destroy, whatever becomes of the record later.
   */
  isOver(effect: Effect): boolean {
    const { trimming } = this.#world.plan
    if (trimming === undefined) return false
    const key = recordKey(effect.name, effect.id)
    if (effect.stamp <= (this.#gone.get(key) ?? -1)) return true
    const forgotten = this.#forgotten.get(key)
    // Edits of a record that lived no more were forgotten with it, and whoever gives it a birth that was under way for so long brings none of them.
    const isField = effect.part !== birth && effect.part !== destroy
    if (forgotten !== undefined && (isField || forgotten.mayReturn) && effect.stamp <= forgotten.newest) return true
    const oldest = stampAt(this.#world.latestMs - trimming.tombstoneMs)
    const destroys = this.destroysOf(effect)
    if (destroys.some((destroyed) => destroyed.stamp < oldest && !isNewer(effect, destroyed))) return true
    const { parts } = this.#made.get(key)!
    const [born] = parts.get(birth)?.slice(-1) ?? []
    return effect.stamp < oldest && destroys.some((destroyed) => born === undefined || isNewer(destroyed, born))
  }

  /**
   * Somebody has forgotten what is left of a record.
   *
   * @param isHeard whether everybody was heard of first. Else somebody may bring the record back, if the rest is forgotten as well: who keeps
   *   nothing, and is no reason to wait; or who was never met.
   */
  forgot(left: Left, isHeard: boolean): void {
    const key = recordKey(left.name, left.id)
    const before = this.#forgotten.get(key)
    const mayReturn = before?.mayReturn === true || (!isHeard && this.#isForgottenByAll(left))
    this.#forgotten.set(key, { ...left, newest: Math.max(left.newest, before?.newest ?? -1), mayReturn })
  }

  /** Somebody was told that a record is gone: what it had of it, up to a stamp, is lost, and it was told so. */
  toldGone({ name, id }: Omit<Part, 'part'>, newest: number): void {
    const key = recordKey(name, id)
    this.#gone.set(key, Math.max(newest, this.#gone.get(key) ?? -1))
  }

  /** Whether a record whose end is forgotten may live again. */
  mayReturn({ name, id }: Omit<Part, 'part'>): boolean {
    return this.#forgotten.get(recordKey(name, id))?.mayReturn === true
  }

  /** All records that were ever changed. */
  made(): IterableIterator<Made> {
    return this.#made.values()
  }

  make(author: Machine, effect: OwnEffect): void {
    const { name, id, part } = effect
    const key = recordKey(name, id)
    let made = this.#made.get(key)
    if (made === undefined) {
      made = { name, id, parts: new Map() }
      this.#made.set(key, made)
    }
    if (part === destroy) this.#destroys.set(key, [...this.destroysOf(effect), effect])
    const effects = made.parts.get(part)
    if (effects === undefined) made.parts.set(part, [effect])
    else insert(effects, effect)
    const own = this.#own.get(author)
    if (own === undefined) this.#own.set(author, [effect])
    else own.push(effect)
  }

  /**
   * A client says that another has acknowledged its ledger up to a position.
   *
   * @param acknowledgement `isPresent`: whether the two talk; else what it says may come from before the other went back.
   */
  acknowledged(author: Machine, by: LedgerId, { position, isPresent }: Acknowledgement): void {
    const seen = this.#seenBy(author, by)
    if (seen.position === position) return
    if (seen.isStale && !isPresent) return
    seen.position = position
    if (seen.isStale) seen.count = 0
    seen.isStale = false
    const own = this.own(author)
    const atMs = this.#world.engine.nowMs
    const other = this.machineOf(by)
    for (; seen.count < own.length && own[seen.count]!.position <= position; seen.count++) {
      const effect = own[seen.count]!
      this.#everAcknowledged.add(stampedKeyOf(effect))
      if (other !== undefined && !this.#isWithheld(effect, author, other)) this.#note(by, { effect, atMs })
    }
  }

  /** Whether somebody has acknowledged a change at any time. */
  wasAcknowledged(effect: Effect): boolean {
    return this.#everAcknowledged.has(stampedKeyOf(effect))
  }

  /** Whether a client may think that another has acknowledged what that one has lost by a fault. */
  isStale(author: Machine, by: LedgerId): boolean {
    return this.#seenBy(author, by).isStale
  }

  /** What a ledger has acknowledged. */
  *acknowledgedBy(ledger: LedgerId): IterableIterator<Effect> {
    for (const effects of this.#acknowledged.get(ledger)?.values() ?? [])
      if (effects.length > 0) yield effects[effects.length - 1]!.effect
  }

  /**
   * A fault has taken something from a machine: what it held alone is gone.
   *
   * @param restoredMs the time of the backup that it has now: what it acknowledged since is nobody's promise.
   */
  lost(machine: Machine, restoredMs?: number): void {
    const struck = this.strike()
    if (struck > 0) this.#world.count('effects of which every copy was destroyed', struck)
    const { disk } = machine
    this.#forgetOwn(machine, heldBy(machine))
    this.#lookWhatMayReturn()
    const isSomewhere = (ledger: LedgerId) => this.#world.machines.some((other) => other.ledger === ledger)
    for (const ledger of machine.ledgers) {
      if (!isSomewhere(ledger)) this.#acknowledged.delete(ledger)
      // A copy of it is left, which has not acknowledged what this one did.
      else if (machine.ledger !== ledger) this.#goBack(ledger, -1)
    }
    if (disk?.ledger === undefined || restoredMs === undefined) return
    this.#goBack(disk.ledger, restoredMs)
    // What it remembers of the others may be from before one of them went back.
    for (const seen of this.#seen.get(machine)?.values() ?? []) seen.isStale = true
  }

  /** A ledger that was open twice is open once: what was acknowledged for it may have been by the other. */
  copied(ledger: LedgerId): void {
    this.#goBack(ledger, -1)
  }

  /**
   * A client has made changes anew under earlier stamps: what it made is other changes now.
   *
   * @returns how many there are that nobody has under the stamps that they had.
   */
  madeAnew(life: Life): number {
    const author = life.machine
    // While it closes it may not have stored yet what it has made anew.
    const held = life.isAlive ? heldInLedger(life) : heldBy(author)
    for (const effect of this.own(author)) if (!holds(held, effect)) this.#anew.add(stampedKeyOf(effect))
    this.#forgetOwn(author, held)
    const struck = this.strike()
    this.#lookWhatMayReturn()
    return struck
  }

  /** Whether a change was made anew by its author, under another stamp. */
  isAnew(effect: Effect): boolean {
    return this.#anew.has(stampedKeyOf(effect))
  }

  /** At two addresses ledgers were compared, without tombstones older than a stamp: whoever lacked one of those does so still. */
  compared(one: string, other: string, oldest: number): void {
    const key = pairOf(one, other)
    this.#leftOut.set(key, Math.max(oldest, this.#leftOut.get(key) ?? 0))
  }

  /** Whether a change may have been left out where two compared, if it is of a record that lived no more. */
  isLeftOut({ stamp }: Stamp, machine: Machine, other: Machine): boolean {
    return stamp < (this.#leftOut.get(pairOf(machine.address, other.address)) ?? 0)
  }

  /** Strikes off what nobody holds any more; returns how much that is. */
  strike(): number {
    const held = this.#world.machines.map(heldBy)
    let struck = 0
    // What is older is held wherever this is.
    for (const { parts } of this.#made.values())
      for (const effects of parts.values())
        for (let newest = effects.at(-1); newest !== undefined; newest = effects.at(-1)) {
          const effect = newest
          if (held.some((one) => holds(one, effect) && one.forgotten(effect)?.writer !== withoutEnd)) break
          effects.pop()
          this.#struck.add(keyOf(effect))
          struck += 1
        }
    return struck
  }

  /** The machine that a ledger is on; undefined if it is nowhere any more, or on several. */
  machineOf(ledger: LedgerId): Machine | undefined {
    const machines = this.#world.machines.filter((machine) => machine.ledger === ledger)
    return machines.length === 1 ? machines[0] : undefined
  }

  /** Left out of a comparison: the record lived no more, and had not for long. */
  #isWithheld(effect: Effect, author: Machine, other: Machine): boolean {
    if (!this.isLeftOut(effect, author, other)) return false
    const held = heldBy(author)
    const born = held.stampOf({ ...effect, part: birth })
    const gone = held.stampOf({ ...effect, part: destroy })
    return born === undefined || (gone !== undefined && isNewer(gone, born))
  }

  #note(by: LedgerId, acknowledged: Acknowledged): void {
    let parts = this.#acknowledged.get(by)
    if (parts === undefined) {
      parts = new Map()
      this.#acknowledged.set(by, parts)
    }
    const key = keyOf(acknowledged.effect)
    const before = parts.get(key)
    const last = before?.[before.length - 1]
    if (before === undefined) parts.set(key, [acknowledged])
    else if (last === undefined || isNewer(acknowledged.effect, last.effect)) before.push(acknowledged)
  }

  /** Somebody may bring back what he had before, where the rest is forgotten. */
  #lookWhatMayReturn(): void {
    for (const forgotten of this.#forgotten.values()) forgotten.mayReturn ||= this.#isForgottenByAll(forgotten)
  }

  #isForgottenByAll({ name, id, newest, destroy: end }: Left): boolean {
    return !this.#world.machines.some((machine) => {
      const held = heldBy(machine)
      const gone = held.stampOf({ name, id, part: destroy })
      const knowsEnd = end === undefined || (gone !== undefined && !isNewer(end, gone))
      return knowsEnd && (held.newestOf({ name, id }) ?? -1) >= newest
    })
  }

  /** What a machine does not hold any more it has not made. */
  #forgetOwn(author: Machine, held: Held): void {
    const own = this.own(author)
    const kept = own.filter((effect) => holds(held, effect))
    if (kept.length === own.length) return
    this.#own.set(author, kept)
    for (const seen of this.#seen.get(author)?.values() ?? []) Object.assign(seen, { count: 0, position: -1 })
  }

  /** A ledger is as it was at an earlier time: what it acknowledged since is nobody's promise. */
  #goBack(ledger: LedgerId, restoredMs: number): void {
    // Also for who has not heard of it yet: an acknowledgement may be under way.
    for (const author of this.#world.machines) this.#seenBy(author, ledger).isStale = true
    for (const [key, effects] of this.#acknowledged.get(ledger) ?? []) {
      const promised = effects.filter(({ atMs }) => atMs <= restoredMs)
      this.#acknowledged.get(ledger)!.set(key, promised)
    }
  }

  #seenBy(author: Machine, by: LedgerId): Seen {
    let byLedger = this.#seen.get(author)
    if (byLedger === undefined) {
      byLedger = new Map()
      this.#seen.set(author, byLedger)
    }
    const seen = byLedger.get(by) ?? { count: 0, position: -1, isStale: false }
    byLedger.set(by, seen)
    return seen
  }
}

function pairOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`
}

/** Changes come in nearly rising order: a place near the end. */
function insert(made: Effect[], effect: Effect): void {
  let at = made.length
  while (at > 0 && isNewer(made[at - 1]!, effect)) at -= 1
  made.splice(at, 0, effect)
}
