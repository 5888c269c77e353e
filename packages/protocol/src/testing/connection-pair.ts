/** Two ends of a connection without a network between them: what is written waits until the test lets it through. */

import type { Connection, Receiver } from '../connection.js'

export interface PairOptions {
  /** Whether each write is one message. Default: false. */
  readonly borders?: boolean

  /** Bytes under way from which on `write` returns false. Default: none. */
  readonly highWaterBytes?: number
}

export interface FlushOptions {
  /** Lets through only what this end wrote. Default: both, in the order of writing. */
  readonly from?: 'a' | 'b'

  /** Joins what is under way and cuts it into pieces of so many bytes, as networks do. Not on pairs with borders. Default: write by write. */
  readonly chunk?: number
}

export interface FlushOneOptions {
  /** The end that wrote. Default: the one that wrote first. */
  readonly from?: 'a' | 'b'

  /** Leaves the write under way, so that it comes again. Default: false. */
  readonly repeat?: boolean
}

/** One end. It has every capability that a connection may have. */
export interface PairEnd extends Required<Omit<Connection, 'end'>> {
  readonly name: 'a' | 'b'

  /** Says where this end delivers. Call it before the first flush. */
  attach(receiver: Receiver): void

  /** Whether this end was told that the connection is over. */
  readonly closed: boolean

  readonly writes: number
  readonly writtenBytes: number
  readonly deliveries: number
  readonly deliveredBytes: number

  /** Bytes that this end wrote and that have not been delivered. */
  readonly queuedBytes: number
}

export interface ConnectionPair {
  readonly a: PairEnd
  readonly b: PairEnd

  /** Lets everything through, also what is written meanwhile, and ends that were asked for; returns the number of deliveries. */
  flush(options?: FlushOptions): number

  /** Lets one write, or one end, through; false where nothing was under way. */
  flushOne(options?: FlushOneOptions): boolean

  /** Ends the connection at once for both; what is under way is lost. */
  cut(cause?: Error): void

  /** Loses what this end has under way. A pipe that loses bytes has ended, so this is a cut after the other's writes got through. */
  drop(from: 'a' | 'b', cause?: Error): void
}

/** What writes each other for ever is a fault of the test's subject, which should fail and not hang. */
const MAX_DELIVERIES = 1_000_000

/** A pair of connected ends. Delivered arrays are overwritten after `receive`, so that a receiver that keeps one is found out. */
export function connectionPair(options: PairOptions = {}): ConnectionPair {
  return new Pair(options)
}

class Pair implements ConnectionPair {
  readonly a: End
  readonly b: End
  #order = 0

  constructor(options: PairOptions) {
    const number = () => this.#order++
    this.a = new End('a', options, number)
    this.b = new End('b', options, number)
  }

  flush({ from, chunk }: FlushOptions = {}): number {
    let deliveries = 0
    for (;;) {
      const end = this.#first(from)
      if (!end) return deliveries
      if (++deliveries > MAX_DELIVERIES) throw new Error(`the pair is not quiet after ${MAX_DELIVERIES} deliveries`)
      if (chunk !== undefined) end.cutQueue(chunk)
      this.#deliver(end, false)
    }
  }

  flushOne({ from, repeat = false }: FlushOneOptions = {}): boolean {
    const end = this.#first(from)
    if (end) this.#deliver(end, repeat)
    return end !== undefined
  }

  cut(cause: Error = new Error('the connection was cut')): void {
    this.a.over(cause)
    this.b.over(cause)
  }

  drop(from: 'a' | 'b', cause?: Error): void {
    this.flush({ from: from === 'a' ? 'b' : 'a' })
    this.cut(cause)
  }

  /** The end whose oldest write or close is next, if its receiver is not paused. */
  #first(from: 'a' | 'b' | undefined): End | undefined {
    const a = from === 'b' || this.b.paused ? undefined : this.a.oldest
    const b = from === 'a' || this.a.paused ? undefined : this.b.oldest
    if (a === undefined) return b === undefined ? undefined : this.b
    return b === undefined || a < b ? this.a : this.b
  }

  #deliver(from: End, repeat: boolean): void {
    const to = from === this.a ? this.b : this.a
    const bytes = from.take(repeat)
    if (bytes) {
      to.deliver(bytes)
      from.drained()
      return
    }
    to.over()
    from.over()
  }
}

interface Queued {
  readonly order: number
  readonly bytes: Uint8Array
}

class End implements PairEnd {
  readonly name: 'a' | 'b'
  readonly borders: boolean
  paused = false
  closed = false
  writes = 0
  writtenBytes = 0
  deliveries = 0
  deliveredBytes = 0
  queuedBytes = 0

  readonly #number: () => number
  readonly #highWaterBytes: number
  #queue: Queued[] = []

  /** How many at the head of the queue are pieces that `cutQueue` made. */
  #pieces = 0
  #closing: number | undefined
  #receiver: Receiver | undefined
  #drains: (() => void)[] = []

  constructor(name: 'a' | 'b', options: PairOptions, number: () => number) {
    this.name = name
    this.borders = options.borders ?? false
    this.#highWaterBytes = options.highWaterBytes ?? Number.POSITIVE_INFINITY
    this.#number = number
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver
  }

  get writable(): boolean {
    return !this.closed && this.#closing === undefined
  }

  write(bytes: Uint8Array): boolean {
    if (!this.writable) return true
    this.writes++
    this.writtenBytes += bytes.length
    this.queuedBytes += bytes.length
    this.#queue.push({ order: this.#number(), bytes })
    return this.queuedBytes < this.#highWaterBytes
  }

  once(_event: 'drain', listener: () => void): void {
    this.#drains.push(listener)
  }

  close(): void {
    this.#closing ??= this.#number()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  get oldest(): number | undefined {
    return this.closed ? undefined : (this.#queue[0]?.order ?? this.#closing)
  }

  /** The oldest write, or undefined where only the close is left. */
  take(repeat: boolean): Uint8Array | undefined {
    const queued = this.#queue[0]
    if (repeat || !queued) return queued?.bytes
    this.#queue.shift()
    this.#pieces = Math.max(0, this.#pieces - 1)
    this.queuedBytes -= queued.bytes.length
    return queued.bytes
  }

  /** Joins the queue and leaves pieces of `size` bytes in it, unless pieces are still there. */
  cutQueue(size: number): void {
    if (this.borders) throw new Error('a pair with borders delivers write by write: leave chunk out')
    const order = this.#queue[0]?.order
    if (order === undefined || this.#pieces > 0) return
    const joined = new Uint8Array(this.queuedBytes)
    let offset = 0
    for (const { bytes } of this.#queue) {
      joined.set(bytes, offset)
      offset += bytes.length
    }
    this.#queue = []
    for (let start = 0; start < joined.length; start += size) {
      this.#queue.push({ order, bytes: joined.subarray(start, start + size) })
    }
    this.#pieces = this.#queue.length
  }

  deliver(bytes: Uint8Array): void {
    this.deliveries++
    this.deliveredBytes += bytes.length
    // Not slice(), which gives a view where the bytes are a Buffer.
    const lent = Uint8Array.from(bytes)
    this.#attached().receive(lent)
    lent.fill(0xee)
  }

  drained(): void {
    if (this.queuedBytes > 0 || this.#drains.length === 0) return
    const listeners = this.#drains
    this.#drains = []
    for (const listener of listeners) listener()
  }

  over(cause?: Error): void {
    if (this.closed) return
    this.closed = true
    this.#queue = []
    this.queuedBytes = 0
    this.#attached().close(cause)
  }

  #attached(): Receiver {
    if (!this.#receiver) throw new Error(`attach a receiver to end ${this.name} before the first flush`)
    return this.#receiver
  }
}
