/** What a value takes on the wire, without encoding it: for limits that must hold before anything is recorded. */
import type { Value } from './value.js'

/** An upper bound of the bytes of a value in the JSON encoding, exact for text. */
export function encodedBytes(value: Value): number {
  switch (typeof value) {
    case 'string':
      return textBytes(value)
    case 'number':
      return 25
    case 'boolean':
      return 5
    case 'bigint':
      return 15 + value.toString().length
  }
  if (value === null) return 4
  if (value instanceof Date) return 35
  if (value instanceof Uint8Array) return 15 + Math.ceil(value.length / 3) * 4
  let bytes = 10
  if (Array.isArray(value)) for (const item of value) bytes += 1 + encodedBytes(item as Value)
  else
    for (const key of Object.keys(value))
      bytes += 2 + textBytes(key) + encodedBytes((value as Record<string, Value>)[key]!)
  return bytes
}

/** About what a value takes in the binary encoding, without a look at its text. */
export function roughBytes(value: Value): number {
  switch (typeof value) {
    case 'string':
      return 2 + value.length
    case 'number':
      return 8
    case 'boolean':
      return 1
    default:
      return encodedBytes(value)
  }
}

/** Bytes of a text in JSON, quotes and escapes included. */
export function textBytes(text: string): number {
  let bytes = 2
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20) bytes += 6
    else if (unit === 0x22 || unit === 0x5c) bytes += 2
    else if (unit < 0x80) bytes += 1
    else if (unit < 0x800 || (unit & 0xf800) === 0xd800) bytes += 2
    else bytes += 3
  }
  return bytes
}
