/** A seed's plan: who is there, what they do, and what goes wrong when. All of it is drawn before the world begins, so that any part can be left out. */
import type { CoreLimits } from '@syncro/core'
import type { Fault } from '../faults/fault.js'
import type { Capabilities } from '../network/conditions.js'

export interface MachinePlan {
  readonly number: number
  readonly uid: string
  readonly address: string
  readonly isServer: boolean
  /** The machines that it dials. */
  readonly dials: readonly Dial[]
  /** Undefined for a client that keeps nothing. */
  readonly store: StorePlan | undefined
  readonly limits: Partial<CoreLimits>
  /** The encoding that it offers. */
  readonly encoding: 'binary' | 'json'
  /** Whether it can deflate. */
  readonly deflates: boolean
  /** How it judges who comes: not at all, at once, or after a while. */
  readonly authenticates: 'no' | 'now' | 'later'
}

interface Dial {
  readonly to: number
  /** Whether the uid of the other side is given, to be checked. */
  readonly isNamed: boolean
}

export interface StorePlan {
  /** Milliseconds that a commit takes on average; 0: kept at once. */
  readonly commitMs: number
  readonly openMs: number
}

export interface OperationPlan {
  readonly number: number
  readonly atMs: number
  readonly machine: number
}

export interface Plan {
  readonly seed: number
  readonly shape: string
  readonly machines: readonly MachinePlan[]
  readonly capabilities: Capabilities
  readonly highWaterBytes: number
  /** How soon tombstones are forgotten; undefined: not in this world's time. */
  readonly trimming: Pick<CoreLimits, 'tombstoneMs' | 'expiryMs' | 'trimMs' | 'trimSlots'> | undefined
  /** When the world begins, in ms since the Unix epoch, by a clock that is right. */
  readonly beganMs: number
  /** The kinds of faults that are on. */
  readonly kinds: readonly string[]
  readonly faults: readonly Fault[]
  readonly operations: readonly OperationPlan[]
  /** When everything is mended. */
  readonly endMs: number
}

/** What is left out of a seed's plan. */
export interface Reduction {
  /** The kinds of faults that stay on; all that the seed has where it is missing. */
  readonly only?: readonly string[]
  /** The operations that stay, by number. */
  readonly operations?: readonly number[]
  /** How many machines stay, from the first on. */
  readonly clients?: number
}
