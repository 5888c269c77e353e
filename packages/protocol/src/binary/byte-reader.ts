/** Bytes being read, of which nothing is believed: whatever is not there, or not what it should be, is `SYNCRO_BINARY_INVALID`. */

import { overLimit } from '../check.js'
import { ProtocolError } from '../errors.js'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text up to this many bytes is put together unit by unit while it is ASCII: a call of the decoder costs more (Node 20). */
const SHORT_TEXT = 32

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)

/** Of each length of a short text, room for its units: a list that is always full is read twice as fast. */
const unitsOf = Array.from({ length: SHORT_TEXT + 1 }, (_, length) => new Array<number>(length).fill(0))

/** Keys of objects that were met last, by their lengths and ends: the same ones come over and over. */
const keys = new Array<string>(256).fill('')

const none = new Uint8Array(0)

export class ByteReader {
  #bytes: Uint8Array = none
  #at = 0

  /** Begins to read. */
  open(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#at = 0
  }

  /** How many bytes were read. */
  get at(): number {
    return this.#at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw cut()
    this.#at += 1
    return byte
  }

  count(): number {
    const bytes = this.#bytes
    const first = bytes[this.#at]
    if (first === undefined) throw cut()
    this.#at += 1
    if (first < 128) return first
    let value = first & 127
    let factor = 128
    for (let more = 1; more < 8; more++) {
      const byte = bytes[this.#at++]
      if (byte === undefined) throw cut()
      value += (byte & 127) * factor
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) throw malformed('a number is beyond 2^53 - 1')
        return value
      }
      factor *= 128
    }
    throw malformed('a number has more than 8 bytes')
  }

  /** A count that must not be over a limit. */
  countUpTo(limit: number, path: string): number {
    const value = this.count()
    if (value > limit) throw overLimit(path, value, limit)
    return value
  }

  /** See `ByteWriter.fixed`; the caller has checked that the width is 0 to 7. */
  fixed(width: number): number {
    const bytes = this.#bytes
    if (this.left < width) throw cut()
    let value = 0
    for (let index = width - 1; index >= 0; index--) value = value * 256 + bytes[this.#at + index]!
    this.#at += width
    return value
  }

  double(): number {
    if (this.left < 8) throw cut()
    for (let index = 0; index < 8; index++) doubleBytes[index] = this.#bytes[this.#at + index]!
    this.#at += 8
    return double[0]!
  }

  /** So many bytes as they lie there: a view. */
  raw(length: number): Uint8Array {
    if (this.left < length) throw cut()
    const view = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return view
  }

  /** So many bytes as hex digits. */
  hex(length: number): string {
    if (this.left < length) throw cut()
    let digits = ''
    for (let index = 0; index < length; index++) digits += hexDigits[this.#bytes[this.#at + index]!]
    this.#at += length
    return digits
  }

  /** A text with its length in front, of at most so many UTF-16 units. */
  text(limit: number, path: string): string {
    return this.characters(this.count(), limit, path)
  }

  /** A text that mostly was met before: what was read last of its kind is compared, and no new one is made. */
  key(limit: number, path: string): string {
    const length = this.count()
    if (length === 0 || length > SHORT_TEXT || length > this.left) return this.characters(length, limit, path)
    const bytes = this.#bytes
    const kind = (length * 7 + bytes[this.#at]! * 31 + bytes[this.#at + length - 1]!) & (keys.length - 1)
    const known = keys[kind]!
    if (this.#is(known, length)) {
      this.#at += length
      return known
    }
    const key = this.characters(length, limit, path)
    // ASCII alone: of other texts the units are not the bytes.
    if (key.length === length) keys[kind] = key
    return key
  }

  #is(text: string, length: number): boolean {
    if (text.length !== length) return false
    for (let index = 0; index < length; index++)
      if (text.charCodeAt(index) !== this.#bytes[this.#at + index]) return false
    return true
  }

  /** A text of so many bytes. */
  characters(length: number, limit: number, path: string): string {
    // No unit takes more than three bytes: nothing is made of what is too long.
    if (length > limit * 3) throw overLimit(path, Math.ceil(length / 3), limit)
    if (this.left < length) throw cut()
    const start = this.#at
    this.#at += length
    const text = (length <= SHORT_TEXT ? this.#ascii(start, length) : undefined) ?? this.#utf8(start, length)
    if (text.length > limit) throw overLimit(path, text.length, limit)
    return text
  }

  #ascii(start: number, length: number): string | undefined {
    const bytes = this.#bytes
    const units = unitsOf[length]!
    for (let index = 0; index < length; index++) {
      const byte = bytes[start + index]!
      if (byte > 127) return undefined
      units[index] = byte
    }
    return String.fromCharCode.apply(undefined, units)
  }

  #utf8(start: number, length: number): string {
    try {
      return decoder.decode(this.#bytes.subarray(start, start + length))
    } catch (cause) {
      throw new ProtocolError('SYNCRO_BINARY_INVALID', 'a text is not UTF-8', { cause })
    }
  }
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function cut(): ProtocolError {
  return malformed('the body ends in the middle of a message')
}

/** The error for bytes that are not in the encoding. */
export function malformed(what: string, cause?: unknown): ProtocolError {
  const details = cause === undefined ? {} : { cause }
  return new ProtocolError('SYNCRO_BINARY_INVALID', `the body is not in the binary encoding: ${what}`, details)
}
