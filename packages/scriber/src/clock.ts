/**
 * The hybrid logical clock (Kulkarni et al. 2014; DESIGN section 5, "Clock"): a stamp is a safe integer, milliseconds since
 * 2020-01-01 × 4096 plus a counter. It fits until 2089.
 */

/** 2020-01-01T00:00:00Z in milliseconds since the Unix epoch. */
export const clockEpochMs = 1_577_836_800_000

const ticksPerMs = 4096

/**
 * The greatest stamp that is taken from anybody. Above it there is room for 2^43 stamps of our own, so that a peer with a clock at the end of
 * time cannot take the last one from us.
 */
export const maxStamp = 2 ** 53 - 2 ** 43

/** The stamp at the beginning of a millisecond of wall time. */
export function stampAt(wallMs: number): number {
  return Math.max(0, Math.floor(wallMs - clockEpochMs)) * ticksPerMs
}

/** Wall time of a stamp, in whole milliseconds since the Unix epoch. */
export function wallMsOf(stamp: number): number {
  return Math.floor(stamp / ticksPerMs) + clockEpochMs
}

/** Gives out stamps that only rise, whatever wall time does. */
export class Clock {
  readonly #nowMs: () => number
  #last: number
  #shared: number

  /**
   * @param nowMs wall time in milliseconds since the Unix epoch; it may jump either way.
   * @param last the newest stamp known, from the store; the first one given out is greater.
   * @param shared the newest stamp that somebody else has, from the store.
   */
  constructor(nowMs: () => number, last = -1, shared = -1) {
    this.#nowMs = nowMs
    this.#last = last
    this.#shared = shared
  }

  /** The newest stamp that somebody else has: what is made anew must be newer, or it could lose to what it has replaced. */
  get shared(): number {
    return this.#shared
  }

  /** The newest stamp given out or observed; -1 before the first. */
  get last(): number {
    return this.#last
  }

  /** A stamp greater than any given out or observed before. A clock beyond the end of time counts on from the greatest stamp that others take. */
  next(): number {
    this.#last = Math.max(this.#last + 1, Math.min(stampAt(this.#nowMs()), maxStamp))
    return this.#last
  }

  /** Takes note of a stamp that came from elsewhere, so that what is recorded after it is newer. */
  observe(stamp: number): void {
    if (stamp > this.#last) this.#last = stamp
    this.share(stamp)
  }

  /** Takes note that somebody else has everything up to a stamp. */
  share(stamp: number): void {
    if (stamp > this.#shared) this.#shared = stamp
  }
}
