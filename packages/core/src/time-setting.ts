/**
 * Sets right what a wrong clock has stamped (DESIGN section 5, "Clock"): once time has been measured, before anything leaves, and when
 * somebody refuses a stamp.
 */
import { type Scriber, stampAt } from '@syncro/scriber'
import type { Clients, Replica } from './clients.js'
import type { CoreLimits } from './limits.js'
import { isBelievable, type Timekeeper, type TimeSample } from './timekeeper.js'

export interface TimeSettingHooks {
  /** Changes were made anew under other stamps, in a new era: whoever has a session may have some of them under the old ones. */
  begunAnew(): void
}

export class TimeSetting {
  readonly #scriber: Scriber
  readonly #clients: Clients
  readonly #time: Timekeeper
  readonly #limits: CoreLimits
  readonly #hooks: TimeSettingHooks

  constructor(scriber: Scriber, clients: Clients, time: Timekeeper, limits: CoreLimits, hooks: TimeSettingHooks) {
    this.#scriber = scriber
    this.#clients = clients
    this.#time = time
    this.#limits = limits
    this.#hooks = hooks
  }

  /** Takes a measurement of the clock of somebody whom we dialled. */
  measured(replica: Replica, sample: TimeSample): void {
    this.#time.measured(replica.ledger, sample)
    this.look(this.#time.now())
  }

  /** The session with somebody has ended, and none is left. */
  left({ ledger }: Replica): void {
    this.#time.left(ledger)
  }

  /**
   * Looks whether what is not sent yet is stamped far ahead of what the time is now. A client that dials nobody measures nothing: somebody
   * sets its clock right, and what it stamped before is held back by its own guard, where nobody sees it to refuse it.
   *
   * @param nowMs the later of the time here and the peer's: nothing is made older because the clock here is behind.
   */
  look(nowMs: number): void {
    // A little ahead is nothing that anybody refuses, and every clock is.
    if (isBelievable(nowMs)) this.#makeAnew(nowMs, nowMs + this.#limits.guardMs)
  }

  /** Somebody has refused a stamp of ours, or one that we passed on, and says what time it is. */
  refused(replica: Replica, timeMs: number, isDialled: boolean): void {
    const boundMs = this.#time.bounded(replica.ledger, timeMs, isDialled)
    replica.lagMs = Math.max(0, this.#time.now() - timeMs)
    this.#makeAnew(boundMs, boundMs)
  }

  #makeAnew(boundMs: number, ifBeyondMs: number): void {
    const isMade = this.#scriber.restamp({
      aheadOf: stampAt(boundMs),
      ifBeyond: stampAt(ifBeyondMs),
      after: this.#clients.ackedByAnybody(),
      // What was under way may be with somebody under its old stamp. Only a comparison of everything finds that.
      beside: () => ({ replicas: this.#clients.dropCursors() }),
    })
    if (isMade) this.#hooks.begunAnew()
  }
}
