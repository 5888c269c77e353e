/** Values as version 1 has them: what JSON has no form for goes as text (DESIGN section 5, "Values"). */
import type { JsonValue } from '@syncro/protocol'
import { equalValues, type Value } from '@syncro/scriber'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Dates as ISO 8601, bigints as decimals, bytes as base64. */
export function wireValue(value: Value): JsonValue {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return base64(value)
  if (isArray(value)) return value.map(wireValue)
  const object: Record<string, JsonValue> = {}
  for (const key of Object.keys(value)) object[key] = wireValue(value[key]!)
  return object
}

/** True if a client of version 1 cannot tell the two apart. */
export function sameOnWire(a: Value, b: Value): boolean {
  return equalValues(a, b) || equalValues(wireValue(a), wireValue(b))
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let letter = 0; letter < 4; letter++)
      text += at + letter > bytes.length ? '=' : alphabet.charAt((bits >> (18 - 6 * letter)) & 63)
  }
  return text
}

// Array.isArray does not tell a readonly array from an object.
function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}
