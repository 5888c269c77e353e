/**
 * How new the newest stamp was when the ledger reached a place. Whoever has everything up to there has nothing newer, also of what has been
 * overwritten since, which the ledger does not show any more (DESIGN section 5, "Clock").
 */
import { clockEpochMs, stampAt } from './clock.js'
import type { Age } from './store.js'

/** Stamps that are nearer than a minute are one age. */
const nearness = stampAt(clockEpochMs + 60_000)

/** So many are kept; what is older is known less well. */
const maxAges = 64

interface Stretch {
  readonly from: number
  /** Nothing in it may be newer; this is what is stored, so that not every step has to be. */
  readonly limit: number
  /** The newest that there is. */
  newest: number
}

export class Ages {
  readonly #stretches: Stretch[] = []
  #list: readonly Age[] = []
  #through = 0

  /** For the store; another list where it has changed. */
  get list(): readonly Age[] {
    return this.#list
  }

  /** Takes over what the store had, up to a place. */
  restore(list: readonly Age[], position: number): void {
    this.#stretches.push(...list.map(({ from, newest }) => ({ from, limit: newest, newest })))
    this.#list = list
    this.#through = position
  }

  /** The ledger has reached a place, and this is the newest stamp. */
  reached(position: number, stamp: number): void {
    const last = this.#stretches[this.#stretches.length - 1]
    if (last === undefined || stamp > last.limit) this.begin(stamp)
    else if (stamp > last.newest) last.newest = stamp
    this.#through = position
  }

  /** From here on nothing is newer than a stamp, or hardly: also where that is older than what was before. */
  begin(stamp: number): void {
    const stretches = this.#stretches
    stretches.push({ from: this.#through + 1, limit: stamp + nearness, newest: stamp })
    if (stretches.length > maxAges) {
      const [first, second] = stretches.splice(0, 2) as [Stretch, Stretch]
      const limit = Math.max(first.limit, second.limit)
      stretches.unshift({ from: first.from, limit, newest: Math.max(first.newest, second.newest) })
    }
    this.#list = stretches.map(({ from, limit }) => ({ from, newest: limit }))
  }

  /** Nothing up to a place is newer than this; -1 where there is nothing. */
  newest(position: number): number {
    return this.#stretches.findLast(({ from }) => from <= position)?.newest ?? -1
  }
}
