/**
 * What a field can hold: JSON values, `Date`, `bigint` and `Uint8Array`. Values are checked and copied where they enter, so that
 * what is recorded is what travels, and nobody can change it behind the recorder's back.
 */
import { UsageError } from './errors.js'
import type { ScriberLimits } from './limits.js'

/** A value that can be recorded, stored and sent. */
export type Value =
  | null
  | boolean
  | number
  | string
  | bigint
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value }

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** True for the names that would reach an object's prototype: no field, class or key may have one. */
export function isForbiddenKey(key: string): boolean {
  return forbiddenKeys.has(key)
}

/** A date inside a value: like the frozen arrays around it, it throws rather than changing without being recorded. */
class FrozenDate extends Date {}
for (const name of Object.getOwnPropertyNames(Date.prototype)) {
  if (!name.startsWith('set')) continue
  Object.defineProperty(FrozenDate.prototype, name, {
    value() {
      throw new TypeError('This date is part of a recorded value: assign a new value to the field instead.')
    },
  })
}

/**
 * Checks a value and makes the copy that is recorded: deeply frozen, -0 as 0.
 *
 * @param where names class and field in the error.
 * @throws UsageError `SYNCRO_VALUE_INVALID` for what cannot be recorded, with the path to it.
 */
export function admitValue(value: unknown, where: string, limits: ScriberLimits): Value {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) refuse(where, 'holds a lone surrogate, which no encoding keeps')
      if (value.length * 6 > limits.maxValueBytes) checkSize(value, where, limits)
      return value
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) refuse(where, `is ${value}; record null, or leave the field alone`)
      return value === 0 ? 0 : value
  }
  if (value === null) return null
  const copy = admitDeep(value, where, limits, 0, new Set())
  checkSize(copy, where, limits)
  return copy
}

/** Freezes a value that came from a peer or a store, in place: it was checked there and nobody else holds it. */
export function freezeValue(value: Value): Value {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (value instanceof Date) return value
  return freezeInside(value)
}

function freezeInside(value: Value): Value {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (value instanceof Date) return new FrozenDate(value)
  for (const key of Object.keys(value)) {
    const holder = value as Record<string, Value>
    const inner = holder[key]!
    if (typeof inner === 'object' && inner !== null) holder[key] = freezeInside(inner)
  }
  return Object.freeze(value)
}

/** What an accessor hands out: dates and bytes as copies, since those cannot be frozen. */
export function handOut(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof Uint8Array) return value.slice()
  return value
}

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

function canonicalText(value: Value): string {
  if (typeof value === 'bigint') return `n${value}`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return `d${value.getTime()}`
  if (value instanceof Uint8Array) return `b${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item as Value)).join()}]`
  const object = value as { readonly [key: string]: Value }
  const keys = Object.keys(object).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(object[key]!)}`).join()}}`
}

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

function textBytes(text: string): number {
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

function checkSize(value: Value, where: string, limits: ScriberLimits): void {
  const bytes = encodedBytes(value)
  if (bytes > limits.maxValueBytes)
    refuse(
      where,
      `takes ${bytes} bytes, over the limit of ${limits.maxValueBytes}; keep large data in files and record their names`,
    )
}

function admitDeep(value: unknown, where: string, limits: ScriberLimits, depth: number, above: Set<object>): Value {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'undefined' || typeof value === 'function' || typeof value === 'symbol')
      refuse(where, `is ${typeof value}, which cannot be recorded; use null for "nothing"`)
    return admitValue(value, where, limits)
  }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) refuse(where, 'is an invalid date')
    return depth === 0 ? new Date(value.getTime()) : new FrozenDate(value.getTime())
  }
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (depth >= limits.maxDepth) refuse(where, `is nested deeper than ${limits.maxDepth} levels`)
  if (above.has(value)) refuse(where, 'contains itself')
  above.add(value)
  const copy = Array.isArray(value)
    ? admitArray(value, where, limits, depth, above)
    : admitObject(value as Record<string, unknown>, where, limits, depth, above)
  above.delete(value)
  return copy
}

function admitArray(
  value: readonly unknown[],
  where: string,
  limits: ScriberLimits,
  depth: number,
  above: Set<object>,
): Value {
  const copy: Value[] = []
  for (let at = 0; at < value.length; at++) {
    if (!(at in value)) refuse(`${where}[${at}]`, 'is a hole in the array; use null')
    copy.push(admitDeep(value[at], `${where}[${at}]`, limits, depth + 1, above))
  }
  return Object.freeze(copy)
}

function admitObject(
  value: Record<string, unknown>,
  where: string,
  limits: ScriberLimits,
  depth: number,
  above: Set<object>,
): Value {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    refuse(
      where,
      `is an instance of ${value.constructor?.name ?? 'a class'}; record plain objects, arrays, Date, bigint or Uint8Array`,
    )
  const copy: Record<string, Value> = {}
  for (const key of Object.keys(value)) {
    if (isForbiddenKey(key)) refuse(where, `has the key ${JSON.stringify(key)}, which is not allowed`)
    if (!key.isWellFormed()) refuse(where, 'has a key with a lone surrogate')
    copy[key] = admitDeep(value[key], `${where}.${key}`, limits, depth + 1, above)
  }
  return Object.freeze(copy)
}

function refuse(where: string, problem: string): never {
  throw new UsageError('SYNCRO_VALUE_INVALID', `${where} ${problem}.`)
}
