/**
 * Holds back what is passed on to a client of version 1 when the same record changes again and again. Its changes carry no time, so in a ring
 * two values can chase each other for ever: each arrives as news, since the other was here in between. Held back long enough they meet, and
 * one of them is left (DESIGN section 6: not "for ever").
 */
import type { Environment } from './environment.js'
import type { CoreLimits } from './limits.js'

export class Pace {
  readonly #environment: Environment
  readonly #limits: CoreLimits
  readonly #resume: () => void
  /** When rows were last sent, the longest ago first. */
  readonly #sent = new Map<number, number>()
  #pauseMs: number
  #endedMs = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined

  /** @param resume called when a pause is over. */
  constructor(environment: Environment, limits: CoreLimits, resume: () => void) {
    this.#environment = environment
    this.#limits = limits
    this.#resume = resume
    this.#pauseMs = limits.relayPauseFirstMs
  }

  get isHolding(): boolean {
    return this.#cancel !== undefined
  }

  sent(row: number): void {
    this.#sent.delete(row)
    this.#sent.set(row, this.#environment.now())
    if (this.#sent.size <= this.#limits.maxUnanswered) return
    this.#sent.delete(this.#sent.keys().next().value!)
  }

  /** True if the row was sent so recently that its next change had better wait. */
  isBusy(row: number): boolean {
    const sentMs = this.#sent.get(row)
    return sentMs !== undefined && Math.abs(this.#environment.now() - sentMs) < this.#pauseMs
  }

  /** Begins a pause: longer than the last one, if that was of no use. */
  hold(): void {
    if (this.#cancel !== undefined) return
    const now = this.#environment.now()
    const again = Math.abs(now - this.#endedMs) < this.#pauseMs
    this.#pauseMs = again
      ? Math.min(this.#pauseMs * 2, this.#limits.relayPauseLongestMs)
      : this.#limits.relayPauseFirstMs
    this.#cancel = this.#environment.timers.set(this.#pauseMs, () => {
      this.#cancel = undefined
      this.#endedMs = this.#environment.now()
      this.#resume()
    })
  }

  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
