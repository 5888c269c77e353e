/** The decoders under test, with what has to hold whatever they are given. */
import { isDeepStrictEqual } from 'node:util'
import {
  decodeMessage,
  decodeV1,
  encodeMessage,
  encodeV1,
  FrameDecoder,
  MAX_FRAME_BYTES,
  ProtocolError,
  V1Reader,
} from '@syncro/protocol'
import { BinarySession } from '../../packages/protocol/test/binary-session.js'
import { readingCodes } from './corpus.js'

const longInteger = /\d{16}/
/** As JSON.stringify writes it, after any number of backslashes that are text. */
const halfPair = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

/** What became of an input: the types of the messages that were read, and the code that ended it, if one did. */
export type Outcome = readonly string[]

/** A version-2 body. What is read must be written as something that reads the same. */
export function readV2(body: Uint8Array): string {
  return orCode(() => {
    const message = decodeMessage(body)
    const written = Buffer.from(encodeMessage(message)).toString()
    if (!isDeepStrictEqual(message, decodeMessage(Buffer.from(written))))
      throw new Error(`what was read is written as something else: ${written}`)
    checkText(written, /"(?:__proto__|constructor|prototype)":/)
    if (halfPair.test(written)) throw new Error(`half a surrogate pair was read: ${written}`)
    return message.type
  })
}

/** A body of the binary encoding. What is read must be written, in either encoding, as something that reads the same. */
export function readBinary(body: Uint8Array): string {
  return orCode(() => {
    const messages = new BinarySession().decode(body)
    const again = new BinarySession()
    for (const message of messages) {
      if (!isDeepStrictEqual([message], again.decode(again.encode(message))))
        throw new Error(`what was read is written as something else: ${message.type}`)
      if (!isDeepStrictEqual(message, decodeMessage(encodeMessage(message))))
        throw new Error(`what was read is written in JSON as something else: ${message.type}`)
    }
    return messages.at(-1)?.type ?? 'nothing'
  })
}

/** A version-1 body. A double without a fraction is written as an integer there, and a long integer is read as a bigint: types may differ then. */
export function readV1(body: Uint8Array): string {
  return orCode(() => {
    const message = decodeV1(body)
    if (message.type === 'unknown') return 'unknown'
    const bytes = Buffer.from(encodeV1(message))
    const written = bytes.toString()
    const again = decodeV1(bytes)
    const isSame = again.type === message.type && bytes.equals(encodeV1(again))
    if (!isSame && !longInteger.test(written)) throw new Error(`what was read is written as something else: ${written}`)
    checkText(written, /"__proto__":/)
    return message.type
  })
}

/** A key cannot be anywhere else in JSON's text than where it is one: in a string its quotes would be escaped. */
function checkText(written: string, reserved: RegExp): void {
  if (reserved.test(written)) throw new Error(`a key was read that reaches prototypes: ${written}`)
}

export interface StreamOptions {
  /** What the stream begins with: 16 as a session does, or 32 as after its upgrade. */
  readonly width: 16 | 32
  readonly maxFrameBytes: number
}

/** A stream in pieces, read as a session reads it. */
export function readStream(pieces: readonly Uint8Array[], { width, maxFrameBytes }: StreamOptions): Outcome {
  const decoder = new FrameDecoder({ width, maxFrameBytes })
  const reader = new V1Reader(decoder)
  const outcome: string[] = []
  const memory = new Memory(decoder)
  const ending = orCode(() => {
    for (const piece of pieces) {
      memory.push(piece)
      for (let type = next(decoder, reader); type !== undefined; type = next(decoder, reader)) outcome.push(type)
    }
    decoder.end()
    return ''
  })
  if (decoder.pendingBytes > maxFrameBytes + 4 + longest(pieces))
    throw new Error('more is held than a frame and a piece')
  return ending === '' ? outcome : [...outcome, ending]
}

/** The next message's type. As in a session, lengths are trusted after a hello, and an upgrade changes the width. */
function next(decoder: FrameDecoder, reader: V1Reader): string | undefined {
  if (decoder.width === 32) {
    const body = decoder.next()
    return body && decodeMessage(body).type
  }
  const message = reader.next()
  if (message?.type === 'hello') reader.mends = false
  if (message?.type === 'upgrade') decoder.width = 32
  return message?.type
}

/** Holds the decoder to the bound that it documents: half as much again as the frame at hand and the piece that came. */
class Memory {
  readonly #decoder: FrameDecoder
  #most = 0

  constructor(decoder: FrameDecoder) {
    this.#decoder = decoder
  }

  push(piece: Uint8Array): void {
    const before = this.#decoder.pendingBytes
    this.#decoder.push(piece)
    this.#most = Math.max(this.#most, before + piece.length)
    const held = this.#decoder.peek().buffer.byteLength
    if (held > Math.max(1_024, Math.ceil(this.#most * 1.5)))
      throw new Error(`${held} bytes are held for a stream that never had more than ${this.#most} waiting`)
  }
}

/** A ProtocolError of PROTOCOL.md is an outcome; anything else that is thrown is a fault. */
function orCode(run: () => string): string {
  try {
    return run()
  } catch (error) {
    if (error instanceof ProtocolError && readingCodes.has(error.code)) return error.code
    throw error
  }
}

function longest(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((most, { length }) => Math.max(most, length), 0)
}

export const defaultStream: StreamOptions = { width: 32, maxFrameBytes: MAX_FRAME_BYTES }
