/** One frame out: the length of the body in bytes, unsigned and big-endian, then the body. */

import { ProtocolError } from './errors.js'
import { MAX_FRAME_BYTES, MAX_V1_FRAME_BYTES } from './limits.js'

/** Bits of the length in front of a body: 16 in version 1, 32 in version 2. */
export type FrameWidth = 16 | 32

/**
 * The frame around a body, in an array of its own. Throws `SYNCRO_FRAME_TOO_LARGE` where the body is over 65,535 bytes (16) or `MAX_FRAME_BYTES`
 * (32), and `SYNCRO_FRAME_EMPTY` where it is empty, which no message is.
 */
export function encodeFrame(body: Uint8Array, width: FrameWidth): Uint8Array {
  const limit = width === 16 ? MAX_V1_FRAME_BYTES : MAX_FRAME_BYTES
  if (body.length > limit) throw frameTooLarge(body.length, limit)
  if (body.length === 0) throw new ProtocolError('SYNCRO_FRAME_EMPTY', 'a frame needs a body: no message is empty')
  const header = width / 8
  const frame = new Uint8Array(header + body.length)
  let offset = 0
  if (width === 32) {
    frame[offset++] = body.length >>> 24
    frame[offset++] = body.length >>> 16
  }
  frame[offset++] = body.length >>> 8
  frame[offset] = body.length
  frame.set(body, header)
  return frame
}

export function frameTooLarge(bytes: number, limit: number): ProtocolError {
  return new ProtocolError('SYNCRO_FRAME_TOO_LARGE', `a frame of ${bytes} bytes is over the limit of ${limit}`, {
    actual: bytes,
    limit,
  })
}
