/** Text to bytes and back, and what JSON's escapes may do to text. */

import { ProtocolError } from './errors.js'

const encoder = new TextEncoder()
/** Most messages fit, and then cost one allocation of their own size. */
const scratch = new Uint8Array(16_384)

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** An escape as a whole, so that the `\\` before `ud800` is never taken for the beginning of one. A pair is one escape here. */
const escapes = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|[\s\S])/g

/** The bytes of a text, behind `headroom` bytes for the caller to fill, in an array of their own. */
export function encodeUtf8(text: string, headroom: number): Uint8Array {
  const most = headroom + text.length * 3
  const into = most <= scratch.length ? scratch : new Uint8Array(most)
  const { written } = encoder.encodeInto(text, into.subarray(headroom))
  return into.slice(0, headroom + written)
}

/** The text of a body. Throws `SYNCRO_JSON_INVALID` for what is no UTF-8, so raw text never holds a lone surrogate. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new ProtocolError('SYNCRO_JSON_INVALID', 'the body is not UTF-8', { cause })
  }
}

/** Whether JSON text has an escape that is half a surrogate pair: one look at the text, instead of one at each string in it. */
export function hasLoneEscape(json: string): boolean {
  if (!mayHaveSurrogateEscape(json)) return false
  for (const [found] of json.matchAll(escapes)) if (found.length === 6) return true
  return false
}

/** The same text with U+FFFD for each half pair. The gem under Rails 3 sends such halves for characters that it has already spoilt. */
export function repairEscapes(json: string): string {
  if (!mayHaveSurrogateEscape(json)) return json
  return json.replace(escapes, (found) => (found.length === 6 ? '\\ufffd' : found))
}

function mayHaveSurrogateEscape(json: string): boolean {
  return json.includes('\\ud') || json.includes('\\uD')
}
