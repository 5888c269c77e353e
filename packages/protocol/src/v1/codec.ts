/** Version-1 messages: the gem's, and our `hello` and `upgrade`. Bodies, without the length in front. */

import { invalid, isObject } from '../check.js'
import { parseAddScribe } from './add-scribe.js'
import { parseV1Error } from './error.js'
import { parseHello, writeHello } from './hello.js'
import { decodeV1Json, encodeAsciiJson } from './json.js'
import type { ReceivedV1Message, V1Message } from './message.js'
import { parseNoop } from './noop.js'
import { parseResponse } from './response.js'
import { parseRpc } from './rpc.js'
import { parseSync } from './sync.js'
import { parseUnknown } from './unknown.js'
import { parseUpgrade } from './upgrade.js'

/** The body of a version-1 message: ASCII, keys in the gem's order. It may be too long for a frame: `encodeFrame` says so. */
export function encodeV1(message: V1Message): Uint8Array {
  return encodeAsciiJson(write(message))
}

/**
 * The version-1 message in a body, which may be reused afterwards. Throws `SYNCRO_JSON_INVALID` for what is no JSON (an unfinished object may
 * be one of the gem's wrong lengths: see `V1Reader`) and `SYNCRO_MESSAGE_INVALID`, and nothing else, whatever the bytes are.
 */
export function decodeV1(body: Uint8Array): ReceivedV1Message {
  const raw = decodeV1Json(body)
  if (!isObject(raw)) throw invalid('', 'a JSON object')
  switch (raw.type) {
    case 'sync':
      return parseSync(raw)
    case 'add_scribe':
      return parseAddScribe(raw)
    case 'response':
      return parseResponse(raw)
    case 'error':
      return parseV1Error(raw)
    case 'rpc':
      return parseRpc(raw)
    case 'noop':
      return parseNoop(raw)
    // Somebody else's message may have our name: without our mark it is as unknown as any other.
    case 'hello':
      return raw.versions === undefined ? parseUnknown('hello') : parseHello(raw)
    case 'upgrade':
      return raw.version === undefined ? parseUnknown('upgrade') : parseUpgrade(raw)
    default:
      return parseUnknown(raw.type)
  }
}

/** The object to write, its keys in the order in which the gem writes them. */
function write(message: V1Message): object {
  switch (message.type) {
    case 'sync':
      return withId({ type: 'sync', from: message.from }, message)
    case 'add_scribe':
      return withId({ type: 'add_scribe', scribe: message.scribe }, message)
    case 'response':
      return { type: 'response', id: message.id, result: message.result }
    case 'error':
      return { type: 'error', code: message.code }
    case 'rpc':
      return withId({ type: 'rpc', klass: message.klass, method: message.method, args: message.args }, message)
    case 'noop':
      return withId({ type: 'noop' }, message)
    case 'hello':
      return writeHello(message)
    case 'upgrade':
      return message
  }
}

function withId(written: object, request: { readonly id?: unknown }): object {
  return request.id === undefined ? written : { ...written, id: request.id }
}
