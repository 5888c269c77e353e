/** What one side of a session has sent, made readable: a line of JSON for each message, whatever its version and encoding. */

import { BinaryDecoder } from './binary/binary-decoder.js'
import { decodeMessage, encodeMessage } from './codec.js'
import { FrameDecoder } from './frame-decoder.js'
import type { Message } from './messages/message.js'
import { decodeUtf8 } from './text.js'
import { encodeV1 } from './v1/codec.js'
import type { ReceivedV1Message } from './v1/message.js'
import { V1Reader } from './v1/reader.js'

/** What a capture begins with: a session's first byte, or a frame of version 2 in one of its encodings. */
export type CaptureStart = 'v1' | 'json' | 'binary'

export class CaptureReader {
  readonly #frames: FrameDecoder
  readonly #v1: V1Reader
  #binary: BinaryDecoder | undefined

  /** @param start default: `v1`. Numbers that were told before a capture in the binary encoding begins are not known in it. */
  constructor(start: CaptureStart = 'v1') {
    this.#frames = new FrameDecoder({ width: start === 'v1' ? 16 : 32 })
    this.#v1 = new V1Reader(this.#frames)
    if (start === 'binary') this.#binary = new BinaryDecoder()
  }

  /** Takes a piece of the capture. Throws nothing. */
  push(bytes: Uint8Array): void {
    this.#frames.push(bytes)
  }

  /** The messages that have come whole. Throws a `ProtocolError` for what is none; those before it have been given. */
  *lines(): Iterable<string> {
    while (this.#frames.width === 16) {
      const message = this.#v1.next()
      if (message === undefined) return
      if (message.type === 'hello') this.#v1.mends = false
      if (message.type === 'upgrade') this.#upgrade(message.encoding)
      yield v1Line(message)
    }
    for (let body = this.#frames.next(); body !== undefined; body = this.#frames.next()) yield* this.#body(body)
  }

  /** Says that nothing follows. Throws `SYNCRO_FRAME_CUT` where part of a frame has come. */
  end(): void {
    this.#frames.end()
  }

  #upgrade(encoding: 'binary' | undefined): void {
    this.#frames.width = 32
    if (encoding === 'binary') this.#binary = new BinaryDecoder()
  }

  *#body(body: Uint8Array): Iterable<string> {
    const binary = this.#binary
    if (binary === undefined) {
      yield line(decodeMessage(body))
      return
    }
    binary.open(body)
    for (let message = binary.next(); message !== undefined; message = binary.next()) yield line(message)
  }
}

function line(message: Message): string {
  return decodeUtf8(encodeMessage(message))
}

/** A message that nobody knows is named: the gem drops it. */
function v1Line(message: ReceivedV1Message): string {
  return message.type === 'unknown' ? JSON.stringify(message) : decodeUtf8(encodeV1(message))
}
