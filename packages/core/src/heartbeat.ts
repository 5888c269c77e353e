/**
 * Keeps watch over a session: asks a peer for a sign of life where nothing was said for a while, and notices one that gives none, or that
 * takes nothing more (DESIGN section 7). Time is counted in ticks of a timer and never read from a clock: wall time jumps, and a machine
 * that slept must not find its peers dead.
 */
import type { Timers } from './environment.js'
import { SessionError } from './errors.js'
import type { CoreLimits } from './limits.js'

/** What can be seen of a session. Counts only rise. */
export interface Vitals {
  /** How often something came. */
  readonly received: number
  /** How often something was written. */
  readonly written: number
  /** The connection takes nothing at the moment. */
  readonly isBlocked: boolean
  /** We do not listen at the moment: silence says nothing. */
  readonly isDeaf: boolean
}

export interface HeartbeatHooks {
  /** Says something that the peer answers. */
  ask(): void
  /** The session is over. */
  end(reason: SessionError): void
}

/** Ticks in the time after which something is said. */
const ticksPerBeat = 3

export class Heartbeat {
  readonly #timers: Timers
  readonly #limits: CoreLimits
  readonly #vitals: Vitals
  readonly #hooks: HeartbeatHooks
  #cancel: (() => void) | undefined
  #received = 0
  #written = 0
  #silentTicks = 0
  #quietTicks = 0
  #blockedTicks = 0

  constructor(timers: Timers, limits: CoreLimits, vitals: Vitals, hooks: HeartbeatHooks) {
    this.#timers = timers
    this.#limits = limits
    this.#vitals = vitals
    this.#hooks = hooks
  }

  begin(): void {
    this.#cancel = this.#timers.set(this.#limits.heartbeatMs / ticksPerBeat, () => {
      this.begin()
      this.#tick()
    })
  }

  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #tick(): void {
    const { received, written, isBlocked, isDeaf } = this.#vitals
    const { deadAfterMs, stallMs } = this.#limits
    this.#silentTicks = received !== this.#received || isDeaf ? 0 : this.#silentTicks + 1
    this.#quietTicks = written !== this.#written ? 0 : this.#quietTicks + 1
    this.#blockedTicks = written === this.#written && isBlocked ? this.#blockedTicks + 1 : 0
    this.#received = received
    this.#written = written
    if (this.#silentTicks >= this.#ticksIn(deadAfterMs)) this.#hooks.end(silent(deadAfterMs))
    else if (this.#blockedTicks >= this.#ticksIn(stallMs)) this.#hooks.end(stalled(stallMs))
    else if (this.#quietTicks >= ticksPerBeat - 1) this.#hooks.ask()
  }

  /** Whole ticks without a sign after which the time may be over: the last sign came up to a tick before the first of them. */
  #ticksIn(ms: number): number {
    return Math.max(1, Math.floor((ms * ticksPerBeat) / this.#limits.heartbeatMs) - 1)
  }
}

function silent(ms: number): SessionError {
  return new SessionError(
    'SYNCRO_HEARTBEAT_TIMEOUT',
    `Nothing came from the other side for ${ms} ms, although it was asked for a sign of life: it or the network is gone.`,
  )
}

function stalled(ms: number): SessionError {
  return new SessionError('SYNCRO_SLOW', `The connection took nothing of what is to be sent for ${ms} ms.`)
}
