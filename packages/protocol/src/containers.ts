/** How many arrays and objects a body has and how deep they nest, found without parsing it: they cost a JSON parser up to 35 times their text. */

import { overLimit } from './check.js'
import { MAX_BODY_CONTAINERS, MAX_BODY_DEPTH, MAX_OBJECT_KEYS } from './limits.js'

const QUOTE = 34
const BACKSLASH = 92
const COLON = 58

/** Of each object that is open, by depth: its keys so far. */
const keys = new Uint16Array(MAX_BODY_DEPTH + 1)

/**
 * Throws `SYNCRO_MESSAGE_INVALID` where there are more arrays and objects than `MAX_BODY_CONTAINERS`, where they nest deeper than `MAX_BODY_DEPTH`, so
 * that whoever walks the parsed body may call itself, and where one has more keys than `MAX_OBJECT_KEYS`. Of a body that is no JSON it may say so
 * wrongly; then its parser would have refused it.
 */
export function checkContainers(body: Uint8Array): void {
  // Each level takes two brackets, so that most messages need no look.
  if (body.length <= MAX_BODY_DEPTH * 2) return
  let depth = 0
  let containers = 0
  let inString = false
  keys[0] = 0
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number
    if (byte === QUOTE) inString = !inString
    else if (inString) {
      if (byte === BACKSLASH) index++
    } else if (byte === 123 || byte === 91) {
      if (++depth > MAX_BODY_DEPTH) throw overLimit('nesting', depth, MAX_BODY_DEPTH)
      if (++containers > MAX_BODY_CONTAINERS) throw overLimit('arrays and objects', containers, MAX_BODY_CONTAINERS)
      keys[depth] = 0
    } else if (byte === 125 || byte === 93) depth--
    else if (byte === COLON && ++(keys[depth] as number) > MAX_OBJECT_KEYS)
      throw overLimit('keys', MAX_OBJECT_KEYS + 1, MAX_OBJECT_KEYS)
  }
}
