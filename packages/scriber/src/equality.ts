/** When two values are one and the same, and the bytes that say so. */
import type { Value } from './value.js'

/** Structural equality, key order aside. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Date || b instanceof Date)
    return a instanceof Date && b instanceof Date && a.getTime() === b.getTime()
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false
    return a.every((byte, at) => byte === b[at])
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, at) => equalValues(item as Value, b[at] as Value))
  }
  const left = a as { readonly [key: string]: Value }
  const right = b as { readonly [key: string]: Value }
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && equalValues(left[key]!, right[key]!))
}

/** The value's canonical bytes: UTF-8 of JSON with sorted keys, where a one-letter tag tells the types JSON has not. */
export function canonicalBytes(value: Value): Uint8Array {
  return new TextEncoder().encode(canonicalText(value))
}

/** The canonical bytes as text. */
export function canonicalText(value: Value): string {
  if (typeof value === 'bigint') return `n${value}`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return `d${value.getTime()}`
  if (value instanceof Uint8Array) return `b${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item as Value)).join()}]`
  const object = value as { readonly [key: string]: Value }
  const keys = Object.keys(object).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(object[key]!)}`).join()}}`
}
