/** Version-2 messages in their JSON encoding: bodies, without the length in front. */

import { invalid, isObject } from './check.js'
import { checkContainers } from './containers.js'
import { ProtocolError } from './errors.js'
import { frameTooLarge } from './frame.js'
import { MAX_FRAME_BYTES } from './limits.js'
import { parseAck } from './messages/ack.js'
import { batchText, parseBatch } from './messages/batch.js'
import { parseCatchUp } from './messages/catch-up.js'
import { parseCaughtUp } from './messages/caught-up.js'
import { parseDigest } from './messages/digest.js'
import { parseError, writeError } from './messages/error.js'
import { parseMark } from './messages/mark.js'
import type { Message } from './messages/message.js'
import { parsePing } from './messages/ping.js'
import { parsePong } from './messages/pong.js'
import { parseResume } from './messages/resume.js'
import { parseResumed } from './messages/resumed.js'
import { parseRows, writeRows } from './messages/rows.js'
import { decodeUtf8, encodeUtf8, hasLoneEscape } from './text.js'

/** The body of a version-2 message. Throws `SYNCRO_MESSAGE_INVALID` for a value that is none (NaN, say); all else is up to the types. */
export function encodeMessage(message: Message): Uint8Array {
  return encodeUtf8(textOf(message), 0)
}

/**
 * A version-2 message in its 32-bit frame, in one step; its body is `frame.subarray(4)`. Throws `SYNCRO_FRAME_TOO_LARGE` where the body is over
 * `MAX_FRAME_BYTES`, and what `encodeMessage` throws.
 */
export function encodeMessageFrame(message: Message): Uint8Array {
  const frame = encodeUtf8(textOf(message), 4)
  const length = frame.length - 4
  if (length > MAX_FRAME_BYTES) throw frameTooLarge(length, MAX_FRAME_BYTES)
  frame[0] = length >>> 24
  frame[1] = length >>> 16
  frame[2] = length >>> 8
  frame[3] = length
  return frame
}

/**
 * The version-2 message in a body, which may be reused afterwards. Throws `SYNCRO_JSON_INVALID`, `SYNCRO_MESSAGE_INVALID` or
 * `SYNCRO_MESSAGE_UNKNOWN`, and nothing else, whatever the bytes are.
 */
export function decodeMessage(body: Uint8Array): Message {
  checkContainers(body)
  const text = decodeUtf8(body)
  const raw = parseJson(text)
  if (hasLoneEscape(text)) throw invalid('', 'without half surrogate pairs')
  if (!isObject(raw)) throw invalid('', 'a JSON object')
  switch (raw.type) {
    case 'batch':
      return parseBatch(raw)
    case 'mark':
      return parseMark(raw)
    case 'ack':
      return parseAck(raw)
    case 'rows':
      return parseRows(raw)
    case 'catch-up':
      return parseCatchUp(raw)
    case 'caught-up':
      return parseCaughtUp()
    case 'ping':
      return parsePing(raw)
    case 'pong':
      return parsePong(raw)
    case 'digest':
      return parseDigest(raw)
    case 'resume':
      return parseResume(raw)
    case 'resumed':
      return parseResumed(raw)
    case 'error':
      return parseError(raw)
    default:
      throw unknownType(raw.type)
  }
}

function textOf(message: Message): string {
  switch (message.type) {
    case 'batch':
      return batchText(message)
    case 'rows':
      return JSON.stringify(writeRows(message))
    case 'error':
      return JSON.stringify(writeError(message))
    default:
      return JSON.stringify(message)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ProtocolError('SYNCRO_JSON_INVALID', 'the body is no JSON', { cause })
  }
}

function unknownType(type: unknown): ProtocolError {
  if (typeof type !== 'string') return invalid('type', 'a string')
  return new ProtocolError('SYNCRO_MESSAGE_UNKNOWN', `version 2 has no message ${JSON.stringify(type.slice(0, 32))}`, {
    path: 'type',
  })
}
