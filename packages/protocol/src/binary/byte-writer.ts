/** Bytes being put together: unsigned integers of any size, texts, ids. Grows as needed and is used again for the next message. */

import { invalid } from '../check.js'

const encoder = new TextEncoder()

/** Text up to this many units is copied unit by unit while it is ASCII: a call of the encoder costs as much as 60 of them (Node 20). */
const SHORT_TEXT = 48

/** What is kept of a buffer that grew; more is given back. */
const IDLE_CAPACITY = 65_536

/** Messages up to this many bytes share memory, so much at a time. */
const LONG = 256
const SLAB = 8_192

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)

export class ByteWriter {
  #bytes = new Uint8Array(1_024)
  #length = 0
  #slab = new Uint8Array(0)
  #slabLength = 0

  get length(): number {
    return this.#length
  }

  /** What was written, in bytes of its own; the next message may begin. Short ones lie side by side: memory of its own costs more than to write them. */
  take(): Uint8Array {
    const taken = this.#length > LONG ? this.#bytes.slice(0, this.#length) : this.#short()
    this.clear()
    return taken
  }

  #short(): Uint8Array {
    const length = this.#length
    if (this.#slabLength + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB)
      this.#slabLength = 0
    }
    const taken = this.#slab.subarray(this.#slabLength, this.#slabLength + length)
    const bytes = this.#bytes
    for (let index = 0; index < length; index++) taken[index] = bytes[index]!
    this.#slabLength += length
    return taken
  }

  /** Drops what was written since there was so much. */
  cut(length: number): void {
    this.#length = length
  }

  /** Drops what was written. */
  clear(): void {
    this.#length = 0
    if (this.#bytes.length > IDLE_CAPACITY) this.#bytes = new Uint8Array(1_024)
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
  }

  /** A safe integer of at least 0 in 1 to 8 bytes: 7 bits each, the lowest first, the upper bit set in all but the last. */
  count(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8)
    const bytes = this.#bytes
    let at = this.#length
    let rest = value
    while (rest > 0x0fffffff) {
      bytes[at++] = (rest & 127) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[at++] = rest
    this.#length = at
  }

  /** A safe integer of at least 0 in so many bytes, up to 7, the lowest first. */
  fixed(value: number, width: number): void {
    if (this.#length + width > this.#bytes.length) this.#grow(width)
    let rest = value
    for (let index = 0; index < width; index++) {
      this.#bytes[this.#length++] = rest & 255
      rest = rest > 0xffffffff ? Math.floor(rest / 256) : rest >>> 8
    }
  }

  /** A double in 8 bytes, the lowest first. */
  double(value: number): void {
    double[0] = value
    this.raw(doubleBytes)
  }

  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Hex digits, two a byte. */
  hex(digits: string): void {
    for (let index = 0; index < digits.length; index += 2)
      this.byte((digitOf(digits.charCodeAt(index)) << 4) | digitOf(digits.charCodeAt(index + 1)))
  }

  /** A text: how many bytes it takes, then its UTF-8. Throws `SYNCRO_MESSAGE_INVALID` for half a surrogate pair, which UTF-8 does not have. */
  text(text: string): void {
    const start = this.#length
    // Room for a length of one byte, which most texts need.
    this.byte(0)
    const bytes = this.characters(text)
    if (bytes < 128) {
      this.#bytes[start] = bytes
      return
    }
    const header = bytesOfCount(bytes)
    if (this.#length + header > this.#bytes.length) this.#grow(header)
    this.#bytes.copyWithin(start + header, start + 1, this.#length)
    this.#length = start
    this.count(bytes)
    this.#length += bytes
  }

  /** The UTF-8 of a text without its length; returns how many bytes that took. */
  characters(text: string): number {
    const { length } = text
    if (this.#length + length * 3 > this.#bytes.length) this.#grow(length * 3)
    if (length <= SHORT_TEXT && this.#ascii(text)) return length
    if (!text.isWellFormed()) throw invalid('a text', 'without half surrogate pairs')
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#length))
    this.#length += written
    return written
  }

  /** Writes over a byte that was written before. */
  patch(at: number, value: number): void {
    this.#bytes[at] = value
  }

  #ascii(text: string): boolean {
    const bytes = this.#bytes
    const start = this.#length
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 127) return false
      bytes[start + index] = unit
    }
    this.#length += text.length
    return true
  }

  #grow(bytes: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

function bytesOfCount(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes += 1
  return bytes
}

function digitOf(unit: number): number {
  return unit <= 57 ? unit - 48 : unit - 87
}
