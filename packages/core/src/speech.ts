/** How a session says what it has to say: its messages in the encoding that was agreed upon, queued for its connection. */
import {
  type BinaryEncoder,
  type Compression,
  deflated,
  type Encoded,
  encodeFrame,
  encodeMessageFrame,
  MAX_FIELDS,
  MAX_FRAME_BYTES,
  MAX_ROWS,
  type Message,
  type Told,
} from '@syncro/protocol'
import { columnsOf, type Ledger, type RowImage } from '@syncro/scriber'
import type { Outbound } from './outbound.js'
import type { OutgoingStep } from './outgoing-step.js'
import { rowsMessages } from './wire.js'

/** What came into some rows of a ledger after a position. */
export interface Chunk {
  readonly ledger: Ledger
  readonly rows: readonly number[]
  readonly after: number
  /** What the rows were weighed: see `Ledger.weigh`. */
  readonly bytes: number
}

export interface Speech {
  /** @param kept how many transactions must be stored before it may leave. */
  say(message: Message, kept?: number): void
  /** Says what does not wait for what is yet to be stored. */
  sayAhead(message: Message): void
  step(step: OutgoingStep): void
  /** Rows as messages of about so many bytes. */
  rows(rows: Iterable<RowImage>, chunkBytes: number, kept: number): void
  /** A chunk of a catch-up. */
  chunk(chunk: Chunk, kept: number): void
  /** Rows are forgotten: their numbers may soon be other records'. */
  trimmed(rows: readonly number[]): void
  /** A message as it goes on the wire, for whoever writes it past the queue. */
  written(message: Message): Uint8Array
}

/** JSON, a message to a frame. */
export class JsonSpeech implements Speech {
  readonly #outbound: Outbound
  readonly #hasBorders: boolean

  constructor(outbound: Outbound, hasBorders: boolean) {
    this.#outbound = outbound
    this.#hasBorders = hasBorders
  }

  say(message: Message, kept = 0): void {
    this.#outbound.push(this.written(message), kept)
  }

  sayAhead(message: Message): void {
    this.#outbound.pushAhead(this.written(message))
  }

  step(outgoing: OutgoingStep): void {
    for (const frame of outgoing.frames) this.#outbound.push(this.#bare(frame), outgoing.step.kept)
  }

  rows(rows: Iterable<RowImage>, chunkBytes: number, kept: number): void {
    for (const message of rowsMessages(rows, chunkBytes)) this.say(message, kept)
  }

  chunk(chunk: Chunk, kept: number): void {
    // One message where it can be: a catch-up of one chunk is one step for the peer. JSON takes some five times what the rows were weighed.
    this.rows(imagesOfChunk(chunk), Number.POSITIVE_INFINITY, kept)
  }

  trimmed(): void {
    // JSON names records by their ids.
  }

  written(message: Message): Uint8Array {
    return this.#bare(encodeMessageFrame(message))
  }

  /** A message on its own is its frame without the length. */
  #bare(frame: Uint8Array): Uint8Array {
    return this.#hasBorders ? frame.subarray(4) : frame
  }
}

/** The binary encoding: what is said together shares a frame, and what a number means is told before. */
export class BinarySpeech implements Speech {
  readonly #outbound: Outbound
  readonly #hasBorders: boolean
  readonly #encoder: BinaryEncoder
  readonly #told: Told
  readonly #compression: Compression | undefined

  /** @param compression deflates chunks, if the peer can inflate them. */
  constructor(outbound: Outbound, hasBorders: boolean, encoder: BinaryEncoder, compression?: Compression) {
    this.#outbound = outbound
    this.#hasBorders = hasBorders
    this.#encoder = encoder
    this.#compression = compression
    this.#told = encoder.told()
  }

  say(message: Message, kept = 0): void {
    this.#pack(this.#encoder.encode(message), kept)
  }

  sayAhead(message: Message): void {
    this.#outbound.pushAhead(this.written(message))
  }

  step({ encoded, step }: OutgoingStep): void {
    for (const one of encoded) this.#pack(one, step.kept)
  }

  rows(rows: Iterable<RowImage>, chunkBytes: number, kept: number): void {
    for (const message of rowsMessages(rows, chunkBytes)) this.say(message, kept)
  }

  chunk(chunk: Chunk, kept: number): void {
    const { ledger, rows, after } = chunk
    if (rows.length === 0) return
    const columns = isSmall(chunk) ? columnsOf(ledger, rows, after) : undefined
    if (columns?.sections.every(({ fields }) => fields.length <= MAX_FIELDS))
      this.#pack(this.#deflated(this.#encoder.encodeSections(columns)), kept)
    else this.rows(imagesOfChunk(chunk), MAX_FRAME_BYTES / 4, kept)
  }

  trimmed(rows: readonly number[]): void {
    this.#told.forget(rows)
  }

  /** For messages without numbers. */
  written(message: Message): Uint8Array {
    const { bytes } = this.#encoder.encode(message)
    // In memory of its own where it is a message as it is: what passes it on may pass on all that lies beside it.
    return this.#hasBorders ? bytes.slice() : encodeFrame(bytes, 32)
  }

  #deflated(encoded: Encoded): Encoded {
    return this.#compression === undefined ? encoded : deflated(encoded, this.#compression)
  }

  #pack(encoded: Encoded, kept: number): void {
    const before = this.#told.definitions(encoded)
    if (before !== undefined) this.#outbound.pack(before, kept)
    this.#outbound.pack(encoded.bytes, kept)
  }
}

/** Whether a chunk is sure to fit in one message. Text may take three times its length. */
function isSmall({ rows, bytes }: Chunk): boolean {
  return rows.length <= MAX_ROWS && bytes <= MAX_FRAME_BYTES / 4
}

function* imagesOfChunk({ ledger, rows, after }: Chunk): Iterable<RowImage> {
  for (const row of rows) {
    const image = ledger.image(row, after)
    if (image !== undefined) yield image
  }
}
