/**
 * Forgets what nobody needs any more: replicas that were away for too long, and tombstones that everybody has (DESIGN section 5, "Floor and
 * digest"). A little at a time, now and then.
 */
import { type Scriber, stampAt, wallMsOf } from '@syncro/scriber'
import type { Clients } from './clients.js'
import type { Environment } from './environment.js'
import type { CoreLimits } from './limits.js'
import type { Timekeeper } from './timekeeper.js'

/** Nobody is away for so long, and records all the while. */
const farMs = 365 * 86_400_000

export class Trimming {
  readonly #scriber: Scriber
  readonly #clients: Clients
  readonly #environment: Environment
  readonly #time: Timekeeper
  readonly #limits: CoreLimits
  #cancel: (() => void) | undefined
  #isEnded = false

  constructor(
    scriber: Scriber,
    clients: Clients,
    {
      environment,
      time,
      limits,
    }: { readonly environment: Environment; readonly time: Timekeeper; readonly limits: CoreLimits },
  ) {
    this.#scriber = scriber
    this.#clients = clients
    this.#environment = environment
    this.#time = time
    this.#limits = limits
  }

  /** Trims from now on, first after one interval: what has just been opened has better things to do. */
  begin(): void {
    if (this.#isEnded) return
    this.#cancel = this.#environment.timers.set(this.#limits.trimMs, () => {
      this.begin()
      this.#trim()
    })
  }

  end(): void {
    this.#isEnded = true
    this.#cancel?.()
  }

  #trim(): void {
    const nowMs = this.#ageMs()
    this.#clients.expire(nowMs - this.#limits.expiryMs)
    const step = this.#scriber.trim({
      olderThan: stampAt(nowMs - this.#limits.tombstoneMs),
      upTo: this.#clients.heldBy(),
    })
    this.#go(step)
  }

  #go(step: (slots: number) => boolean): void {
    if (this.#isEnded) return
    if (step(this.#limits.trimSlots)) this.#scriber.forgetEras(this.#clients.ackedForGood())
    else this.#environment.timers.defer(() => this.#go(step))
  }

  /**
   * The time up to which things age: not beyond the newest stamp that was seen, so that a clock which jumps ahead makes nobody expire, and nothing
   * is forgotten where nothing happens. A stamp that is years ahead of all that others have is no reason either.
   */
  #ageMs(): number {
    const { last, shared } = this.#scriber.clock
    const isFar = shared >= 0 && timeOf(last) - timeOf(shared) > farMs
    return Math.min(this.#time.now(), timeOf(isFar ? shared : last))
  }
}

function timeOf(stamp: number): number {
  return wallMsOf(Math.max(0, stamp))
}
