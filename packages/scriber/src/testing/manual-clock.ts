/** Wall time that only moves when a test moves it. */
import { clockEpochMs } from '../clock.js'

export class ManualClock {
  #nowMs: number

  /** @param startMs milliseconds since the Unix epoch. Default: a minute into 2020, a minute after stamps begin. */
  constructor(startMs = clockEpochMs + 60_000) {
    this.#nowMs = startMs
  }

  /** Milliseconds since the Unix epoch; bound, so that it can be passed on as it is. */
  readonly now = (): number => this.#nowMs

  /** Moves time on; by a negative number, back. */
  advance(byMs: number): void {
    this.#nowMs += byMs
  }

  /** Jumps to a time, in milliseconds since the Unix epoch. */
  set(toMs: number): void {
    this.#nowMs = toMs
  }
}
