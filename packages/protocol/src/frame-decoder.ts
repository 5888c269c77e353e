/** Bytes in, whole bodies out, whatever the split of the stream. */

import { ProtocolError } from './errors.js'
import { type FrameWidth, frameTooLarge } from './frame.js'
import { MAX_FRAME_BYTES } from './limits.js'

export interface FrameDecoderOptions {
  /** Bits of the lengths to come. Default: 16, as each session begins. */
  readonly width?: FrameWidth

  /** Most bytes of one body. Default: `MAX_FRAME_BYTES`. */
  readonly maxFrameBytes?: number
}

/** What is kept of an emptied buffer; more is given back, so that one large frame does not weigh on its session for ever. */
const IDLE_CAPACITY = 65_536

const FIRST_CAPACITY = 1_024

const nothing = new Uint8Array(0)

/**
 * Takes the bytes of a stream and gives the bodies of its frames, one at a time, because the width may change and a body may be put back between
 * two of them. What it takes is copied, so a chunk may be reused after `push`. A body is valid until the next `push` or `next`.
 *
 * Its memory is at most half as much again as the largest frame and the chunks pushed since `next` last returned undefined; a length that was only
 * announced reserves nothing. Total work is linear in the bytes, however they are split.
 */
export class FrameDecoder {
  /** Bits of the next frame's length. It may be set between two calls of `next`. */
  width: FrameWidth

  readonly #maxFrameBytes: number
  #buffer = nothing
  #start = 0
  #end = 0

  /** By how much the frame at `#start` is longer than it says. */
  #extension = 0

  /** Where the body that was returned last began, and by how much it was extended; -1 where it can no longer be put back. */
  #returnedStart = -1
  #returnedExtension = 0

  constructor(options: FrameDecoderOptions = {}) {
    this.width = options.width ?? 16
    this.#maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES
  }

  /** Bytes held that no body has been made of. */
  get pendingBytes(): number {
    return this.#end - this.#start
  }

  /** Takes a piece of the stream. Throws nothing. */
  push(chunk: Uint8Array): void {
    this.#returnedStart = -1
    if (this.#end + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length)
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /**
   * The next whole body, or undefined until more is pushed. In version 1 a body may be empty: see rule F4. Throws `SYNCRO_FRAME_TOO_LARGE` and, in
   * 32-bit frames, `SYNCRO_FRAME_EMPTY`; the stream is of no use after that, and each further call throws the same.
   */
  next(): Uint8Array | undefined {
    const header = this.width / 8
    const start = this.#start
    if (this.#end - start < header) return this.#wait()
    const length = this.#lengthAt(start)
    if (length > this.#maxFrameBytes) throw frameTooLarge(length, this.#maxFrameBytes)
    if (length === 0 && this.width === 32) throw new ProtocolError('SYNCRO_FRAME_EMPTY', 'a frame without a body')
    const end = start + header + length
    if (this.#end < end) return this.#wait()
    this.#start = end
    this.#returnedStart = start
    this.#returnedExtension = this.#extension
    this.#extension = 0
    return this.#buffer.subarray(start + header, end)
  }

  /**
   * Puts the body back that `next` has just returned, to come again with that many bytes more behind it. Throws `SYNCRO_FRAME_TOO_LARGE` where it
   * would be over the limit. For version 1 only, whose lengths are modulo 65,536 where the gem wrote them.
   */
  extend(bytes: number): void {
    if (this.#returnedStart < 0) throw new Error('call extend right after the next() that returned the body')
    this.#start = this.#returnedStart
    this.#extension = this.#returnedExtension + bytes
    this.#returnedStart = -1
    const length = this.#lengthAt(this.#start)
    if (length > this.#maxFrameBytes) throw frameTooLarge(length, this.#maxFrameBytes)
  }

  /** What has come of the body that `next` waits for: a view, valid like a body. */
  peek(): Uint8Array {
    return this.#buffer.subarray(Math.min(this.#start + this.width / 8, this.#end), this.#end)
  }

  /** Says that nothing will follow. Throws `SYNCRO_FRAME_CUT` where part of a frame has come. */
  end(): void {
    if (this.pendingBytes > 0)
      throw new ProtocolError('SYNCRO_FRAME_CUT', 'the connection ended in the middle of a frame')
  }

  #lengthAt(start: number): number {
    const view = this.#buffer
    let length = ((view[start] ?? 0) << 8) | (view[start + 1] ?? 0)
    if (this.width === 32) length = length * 65_536 + (((view[start + 2] ?? 0) << 8) | (view[start + 3] ?? 0))
    return length + this.#extension
  }

  #wait(): undefined {
    this.#returnedStart = -1
    if (this.#start === this.#end) {
      this.#start = 0
      this.#end = 0
      if (this.#buffer.length > IDLE_CAPACITY) this.#buffer = nothing
    }
    return undefined
  }

  /** Moves what is held to the front where at least as much has been given out since, and grows by a part of itself else: both keep the total linear. */
  #makeRoom(bytes: number): void {
    const held = this.#end - this.#start
    const needed = held + bytes
    if (needed <= this.#buffer.length && this.#start >= held) {
      this.#buffer.copyWithin(0, this.#start, this.#end)
    } else {
      const grown = new Uint8Array(Math.max(needed, Math.min(FIRST_CAPACITY, needed * 4), Math.ceil(held * 1.5)))
      grown.set(this.#buffer.subarray(this.#start, this.#end))
      this.#buffer = grown
    }
    this.#start = 0
    this.#end = held
  }
}
