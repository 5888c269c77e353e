/**
 * What time it is: the wall clock here, set right by the clocks of those whom this client dialled (DESIGN section 5, "Clock"). A clock that is
 * off is common, and its user would lose, or win, every conflict.
 */
import { clockEpochMs, maxStamp, stampAt } from '@syncro/scriber'

/** A question and its answer: all in whole ms of raw wall clocks. */
export interface TimeSample {
  /** When we asked, by our clock. */
  readonly asked: number
  /** When the question came, and when the answer left, by theirs. */
  readonly received: number
  readonly sent: number
  /** When the answer came, by ours. */
  readonly answered: number
}

/** By how much somebody's clock is ahead of ours, and how far that may be off. */
interface Offset {
  readonly offsetMs: number
  readonly errorMs: number
  /** Whoever it was of has left: it counts until somebody else has been measured. */
  isOver?: true
}

/** A wall clock that goes back by more was set: by less they do so while they are kept right. */
const setBackMs = 60_000

/** More than anybody dials; what was measured longest ago is forgotten. */
const maxMeasured = 16

/** Whole milliseconds are cut off at four places. */
const roundingMs = 2

export class Timekeeper {
  readonly #rawNow: () => number
  readonly #measured = new Map<string, Offset>()
  #offsetMs = 0
  #latestMs = 0

  /** @param rawNow the wall clock here, in ms since the Unix epoch; it may be off, stand still, or jump. */
  constructor(rawNow: () => number) {
    this.#rawNow = rawNow
  }

  /** Corrected wall time in ms since the Unix epoch; bound, so that it can be passed on as it is. */
  readonly now = (): number => this.#raw() + this.#offsetMs

  /** What is added to the wall clock here. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  /**
   * Takes a measurement of somebody's clock. Of several the one with the shortest round trip counts, until one contradicts it: then a clock
   * was set, or drifts.
   *
   * @param whom the ledger that was dialled.
   */
  measured(whom: string, { asked, received, sent, answered }: TimeSample): void {
    this.#raw()
    const tripMs = answered - asked - (sent - received)
    // A clock was set in between, or theirs is out of all reason.
    if (answered < asked || sent < received || tripMs < -roundingMs || !isBelievable(sent)) return
    const offsetMs = (received - asked + (sent - answered)) / 2
    const errorMs = Math.max(0, tripMs) / 2 + roundingMs
    const known = this.#measured.get(whom)
    const contradicts = known !== undefined && Math.abs(known.offsetMs - offsetMs) > known.errorMs + errorMs
    if (known === undefined || known.isOver === true || contradicts || errorMs <= known.errorMs)
      this.#set(whom, { offsetMs, errorMs })
  }

  /**
   * Takes somebody's word that our stamps are ahead of its time.
   *
   * @param timeMs its corrected time. It is an upper bound of ours.
   * @param isDialled whether we dialled it. Only then may our time fall below the wall clock here.
   * @returns the bound, in ms of corrected time.
   */
  bounded(whom: string, timeMs: number, isDialled: boolean): number {
    const raw = this.#raw()
    const bound = isDialled ? timeMs : Math.max(timeMs, raw)
    if (isBelievable(bound) && bound < this.now()) this.#set(whom, { offsetMs: bound - raw, errorMs: roundingMs })
    return bound
  }

  /** Somebody has left. */
  left(whom: string): void {
    const known = this.#measured.get(whom)
    if (known !== undefined) this.#measured.set(whom, { ...known, isOver: true })
  }

  /** The wall clock here; looked at before anything is measured as well. Where it was set back nothing is true any more of what was measured. */
  #raw(): number {
    const rawMs = this.#rawNow()
    if (rawMs < this.#latestMs - setBackMs) {
      this.#measured.clear()
      this.#offsetMs = 0
      this.#latestMs = rawMs
    } else if (rawMs > this.#latestMs) this.#latestMs = rawMs
    return rawMs
  }

  #set(whom: string, offset: Offset): void {
    for (const [other, { isOver }] of this.#measured) if (isOver) this.#measured.delete(other)
    this.#measured.delete(whom)
    this.#measured.set(whom, offset)
    if (this.#measured.size > maxMeasured) this.#measured.delete(this.#measured.keys().next().value!)
    const sorted = Array.from(this.#measured.values(), ({ offsetMs }) => offsetMs).sort((a, b) => a - b)
    // Of an even number the lower of the two in the middle: time that is early loses a conflict, time that is late is refused.
    this.#offsetMs = sorted[(sorted.length - 1) >> 1]!
  }
}

/** A time for which there are stamps. */
export function isBelievable(ms: number): boolean {
  return ms >= clockEpochMs && stampAt(ms) <= maxStamp
}
