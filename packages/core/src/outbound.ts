/**
 * What a session sends: queued until it is stored, then written in few large writes, at the pace of the connection. A queue over its bound
 * says so, and whoever fills it stops and catches up later (DESIGN section 7: a slow reader falls behind alone).
 */
import type { Connection } from '@syncro/protocol'
import type { Environment } from './environment.js'
import type { CoreLimits } from './limits.js'
import { Packet } from './packet.js'
import { isThenable } from './thenable.js'

export interface OutboundHooks {
  /** How many transactions are stored: what needs more waits. */
  stored(): number
  /** Called before a flush, to add what says how far things have gone. */
  flushing(): void
  /** Called when there is room again after the queue was full. */
  drained(): void
  /** Nothing is queued any more. */
  emptied(): void
  /** The connection threw, or rejected; nothing is written to it any more. */
  failed(error: unknown): void
  /** More is queued than is ever held: whoever filled the queue did not stop. */
  overrun(): void
}

export class Outbound {
  readonly #connection: Connection
  readonly #environment: Environment
  readonly #limits: CoreLimits
  readonly #hooks: OutboundHooks
  #queue: Packet[] = []
  #queuedBytes = 0
  #written = 0
  #scheduled = false
  #waitingForDrain = false
  #wasFull = false
  /** What is written now is the last: the connection's pace is no reason to lose it. */
  #ending = false
  #ended = false

  constructor(connection: Connection, environment: Environment, limits: CoreLimits, hooks: OutboundHooks) {
    this.#connection = connection
    this.#environment = environment
    this.#limits = limits
    this.#hooks = hooks
  }

  /** True while more is queued than the connection takes. */
  get full(): boolean {
    const full = this.#queuedBytes > this.#limits.maxQueuedBytes
    if (full) this.#wasFull = true
    return full
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** How many writes the connection was given. */
  get written(): number {
    return this.#written
  }

  /** True while the connection has asked for a pause. */
  get isBlocked(): boolean {
    return this.#waitingForDrain
  }

  /**
   * Queues a frame (or, on connections with borders, a message).
   *
   * @param kept how many transactions must be stored before it may leave.
   */
  push(bytes: Uint8Array, kept = 0): void {
    if (this.#ended) return
    this.#queue.push(Packet.framed(bytes, kept))
    this.#queued(bytes.length)
  }

  /**
   * Queues messages in the binary encoding, which share a frame with those before and after as long as it stays small.
   *
   * @param kept how many transactions must be stored before they may leave.
   */
  pack(bytes: Uint8Array, kept = 0): void {
    if (this.#ended) return
    let last = this.#queue.at(-1)
    let more = bytes.length
    // What waits longer holds up what is behind it anyway.
    if (last === undefined || !last.isOpen || last.kept < kept || last.length + more > this.#limits.writeBytes) {
      last = Packet.open(kept, this.#connection.borders === true)
      more += last.length
      this.#queue.push(last)
    }
    last.add(bytes)
    this.#queued(more)
  }

  /** Queues what says nothing about any transaction: it does not wait behind what is yet to be stored, as a store may take its time. */
  pushAhead(bytes: Uint8Array): void {
    if (this.#ended) return
    const stored = this.#hooks.stored()
    // Of a large frame that went in part the rest comes first: it is stored.
    const at = this.#queue.findIndex(({ kept }) => kept > stored)
    this.#queue.splice(at < 0 ? this.#queue.length : at, 0, Packet.framed(bytes, 0))
    this.#queuedBytes += bytes.length
    this.schedule()
  }

  /** Has what is queued written when what runs now has ended. */
  schedule(): void {
    if (this.#scheduled || this.#ended) return
    this.#scheduled = true
    this.#environment.timers.soon(() => {
      this.#scheduled = false
      if (this.#ended) return
      this.#hooks.flushing()
      this.flush()
    })
  }

  /** Writes what is stored, as long as the connection takes it. */
  flush(): void {
    this.#writeStored()
    if (this.#ended) return
    if (this.#wasFull && !this.full) {
      this.#wasFull = false
      this.#hooks.drained()
    }
    if (this.#queue.length === 0) this.#hooks.emptied()
  }

  /** Writes what is stored, whatever the connection's pace, then a last word; drops the rest, and takes nothing more. */
  end(lastWords: readonly Uint8Array[]): void {
    if (this.#ended) return
    this.#ending = true
    this.#waitingForDrain = false
    this.#writeStored()
    this.#drop()
    for (const bytes of lastWords) this.#write(bytes)
    this.#ended = true
  }

  #queued(bytes: number): void {
    this.#queuedBytes += bytes
    if (this.#queuedBytes > this.#limits.maxOutboundBytes) this.#hooks.overrun()
    else if (this.#queuedBytes >= this.#limits.writeBytes && !this.#waitingForDrain) this.flush()
    else this.schedule()
  }

  #writeStored(): void {
    const stored = this.#hooks.stored()
    while (!this.#ended && !this.#waitingForDrain) {
      const bytes = this.#connection.borders === true ? this.#takeOne(stored) : this.#takeMany(stored)
      if (bytes === undefined) return
      this.#write(bytes)
    }
  }

  #write(bytes: Uint8Array): void {
    if (this.#ended || this.#connection.writable === false) return
    this.#written += 1
    try {
      const more = this.#connection.write(bytes)
      // A stream of the web's answers with a promise: its rejection is this connection's end, and nobody else would take it.
      if (isThenable(more)) more.then(undefined, (error: unknown) => this.#fail(error))
      if (more !== false || this.#ending || this.#connection.once === undefined) return
      this.#waitingForDrain = true
      this.#connection.once('drain', () => {
        this.#waitingForDrain = false
        this.flush()
      })
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#drop()
    this.#hooks.failed(error)
  }

  #drop(): void {
    this.#queue = []
    this.#queuedBytes = 0
  }

  #takeOne(stored: number): Uint8Array | undefined {
    const first = this.#queue[0]
    if (first === undefined || first.kept > stored) return undefined
    this.#queue.shift()
    this.#queuedBytes -= first.length
    return first.take()
  }

  #takeMany(stored: number): Uint8Array | undefined {
    const first = this.#queue[0]
    if (first === undefined || first.kept > stored) return undefined
    if (first.length >= 2 * this.#limits.writeBytes) return this.#takePart(first)
    let count = 0
    let length = 0
    for (const packet of this.#queue) {
      if (packet.kept > stored || (count > 0 && length + packet.length > this.#limits.writeBytes)) break
      count += 1
      length += packet.length
    }
    const taken = this.#queue.splice(0, count)
    this.#queuedBytes -= length
    if (count === 1) return first.take()
    const joined = new Uint8Array(length)
    let at = 0
    for (const packet of taken) {
      joined.set(packet.take(), at)
      at += packet.length
    }
    return joined
  }

  /** A large frame goes in pieces: only so can it be seen whether a slow connection still takes something. */
  #takePart(packet: Packet): Uint8Array {
    const { writeBytes } = this.#limits
    const bytes = packet.take()
    this.#queue[0] = Packet.framed(bytes.subarray(writeBytes), packet.kept)
    this.#queuedBytes -= writeBytes
    return bytes.subarray(0, writeBytes)
  }
}
