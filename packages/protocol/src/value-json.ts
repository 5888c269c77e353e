/** Values as version-2 JSON: what JSON lacks is tagged by an object with one key that begins with `$`. Rules V1 to V7. */

import { base64Length, decodeBase64, encodeBase64 } from './base64.js'
import { invalid, isName, isObject, isReservedKey, overLimit, type RawObject } from './check.js'
import type { ProtocolError } from './errors.js'
import {
  MAX_BIGINT_DIGITS,
  MAX_BYTES_LENGTH,
  MAX_FIELDS,
  MAX_STRING_LENGTH,
  MAX_VALUE_CONTAINERS,
  MAX_VALUE_DEPTH,
} from './limits.js'
import type { Value } from './value.js'

/** One spelling for each integer, so that equal values have equal bytes. */
const integer = /^(?:0|-?[1-9][0-9]*)$/

/** Most ms before and after 1970 that dates can say. */
export const MAX_DATE_MS = 8_640_000_000_000_000

/** How the reading of one value goes. */
interface Reading {
  /** What to call it in an error. */
  readonly path: string
  /** Arrays and objects that were met. */
  containers: number
}

/** The fields of one change, checked and turned into values where they stand. The caller gives up `raw`, which came from JSON.parse. */
export function readFields(raw: unknown, change: number): Record<string, Value> {
  if (!isObject(raw)) throw invalid(`changes[${change}].fields`, 'an object')
  const fields = raw as Record<string, Value>
  const names = Object.keys(fields)
  if (names.length > MAX_FIELDS) throw overLimit(`changes[${change}].fields`, names.length, MAX_FIELDS)
  for (const name of names) {
    if (!isName(name)) throw invalid(`changes[${change}].fields`, 'an object whose keys are names of 1 to 256 units')
    const value: unknown = fields[name]
    const read = readValue(value)
    if (read !== value || value === 0) fields[name] = read
  }
  return fields
}

/** One value out of parsed JSON; arrays and objects are turned where they stand. Throws `SYNCRO_MESSAGE_INVALID`. */
export function readValue(raw: unknown, path = 'a value'): Value {
  return read(raw, { path, containers: 0 }, 0)
}

/** One value as JSON has it: the same one where nothing in it needs a tag. Throws `SYNCRO_MESSAGE_INVALID` for what is no value. */
export function writeValue(value: Value): unknown {
  return write(value, 0)
}

function read(raw: unknown, reading: Reading, depth: number): Value {
  switch (typeof raw) {
    case 'string':
      if (raw.length > MAX_STRING_LENGTH) throw overLimit(reading.path, raw.length, MAX_STRING_LENGTH)
      return raw
    case 'number':
      if (raw - raw !== 0) throw invalid(reading.path, 'a finite number')
      return raw === 0 ? 0 : raw
    case 'boolean':
      return raw
    case 'bigint':
      // Version 1's reader keeps long integers whole, but in a value of ours a bare number is a double.
      return read(Number(raw), reading, depth)
    case 'object':
      if (raw === null) return null
      enter(reading)
      return Array.isArray(raw) ? readItems(raw, reading, depth + 1) : readObject(raw as RawObject, reading, depth)
    default:
      throw invalid(reading.path, 'a value')
  }
}

/** Tags count as well: they are objects on the wire. */
function enter(reading: Reading): void {
  if (++reading.containers > MAX_VALUE_CONTAINERS)
    throw overLimit(`${reading.path}: arrays and objects`, reading.containers, MAX_VALUE_CONTAINERS)
}

function readItems(items: unknown[], reading: Reading, depth: number): readonly Value[] {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep(reading.path)
  for (let index = 0; index < items.length; index++) items[index] = read(items[index], reading, depth)
  return items as Value[]
}

function readObject(raw: RawObject, reading: Reading, depth: number): Value {
  const keys = Object.keys(raw)
  const first = keys[0]
  if (keys.length === 1 && first !== undefined && first.startsWith('$'))
    return readTagged(first, raw[first], reading, depth)
  return readMembers(raw, keys, reading, depth + 1)
}

function readMembers(raw: RawObject, keys: readonly string[], reading: Reading, depth: number): Value {
  if (depth > MAX_VALUE_DEPTH) throw tooDeep(reading.path)
  const members = raw as Record<string, Value>
  for (const key of keys) {
    if (isReservedKey(key)) throw invalid(reading.path, `without the key ${key}`)
    members[key] = read(raw[key], reading, depth)
  }
  return members
}

function readTagged(tag: string, raw: unknown, reading: Reading, depth: number): Value {
  switch (tag) {
    case '$date':
      if (!Number.isInteger(raw) || Math.abs(raw as number) > MAX_DATE_MS)
        throw invalid(reading.path, 'a date in whole ms')
      return new Date(raw as number)
    case '$bigint':
      return readBigint(raw, reading.path)
    case '$bytes':
      return readBytes(raw, reading.path)
    case '$':
      return readEscaped(raw, reading, depth)
    default:
      throw invalid(reading.path, `without the unknown tag ${tag.slice(0, 32)}`)
  }
}

function readBigint(raw: unknown, path: string): bigint {
  if (typeof raw !== 'string') throw invalid(path, 'a string of decimal digits')
  const digits = raw.startsWith('-') ? raw.length - 1 : raw.length
  if (digits > MAX_BIGINT_DIGITS) throw overLimit(path, digits, MAX_BIGINT_DIGITS)
  if (!integer.test(raw)) throw invalid(path, 'a string of decimal digits')
  return BigInt(raw)
}

function readBytes(raw: unknown, path: string): Uint8Array {
  if (typeof raw !== 'string') throw invalid(path, 'a string of base64')
  const length = base64Length(raw)
  if (length > MAX_BYTES_LENGTH) throw overLimit(path, length, MAX_BYTES_LENGTH)
  const bytes = decodeBase64(raw)
  if (!bytes) throw invalid(path, 'a string of base64')
  return bytes
}

function readEscaped(raw: unknown, reading: Reading, depth: number): Value {
  const keys = isObject(raw) ? Object.keys(raw) : []
  if (keys.length !== 1 || !keys[0]?.startsWith('$'))
    throw invalid(reading.path, 'an object with one key that begins with $')
  enter(reading)
  return readMembers(raw as RawObject, keys, reading, depth + 1)
}

function write(value: Value, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (value - value !== 0) throw invalid('a value', 'a finite number')
      return value
    case 'bigint':
      return { $bigint: String(value) }
    case 'object':
      return value === null ? null : writeObject(value, depth)
    default:
      throw invalid('a value', 'a value')
  }
}

function writeObject(value: Exclude<Value, null | boolean | number | string | bigint>, depth: number): unknown {
  if (value instanceof Date) {
    const ms = value.getTime()
    if (ms - ms !== 0) throw invalid('a value', 'a valid date')
    return { $date: ms }
  }
  if (value instanceof Uint8Array) return { $bytes: encodeBase64(value) }
  if (depth >= MAX_VALUE_DEPTH) throw tooDeep('a value')
  if (Array.isArray(value)) return writeItems(value as readonly Value[], depth + 1)
  const written = writeMembers(value as { readonly [key: string]: Value }, depth + 1)
  return isLikeTag(value) ? { $: written } : written
}

function writeItems(items: readonly Value[], depth: number): unknown {
  let copy: unknown[] | undefined
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as Value
    const written = write(item, depth)
    if (written !== item && !copy) copy = items.slice(0, index)
    copy?.push(written)
  }
  return copy ?? items
}

function writeMembers(members: { readonly [key: string]: Value }, depth: number): object {
  let copy: Record<string, unknown> | undefined
  for (const key in members) {
    const member = members[key] as Value
    const written = write(member, depth)
    if (written !== member) {
      copy ??= { ...members }
      copy[key] = written
    }
  }
  return copy ?? members
}

function isLikeTag(value: object): boolean {
  const keys = Object.keys(value)
  return keys.length === 1 && keys[0]?.startsWith('$') === true
}

function tooDeep(path: string): ProtocolError {
  return overLimit(path, MAX_VALUE_DEPTH + 1, MAX_VALUE_DEPTH)
}
