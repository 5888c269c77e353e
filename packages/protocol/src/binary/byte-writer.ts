/** Bytes being put together: unsigned integers of any size, texts, ids. Grows as needed and is used again for the next message. */

import { invalid } from '../check.js'

const encoder = new TextEncoder()

/** Text up to this many units is copied unit by unit while it is ASCII: a call of the encoder costs as much as 60 of them (Node 20). */
const SHORT_TEXT = 48

/** Messages lie side by side in memory of so many bytes, or twice what one of them takes: memory of its own would cost more than to write it. */
const SLAB = 8_192

/** What is kept of a buffer that grew; a larger one belongs to its message alone. */
const IDLE_CAPACITY = 65_536

const double = new Float64Array(1)
const doubleBytes = new Uint8Array(double.buffer)

export class ByteWriter {
  #bytes = new Uint8Array(SLAB)
  /** Where the message at hand begins, and where its next byte goes. */
  #start = 0
  #at = 0

  /** How much was written of the message at hand. */
  get length(): number {
    return this.#at - this.#start
  }

  /** The message, in bytes that nobody writes any more; the next may begin. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#start, this.#at)
    this.#start = this.#at
    if (this.#bytes.length > IDLE_CAPACITY) this.#renew()
    return taken
  }

  /** Drops what was written since there was so much. */
  cut(length: number): void {
    this.#at = this.#start + length
  }

  /** Drops what was written. */
  clear(): void {
    this.#at = this.#start
    if (this.#bytes.length > IDLE_CAPACITY) this.#renew()
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#at++] = value
  }

  /** A safe integer of at least 0 in 1 to 8 bytes: 7 bits each, the lowest first, the upper bit set in all but the last. */
  count(value: number): void {
    if (this.#at + 8 > this.#bytes.length) this.#grow(8)
    const bytes = this.#bytes
    let at = this.#at
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
    this.#at = at
  }

  /** A safe integer of at least 0 in so many bytes, up to 7, the lowest first. */
  fixed(value: number, width: number): void {
    if (this.#at + width > this.#bytes.length) this.#grow(width)
    let rest = value
    for (let index = 0; index < width; index++) {
      this.#bytes[this.#at++] = rest & 255
      rest = rest > 0xffffffff ? Math.floor(rest / 256) : rest >>> 8
    }
  }

  /** A double in 8 bytes, the lowest first. */
  double(value: number): void {
    double[0] = value
    this.raw(doubleBytes)
  }

  raw(bytes: Uint8Array): void {
    if (this.#at + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Hex digits, two a byte. */
  hex(digits: string): void {
    for (let index = 0; index < digits.length; index += 2)
      this.byte((digitOf(digits.charCodeAt(index)) << 4) | digitOf(digits.charCodeAt(index + 1)))
  }

  /** A text: how many bytes it takes, then its UTF-8. Throws `SYNCRO_MESSAGE_INVALID` for half a surrogate pair, which UTF-8 does not have. */
  text(text: string): void {
    const before = this.length
    // Room for a length of one byte, which most texts need.
    this.byte(0)
    const bytes = this.characters(text)
    if (bytes < 128) {
      this.patch(before, bytes)
      return
    }
    const header = bytesOfCount(bytes)
    if (this.#at + header > this.#bytes.length) this.#grow(header)
    const start = this.#start + before
    this.#bytes.copyWithin(start + header, start + 1, this.#at)
    this.#at = start
    this.count(bytes)
    this.#at += bytes
  }

  /** The UTF-8 of a text without its length; returns how many bytes that took. */
  characters(text: string): number {
    const { length } = text
    if (this.#at + length * 3 > this.#bytes.length) this.#grow(length * 3)
    if (length <= SHORT_TEXT && this.#ascii(text)) return length
    if (!text.isWellFormed()) throw invalid('a text', 'without half surrogate pairs')
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#at))
    this.#at += written
    return written
  }

  /** Writes over a byte of the message that was written before. */
  patch(at: number, value: number): void {
    this.#bytes[this.#start + at] = value
  }

  #ascii(text: string): boolean {
    const bytes = this.#bytes
    const start = this.#at
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 127) return false
      bytes[start + index] = unit
    }
    this.#at += text.length
    return true
  }

  #renew(): void {
    this.#bytes = new Uint8Array(SLAB)
    this.#start = 0
    this.#at = 0
  }

  #grow(bytes: number): void {
    const written = this.#bytes.subarray(this.#start, this.#at)
    const grown = new Uint8Array(Math.max(SLAB, (written.length + bytes) * 2))
    grown.set(written)
    this.#bytes = grown
    this.#start = 0
    this.#at = written.length
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
