/** Version-1 JSON: ASCII out; UTF-8 or escapes in; integers of any size both ways. Rules J1 to J6. */

import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json'
import { invalid, overLimit } from '../check.js'
import { ProtocolError } from '../errors.js'
import { MAX_BIGINT_DIGITS, MAX_V1_DEPTH } from '../limits.js'
import { nestsDeeper } from '../nesting.js'
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
  const text = repairEscapes(decodeUtf8(body))
  const isLong = longInteger.test(text)
  // The lossless parser calls itself at each level, so it may only see what cannot exhaust the stack.
  if (isLong && nestsDeeper(text, MAX_V1_DEPTH)) throw tooDeep()
  const value = parseText(text, isLong)
  checkParts(value, 1)
  return value
}

function parseText(text: string, isLong: boolean): unknown {
  try {
    return isLong ? parseLossless(text, undefined, { parseNumber, onDuplicateKey: takeNew }) : JSON.parse(text)
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

/** The walk is recursive, and stops where it is too deep. */
function checkParts(value: unknown, depth: number): void {
  if (typeof value === 'number' && value - value !== 0) throw invalid('a number', 'finite')
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_V1_DEPTH) throw tooDeep()
  if (Array.isArray(value)) {
    for (const item of value) checkParts(item, depth + 1)
    return
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw invalid('', 'without the key __proto__')
    checkParts((value as Record<string, unknown>)[key], depth + 1)
  }
}

function holdsBigint(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsBigint)
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function tooDeep(): ProtocolError {
  return overLimit('nesting', MAX_V1_DEPTH + 1, MAX_V1_DEPTH)
}
