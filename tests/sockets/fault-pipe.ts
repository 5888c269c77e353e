/** One connection's way through the fault proxy: its plan says how bytes travel, and what becomes of it. */
import type { Socket } from 'node:net'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { SeededRandom } from '@syncro/scriber/testing'

/** How bytes travel in one direction. */
export interface Pace {
  /** Milliseconds by which what was read is held up, and below which more is drawn. */
  readonly delayMs?: number
  readonly jitterMs?: number
  readonly bytesPerSecond?: number
  /** What was read is passed on in pieces of 1 to so many bytes. */
  readonly pieceBytes?: number
}

/** `up` is from the client to the server. `half-open-client`: the client's side is reset, and the server is not told. */
export const fates = ['reset', 'hole', 'hole-up', 'hole-down', 'half-open-client', 'half-open-server'] as const
export type Fate = (typeof fates)[number]
export type Fault = 'delay' | 'slow' | 'pieces' | Fate

export interface Plan {
  /** The connection is reset as it comes. */
  readonly refuse?: boolean
  readonly up?: Pace
  readonly down?: Pace
  /** What becomes of it after exactly so many bytes, those of both directions together. */
  readonly fate?: { readonly kind: Fate; readonly afterBytes: number }
}

export interface Ends {
  readonly client: Socket
  readonly server: Socket
}

/** A hole swallows bytes and ends, and tells nobody: whoever is in it has to notice by himself. */
const swallowing: Readonly<Record<'up' | 'down', readonly (Fate | undefined)[]>> = {
  up: ['hole', 'hole-up', 'half-open-client', 'half-open-server'],
  down: ['hole', 'hole-down', 'half-open-client', 'half-open-server'],
}

export class FaultPipe {
  readonly #ends: Ends
  readonly #plan: Plan
  readonly #random: SeededRandom
  readonly #count: (fault: Fault) => void
  #bytesLeft: number
  #fate: Fate | undefined

  constructor(ends: Ends, plan: Plan, random: SeededRandom, count: (fault: Fault) => void) {
    const { up = {}, down = {}, fate } = plan
    this.#ends = ends
    this.#plan = plan
    this.#random = random
    this.#count = count
    this.#bytesLeft = fate?.afterBytes ?? Number.POSITIVE_INFINITY
    if (up.delayMs || up.jitterMs || down.delayMs || down.jitterMs) count('delay')
    if (up.bytesPerSecond || down.bytesPerSecond) count('slow')
    if (up.pieceBytes || down.pieceBytes) count('pieces')
    void this.#carry('up', ends.client, ends.server, up)
    void this.#carry('down', ends.server, ends.client, down)
  }

  reset(): void {
    this.#ends.client.resetAndDestroy()
    this.#ends.server.resetAndDestroy()
  }

  async #carry(way: 'up' | 'down', from: Socket, to: Socket, pace: Pace): Promise<void> {
    const isSwallowed = () => swallowing[way].includes(this.#fate)
    from.once('error', () => isSwallowed() || to.resetAndDestroy())
    try {
      for await (const bytes of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        await wait((pace.delayMs ?? 0) + (pace.jitterMs ? this.#random.below(pace.jitterMs) : 0))
        for (let rest = bytes; rest.length > 0; ) {
          const size = Math.min(rest.length, this.#pieceBytes(pace))
          if (pace.bytesPerSecond) await wait((size * 1000) / pace.bytesPerSecond)
          const piece = rest.subarray(0, Math.min(size, this.#bytesLeft))
          rest = rest.subarray(piece.length)
          this.#bytesLeft -= piece.length
          if (!isSwallowed()) await written(to, piece)
          // Whoever reads in this process gets the chance to read it in pieces.
          if (pace.pieceBytes) await turn()
          if (this.#bytesLeft === 0) this.#meetFate()
        }
      }
      if (!isSwallowed()) to.end()
    } catch (error) {
      // A socket that was reset; its listener has told the other.
      if (!from.destroyed) throw error
    }
  }

  #pieceBytes({ pieceBytes, bytesPerSecond }: Pace): number {
    if (pieceBytes) return 1 + this.#random.below(pieceBytes)
    // A slow link trickles; it does not take a second's worth at once.
    return bytesPerSecond ? Math.ceil(bytesPerSecond / 50) : Number.POSITIVE_INFINITY
  }

  #meetFate(): void {
    const { kind } = this.#plan.fate!
    this.#bytesLeft = Number.POSITIVE_INFINITY
    this.#fate = kind
    this.#count(kind)
    if (kind === 'reset') this.reset()
    if (kind === 'half-open-client') this.#ends.client.resetAndDestroy()
    if (kind === 'half-open-server') this.#ends.server.resetAndDestroy()
  }
}

async function wait(ms: number): Promise<void> {
  if (ms > 0) await pause(ms, undefined, { ref: false })
}

/** Resolves when the kernel has the bytes, or never will: so the pace of whoever reads comes through to whoever writes. */
function written(to: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => to.write(bytes, () => resolve()))
}
