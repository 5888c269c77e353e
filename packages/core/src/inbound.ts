/**
 * What a session receives: bytes in, messages out, in bounded memory. Holds back what comes while the peer's identity is examined, and stops
 * the connection while the store is behind.
 */
import {
  BinaryDecoder,
  type Compression,
  type Connection,
  decodeMessage,
  decodeV1,
  FrameDecoder,
  MAX_FRAME_BYTES,
  MAX_V1_FRAME_BYTES,
  type Message,
  ProtocolError,
  type ReceivedV1Message,
  type RowsByColumns,
  type Upgrade,
  V1Reader,
} from '@syncro/protocol'
import type { Scriber } from '@syncro/scriber'
import { SessionError } from './errors.js'
import type { CoreLimits } from './limits.js'
import type { SessionContext } from './session-context.js'
import { mostOfBinary, mostOfJson } from './wire.js'

export interface InboundHooks {
  v1(message: ReceivedV1Message): void
  /** `most`: the bytes that it can take in JSON, at the most. `rows`: of a batch, the peer's numbers of its records, if it has any. */
  v2(message: Message | RowsByColumns, most: number, rows: readonly number[]): void
}

type InboundContext = Pick<SessionContext, 'scriber' | 'limits' | 'environment'>

export class Inbound {
  readonly #connection: Connection
  readonly #scriber: Scriber
  readonly #limits: CoreLimits
  readonly #compression: Compression | undefined
  readonly #hooks: InboundHooks
  readonly #decoder = new FrameDecoder()
  readonly #reader = new V1Reader(this.#decoder)
  /** What came while the peer's identity is examined. */
  #held: Uint8Array[] | undefined
  #heldBytes = 0
  #isVersion2 = false
  /** Reads what comes in the binary encoding, if that was agreed upon. */
  #binary: BinaryDecoder | undefined
  #reading = false
  /** What came while something was read, by whoever took that. */
  #meanwhile: Uint8Array[] = []
  #paused = false
  #ended = false
  /** For each message whose effect is not stored yet: the number under which it will be; those before `#first` are done with. */
  #unstored: number[] = []
  #first = 0

  constructor(connection: Connection, { scriber, limits, environment }: InboundContext, hooks: InboundHooks) {
    this.#connection = connection
    this.#scriber = scriber
    this.#limits = limits
    this.#compression = environment.compression
    this.#hooks = hooks
  }

  /** True if part of a frame has come. Of what is held nobody has looked yet where its frames end. */
  get isCut(): boolean {
    return this.#held === undefined && this.#decoder.pendingBytes > 0
  }

  /** True while the connection was asked to deliver nothing. */
  get isPaused(): boolean {
    return this.#paused
  }

  /** The peer is one of ours, or nobody: its lengths are right, or its session ends. */
  trustLengths(): void {
    this.#reader.mends = false
  }

  /** What follows is version 2. */
  upgrade(encoding: Upgrade['encoding']): void {
    this.#isVersion2 = true
    this.#decoder.width = 32
    if (encoding === 'binary') this.#binary = new BinaryDecoder(this.#compression)
  }

  /**
   * Takes what the connection has read.
   *
   * @throws ProtocolError for bad input, SessionError `SYNCRO_SLOW` if more comes than is held, and what the hooks throw.
   */
  take(bytes: Uint8Array): void {
    if (this.#ended) return
    if (this.#held !== undefined) {
      // Not slice(), which gives a view where the bytes are a Buffer.
      this.#held.push(Uint8Array.from(bytes))
      this.#heldBytes += bytes.length
      this.#checkHeld()
    } else if (this.#reading) {
      // Called again from within: a body is being read, which must stay where it is, and what came is behind it.
      this.#meanwhile.push(Uint8Array.from(bytes))
    } else this.#takeOne(bytes)
  }

  /** Keeps what comes from now on, and what is left of what came, until `release`. */
  hold(): void {
    if (this.#held !== undefined) return
    this.#held = this.#meanwhile
    this.#meanwhile = []
    this.#heldBytes = this.#held.reduce((bytes, { length }) => bytes + length, this.#decoder.pendingBytes)
    this.#checkHeld()
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.#read()
    for (const bytes of held) this.take(bytes)
  }

  /**
   * Pauses the connection while the store is behind.
   *
   * @throws SessionError `SYNCRO_SLOW` if that is of no use.
   */
  pace(): void {
    if (this.#ended) return
    const waiting = this.#waiting()
    const { pauseAfterWaiting, maxWaiting } = this.#limits
    if (waiting > maxWaiting)
      throw new SessionError(
        'SYNCRO_SLOW',
        'More came than the store here could take, and pausing the connection did not stop it.',
      )
    if (this.#paused) {
      if (waiting > pauseAfterWaiting / 2) return
      this.#paused = false
      this.#connection.resume?.()
    } else if (waiting > pauseAfterWaiting && this.#connection.pause !== undefined) {
      this.#paused = true
      this.#connection.pause()
    }
  }

  /** Takes nothing more. A connection is not left paused: it would never read that the other side has ended it. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#held = undefined
    if (this.#paused) this.#connection.resume?.()
  }

  /** Takes a piece, and what comes while it is read. */
  #takeOne(bytes: Uint8Array): void {
    this.#deliver(bytes)
    for (let next = this.#meanwhile.shift(); next !== undefined; next = this.#meanwhile.shift()) this.#deliver(next)
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#ended) return
    if (this.#connection.borders === true) this.#whole(bytes)
    else {
      this.#decoder.push(bytes)
      this.#read()
    }
  }

  #whole(bytes: Uint8Array): void {
    this.#reading = true
    try {
      this.#takeWhole(bytes)
    } finally {
      this.#reading = false
    }
  }

  #read(): void {
    this.#reading = true
    try {
      while (!this.#ended && this.#held === undefined) {
        if (this.#isVersion2) {
          const body = this.#decoder.next()
          if (body === undefined) return
          this.#takeV2(body)
        } else {
          const message = this.#reader.next()
          if (message === undefined) return
          this.#takeV1(message)
        }
      }
    } finally {
      this.#reading = false
    }
  }

  #takeWhole(bytes: Uint8Array): void {
    const limit = this.#isVersion2 ? MAX_FRAME_BYTES : MAX_V1_FRAME_BYTES
    if (bytes.length > limit)
      throw new ProtocolError(
        'SYNCRO_FRAME_TOO_LARGE',
        `a message of ${bytes.length} bytes is over the limit of ${limit}`,
        { actual: bytes.length, limit },
      )
    if (this.#isVersion2) this.#takeV2(bytes)
    else this.#takeV1(decodeV1(bytes))
  }

  #takeV2(body: Uint8Array): void {
    const binary = this.#binary
    if (binary === undefined) {
      this.#take(decodeMessage(body), mostOfJson(body.length), [])
      return
    }
    binary.open(body)
    // Whoever takes a message may end the session.
    for (let message = binary.nextByColumns(); message !== undefined && !this.#ended; message = binary.nextByColumns())
      this.#take(message, mostOfBinary(message, binary.messageBytes), binary.batchRows)
  }

  #take(message: Message | RowsByColumns, most: number, rows: readonly number[]): void {
    const before = this.#scriber.kept
    this.#hooks.v2(message, most, rows)
    this.#count(before)
  }

  #takeV1(message: ReceivedV1Message): void {
    const before = this.#scriber.kept
    this.#hooks.v1(message)
    this.#count(before)
  }

  /** Notes what a message gave the store to do. */
  #count(before: number): void {
    const { kept, stored } = this.#scriber
    if (kept > before && kept > stored) this.#unstored.push(kept)
  }

  #waiting(): number {
    const { stored } = this.#scriber
    while (this.#first < this.#unstored.length && this.#unstored[this.#first]! <= stored) this.#first += 1
    if (this.#first * 2 > this.#unstored.length) {
      this.#unstored = this.#unstored.slice(this.#first)
      this.#first = 0
    }
    return this.#unstored.length - this.#first
  }

  #checkHeld(): void {
    if (this.#heldBytes > this.#limits.maxUnprovenBytes)
      throw new SessionError(
        'SYNCRO_SLOW',
        `The other side sent more than the ${this.#limits.maxUnprovenBytes} bytes that are kept of a client whose identity is still examined.`,
      )
  }
}
