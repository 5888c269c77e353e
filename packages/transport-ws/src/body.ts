/**
 * Bodies of messages in a WebSocket's two kinds of frames: JSON goes as text, which is what a gem behind a WebSocket reads and writes, and anything else
 * as binary. Whoever receives takes the bytes of both. So nothing needs to be known of versions here: version 1 is JSON, each body of it begins
 * with `{`, and none of the binary encoding does.
 */

import type { Sendable } from './socket.js'

const OPENING_BRACE = 0x7b

/** Refuses what is not UTF-8: it would not come back as the same bytes. */
const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** A body as it is sent: a string goes as text. */
export function toSend(body: Uint8Array): Sendable {
  const bytes = body as Uint8Array<ArrayBuffer>
  if (body[0] !== OPENING_BRACE) return bytes
  try {
    return decoder.decode(body)
  } catch {
    // Bytes that only begin like JSON.
    return bytes
  }
}

/** The bytes of what came. */
export function received(data: unknown): Uint8Array {
  if (typeof data === 'string') return encoder.encode(data)
  return data instanceof Uint8Array ? data : new Uint8Array(data as ArrayBuffer)
}
