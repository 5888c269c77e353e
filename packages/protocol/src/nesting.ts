/** How deep a body nests, found without parsing it: deep nesting costs a JSON parser 35 times the memory of the text. */

import { overLimit } from './check.js'
import { MAX_BODY_DEPTH } from './limits.js'

const QUOTE = 34
const BACKSLASH = 92

/**
 * Throws `SYNCRO_MESSAGE_INVALID` where arrays and objects nest deeper than `MAX_BODY_DEPTH`, so that whoever walks the parsed body may call itself.
 * Of a body that is no JSON it may say so wrongly; then its parser would have refused it.
 */
export function checkNesting(body: Uint8Array): void {
  // Each level takes two brackets, so that most messages need no look.
  if (body.length <= MAX_BODY_DEPTH * 2) return
  let depth = 0
  let inString = false
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number
    if (byte === QUOTE) inString = !inString
    else if (inString) {
      if (byte === BACKSLASH) index++
    } else if (byte === 123 || byte === 91) {
      if (++depth > MAX_BODY_DEPTH) throw overLimit('nesting', depth, MAX_BODY_DEPTH)
    } else if (byte === 125 || byte === 93) depth--
  }
}
