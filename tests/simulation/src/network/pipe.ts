/** One direction of a connection: what is written arrives later, in order, in pieces, as fast as the reader reads; or the pipe ends. */
import { exponential } from '../engine/draw.js'
import type { NetworkContext } from './conditions.js'

export interface PipeHooks {
  deliver(bytes: Uint8Array): void
  /** All that was written, or is left of it, has been delivered, and nothing follows. */
  ended(cause: Error | undefined): void
  /** There is room again after `write` returned false. */
  drained(): void
}

interface Segment {
  readonly bytes: Uint8Array
  readonly atMs: number
}

/** Milliseconds in which a slow reader takes what it reads at a time. */
const readsForMs = 100

/** Milliseconds between two pieces of what arrived together. */
const betweenPiecesMs = 0.5

export class Pipe {
  readonly from: string
  readonly to: string
  readonly #network: NetworkContext
  readonly #hooks: PipeHooks
  readonly #label: string
  #segments: Segment[] = []
  #underWay = 0
  #lastAtMs = 0
  /** The reader has read what it could; it reads on then. */
  #readsAtMs = 0
  #cancel: (() => void) | undefined
  #paused = false
  #wasFull = false
  #ending = false
  #cause: Error | undefined
  #over = false
  /** The message at the head has come once and comes again. */
  #repeating = false

  constructor(network: NetworkContext, from: string, to: string, hooks: PipeHooks) {
    this.#network = network
    this.from = from
    this.to = to
    this.#hooks = hooks
    this.#label = `${from} > ${to}`
  }

  /** Bytes that were written and have not arrived. */
  get underWay(): number {
    return this.#underWay
  }

  /** What is written from now on is lost; what was written arrives. */
  get isEnding(): boolean {
    return this.#ending
  }

  get isOver(): boolean {
    return this.#over
  }

  /** False where the writer should wait for `drained`. */
  write(bytes: Uint8Array): boolean {
    if (this.#ending) return true
    const { engine, conditions } = this.#network
    this.#lastAtMs = Math.max(this.#lastAtMs, engine.nowMs + this.#network.delayMs())
    this.#underWay += bytes.length
    if (!this.#over) {
      this.#segments.push({ bytes, atMs: this.#lastAtMs })
      this.poke()
    }
    const hasRoom = this.#underWay < conditions.highWaterBytes
    if (!hasRoom) this.#wasFull = true
    return hasRoom
  }

  /** Nothing more is written; the reader is told when it has all that was. */
  end(cause?: Error): void {
    if (this.#ending) return
    this.#ending = true
    this.#cause = cause
    this.#lastAtMs = Math.max(this.#lastAtMs, this.#network.engine.nowMs + this.#network.delayMs())
    this.poke()
  }

  /** Loses all that is under way but the first so many bytes. A message is lost whole. */
  truncate(keptBytes: number): void {
    const kept: Segment[] = []
    let left = keptBytes
    for (const segment of this.#segments) {
      if (left >= segment.bytes.length) kept.push(segment)
      else if (left > 0 && !this.#network.capabilities.borders)
        kept.push({ bytes: segment.bytes.subarray(0, left), atMs: segment.atMs })
      left -= segment.bytes.length
      if (left <= 0) break
    }
    this.#segments = kept
    this.#underWay = kept.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  /** Nothing arrives any more, and nobody is told. */
  drop(): void {
    this.#over = true
    this.#segments = []
    this.#cancel?.()
  }

  pause(): void {
    this.#paused = true
    this.#cancel?.()
    this.#cancel = undefined
  }

  resume(): void {
    this.#paused = false
    this.poke()
  }

  /** Has the next piece arrive when it is time; nothing happens where it will already, or where the way is blocked. */
  poke(): void {
    if (this.#over || this.#paused || this.#cancel !== undefined) return
    const first = this.#segments[0]
    if (first === undefined && !this.#ending) return
    const atMs = Math.max(first?.atMs ?? this.#lastAtMs, this.#readsAtMs)
    this.#cancel = this.#network.engine.after(atMs - this.#network.engine.nowMs, this.#label, () => this.#arrive())
  }

  #arrive(): void {
    this.#cancel = undefined
    // Held until the way is free again: whoever frees it pokes.
    if (this.#network.isBlocked(this.from, this.to)) return
    if (this.#segments.length === 0) {
      this.#over = true
      this.#hooks.ended(this.#cause)
      return
    }
    const bytes = this.#take()
    const { engine } = this.#network
    engine.trace.bytes(bytes)
    this.#readsAtMs = engine.nowMs + (bytes.length * 1000) / this.#network.bytesPerSecond(this.to)
    const lent = bytes.slice()
    this.#hooks.deliver(lent)
    // Whoever keeps what was only lent is found out.
    lent.fill(0xee)
    this.#drain()
    this.poke()
  }

  #take(): Uint8Array {
    const first = this.#segments[0]!
    const { random, conditions, capabilities, engine } = this.#network
    if (capabilities.borders) {
      this.#repeating = !this.#repeating && conditions.repeatChance > 0 && random.chance(conditions.repeatChance)
      if (this.#repeating) {
        this.#network.count('message repeated')
        return first.bytes
      }
      this.#segments.shift()
      this.#underWay -= first.bytes.length
      return first.bytes
    }
    const arrived = this.#arrived(engine.nowMs)
    const most = Math.ceil((this.#network.bytesPerSecond(this.to) * readsForMs) / 1000)
    const drawn = conditions.largestPiece === 0 ? most : 1 + random.below(conditions.largestPiece)
    const size = Math.min(arrived.length, drawn, most)
    this.#underWay -= size
    if (size < arrived.length) {
      const atMs = engine.nowMs + exponential(random, betweenPiecesMs)
      this.#segments.unshift({ bytes: arrived.subarray(size), atMs })
    }
    return arrived.subarray(0, size)
  }

  /** Takes out everything whose time has come, joined as networks join it. */
  #arrived(nowMs: number): Uint8Array {
    let count = 1
    while (count < this.#segments.length && this.#segments[count]!.atMs <= nowMs) count += 1
    const segments = this.#segments.splice(0, count)
    if (segments.length === 1) return segments[0]!.bytes
    const joined = new Uint8Array(segments.reduce((sum, { bytes }) => sum + bytes.length, 0))
    let at = 0
    for (const { bytes } of segments) {
      joined.set(bytes, at)
      at += bytes.length
    }
    return joined
  }

  #drain(): void {
    if (!this.#wasFull || this.#underWay > this.#network.conditions.highWaterBytes / 2) return
    this.#wasFull = false
    this.#hooks.drained()
  }
}
