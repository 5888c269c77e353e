/** Text to bytes and back, and what JSON's escapes may do to text. */

import { ProtocolError } from './errors.js'

// Every platform has both, but TypeScript's own library does not declare them without a platform's types.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** An escape as a whole, so that the `\\` before `ud800` is never taken for the beginning of one. A pair is one escape here. */
const escapes = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
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
  for (const [escape] of json.matchAll(escapes)) if (escape.length === 6) return true
  return false
}

/** The same text with U+FFFD for each half pair. The gem under Rails 3 sends such halves for characters that it has already spoilt. */
export function repairEscapes(json: string): string {
  if (!mayHaveSurrogateEscape(json)) return json
  return json.replace(escapes, (escape) => (escape.length === 6 ? '\\ufffd' : escape))
}

/** Whether a string has no half surrogate pair. */
export function isWellFormed(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0xd800 || unit > 0xdfff) continue
    const next = text.charCodeAt(index + 1)
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false
    index++
  }
  return true
}

function mayHaveSurrogateEscape(json: string): boolean {
  return json.includes('\\ud') || json.includes('\\uD')
}
