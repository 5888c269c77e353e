/** How a network behaves at the moment. Faults change it; pipes and dialling look at it each time. */
import type { SeededRandom } from '@syncro/scriber/testing'
import type { Engine } from '../engine/engine.js'

/** What connections of this network can do, beside `write` and `close`; see the Connection contract. */
export interface Capabilities {
  /** Each write is one message. */
  readonly borders: boolean
  /** `write` returns false, and 'drain' follows. */
  readonly drain: boolean
  readonly pause: boolean
}

export interface Conditions {
  /** Milliseconds that bytes are under way, on average: exponentially spread. */
  meanDelayMs: number
  /** Bytes of the largest piece that a stream is cut into at random; 0: what has arrived is given whole. */
  largestPiece: number
  /** On networks with message borders: how likely a message comes twice. */
  repeatChance: number
  /** How likely an attempt to connect is refused, although somebody listens. */
  refuseChance: number
  /** … or gets no answer until it times out. */
  hangChance: number
  /** Bytes under way in one direction of a connection from which on `write` asks for a pause. */
  highWaterBytes: number
}

export const calm: Conditions = {
  meanDelayMs: 2,
  largestPiece: 0,
  repeatChance: 0,
  refuseChance: 0,
  hangChance: 0,
  highWaterBytes: 64 * 1024,
}

/** What pipes need of the network that they belong to. */
export interface NetworkContext {
  readonly engine: Engine
  readonly random: SeededRandom
  readonly capabilities: Capabilities
  readonly conditions: Conditions
  /** Takes note that something has happened. */
  readonly count: (what: string) => void
  /** Milliseconds until the next bytes arrive. */
  delayMs(): number
  /** True while nothing gets from one machine to the other. */
  isBlocked(from: string, to: string): boolean
  /** Bytes a second that a machine reads. */
  bytesPerSecond(to: string): number
}
