/** Version-1 JSON: ASCII out; UTF-8 or escapes in; integers of any size both ways. Rules J1 to J6. */

import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json'
import { invalid, overLimit } from '../check.js'
import { checkContainers } from '../containers.js'
import { ProtocolError } from '../errors.js'
import { MAX_BIGINT_DIGITS } from '../limits.js'
import { decodeUtf8, encodeUtf8, repairEscapes } from '../text.js'

/** A run of digits that a double may not hold. Inside a string it only costs the slower parser. */
const longInteger = /\d{16}/

const integer = /^-?\d+$/

const beyondAscii = /[\u0080-\uffff]/g

/** The bytes of an object in ASCII, which the gem counts right: the rest is `\u` escapes, in lower-case hex as the gem writes them. */
export function encodeAsciiJson(value: object): Uint8Array {
  const text = holdsBigint(value) ? stringifyLossless(value) : JSON.stringify(value)
  if (text === undefined) throw invalid('', 'an object')
  return encodeUtf8(text.replace(beyondAscii, escapeUnit), 0)
}

/** The value in a body. Throws `SYNCRO_JSON_INVALID`, or `SYNCRO_MESSAGE_INVALID` for what is refused anywhere in a message. */
export function decodeV1Json(body: Uint8Array): unknown {
  checkContainers(body)
  const value = parseText(repairEscapes(decodeUtf8(body)))
  checkParts(value)
  return value
}

function parseText(text: string): unknown {
  try {
    if (!longInteger.test(text)) return JSON.parse(text)
    return parseLossless(text, undefined, { parseNumber, onDuplicateKey: takeNew })
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause
    throw new ProtocolError('SYNCRO_JSON_INVALID', 'the body is no JSON', { cause })
  }
}

function parseNumber(text: string): number | bigint {
  const number = Number(text)
  if (Number.isSafeInteger(number) || !integer.test(text)) return number
  if (text.length > MAX_BIGINT_DIGITS) throw overLimit('an integer', text.length, MAX_BIGINT_DIGITS)
  return BigInt(text)
}

/** Of a key that is there twice the later counts, as in JSON.parse and in the gem. */
function takeNew({ newValue }: { newValue: unknown }): unknown {
  return newValue
}

function checkParts(value: unknown): void {
  if (typeof value === 'number' && value - value !== 0) throw invalid('a number', 'finite')
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) checkParts(item)
    return
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw invalid('', 'without the key __proto__')
    checkParts((value as Record<string, unknown>)[key])
  }
}

/** JSON would write null for a number that is not finite, which nobody asked for. */
function holdsBigint(value: unknown): boolean {
  if (typeof value === 'number' && value - value !== 0) throw invalid('a number', 'finite')
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint'
  let holds = false
  for (const part of Object.values(value)) holds = holdsBigint(part) || holds
  return holds
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
