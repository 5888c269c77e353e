/** Values in the binary encoding. Rules N8 and N9. */

import { invalid, isReservedKey, overLimit } from '../check.js'
import type { ProtocolError } from '../errors.js'
import {
  MAX_BIGINT_DIGITS,
  MAX_BODY_CONTAINERS,
  MAX_BYTES_LENGTH,
  MAX_FRAME_BYTES,
  MAX_OBJECT_KEYS,
  MAX_STRING_LENGTH,
  MAX_VALUE_CONTAINERS,
  MAX_VALUE_DEPTH,
} from '../limits.js'
import type { Value } from '../value.js'
import { MAX_DATE_MS } from '../value-json.js'
import { type ByteReader, malformed } from './byte-reader.js'
import type { ByteWriter } from './byte-writer.js'

/** The first byte of a value says what it is. From `SMALL` on it is an integer itself, from `SHORT_TEXT` on a text with its length. */
const NULL = 0
const FALSE = 1
const TRUE = 2
const DOUBLE = 3
const INTEGER = 4
/** −1 − n. */
const NEGATIVE = 5
const TEXT = 6
const DATE = 7
const NEGATIVE_DATE = 8
const BIGINT = 9
const NEGATIVE_BIGINT = 10
const BYTES = 11
const LIST = 12
const OBJECT = 13
const SHORT_TEXT = 0x40
const SMALL = 0x80

/** The least bigint that has too many digits; made at its first use. */
let tooLarge: bigint | undefined

/** Arrays and objects of one body, counted as JSON would have them: what can be read here can be sent on there. */
export class Containers {
  #count = 0

  /** Begins to count anew. */
  clear(): void {
    this.#count = 0
  }

  /** Throws `SYNCRO_MESSAGE_INVALID` where there are too many. */
  take(containers: number): void {
    this.#count += containers
    if (this.#count > MAX_BODY_CONTAINERS) throw overLimit('arrays and objects', this.#count, MAX_BODY_CONTAINERS)
  }
}

/** Writes a value. Throws `SYNCRO_MESSAGE_INVALID` for what is none. */
export function writeValueBytes(writer: ByteWriter, value: Value): void {
  switch (typeof value) {
    case 'string':
      writeText(writer, value)
      return
    case 'number':
      writeNumber(writer, value)
      return
    case 'boolean':
      writer.byte(value ? TRUE : FALSE)
      return
    case 'bigint':
      writeBigint(writer, value)
      return
    case 'object':
      if (value === null) writer.byte(NULL)
      else writeObject(writer, value, 0)
      return
    default:
      throw invalid('a value', 'a value')
  }
}

function writeText(writer: ByteWriter, text: string): void {
  const start = writer.length
  if (text.length >= SHORT_TEXT) {
    writer.byte(TEXT)
    writer.text(text)
    return
  }
  writer.byte(SHORT_TEXT)
  const bytes = writer.characters(text)
  if (bytes < SHORT_TEXT) writer.patch(start, SHORT_TEXT | bytes)
  else {
    writer.cut(start)
    writer.byte(TEXT)
    writer.text(text)
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value)) {
    if (value >= 0 && value < 128) writer.byte(SMALL | value)
    else {
      writer.byte(value < 0 ? NEGATIVE : INTEGER)
      writer.count(value < 0 ? -1 - value : value)
    }
    return
  }
  if (value - value !== 0) throw invalid('a value', 'a finite number')
  writer.byte(DOUBLE)
  writer.double(value)
}

function writeBigint(writer: ByteWriter, value: bigint): void {
  writer.byte(value < 0n ? NEGATIVE_BIGINT : BIGINT)
  const digits = (value < 0n ? -1n - value : value).toString(16)
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  writer.count(even.length / 2)
  writer.hex(even)
}

function writeObject(
  writer: ByteWriter,
  value: Exclude<Value, null | boolean | number | string | bigint>,
  depth: number,
): void {
  if (value instanceof Date) writeDate(writer, value.getTime())
  else if (value instanceof Uint8Array) {
    writer.byte(BYTES)
    writer.count(value.length)
    writer.raw(value)
  } else {
    if (depth >= MAX_VALUE_DEPTH) throw tooDeep()
    if (Array.isArray(value)) writeItems(writer, value as readonly Value[], depth + 1)
    else writeMembers(writer, value as { readonly [key: string]: Value }, depth + 1)
  }
}

function writeDate(writer: ByteWriter, ms: number): void {
  if (ms - ms !== 0) throw invalid('a value', 'a valid date')
  writer.byte(ms < 0 ? NEGATIVE_DATE : DATE)
  writer.count(ms < 0 ? -1 - ms : ms)
}

function writeItems(writer: ByteWriter, items: readonly Value[], depth: number): void {
  writer.byte(LIST)
  writer.count(items.length)
  for (const item of items) writeInner(writer, item, depth)
}

function writeMembers(writer: ByteWriter, members: { readonly [key: string]: Value }, depth: number): void {
  const keys = Object.keys(members)
  writer.byte(OBJECT)
  writer.count(keys.length)
  for (const key of keys) {
    writer.text(key)
    writeInner(writer, members[key]!, depth)
  }
}

function writeInner(writer: ByteWriter, value: Value, depth: number): void {
  if (typeof value === 'object' && value !== null) writeObject(writer, value, depth)
  else writeValueBytes(writer, value)
}

/** Reads a value. Throws `SYNCRO_MESSAGE_INVALID` and `SYNCRO_BINARY_INVALID`. */
export function readValueBytes(reader: ByteReader, containers: Containers): Value {
  const kind = reader.byte()
  if (kind >= SMALL) return kind - SMALL
  if (kind >= SHORT_TEXT) return reader.characters(kind - SHORT_TEXT, MAX_STRING_LENGTH, 'a value')
  if (kind <= TRUE) return kind === NULL ? null : kind === TRUE
  return new ValueReading(reader, containers).read(kind, 0)
}

/** How the reading of one value goes. */
class ValueReading {
  readonly #reader: ByteReader
  readonly #all: Containers
  #containers = 0

  constructor(reader: ByteReader, containers: Containers) {
    this.#reader = reader
    this.#all = containers
  }

  read(kind: number, depth: number): Value {
    const reader = this.#reader
    if (kind >= SMALL) return kind - SMALL
    if (kind >= SHORT_TEXT) return reader.characters(kind - SHORT_TEXT, MAX_STRING_LENGTH, 'a value')
    switch (kind) {
      case NULL:
        return null
      case FALSE:
        return false
      case TRUE:
        return true
      case DOUBLE:
        return this.#double()
      case INTEGER:
        return reader.count()
      case NEGATIVE:
        return safe(-1 - reader.count())
      case TEXT:
        return reader.text(MAX_STRING_LENGTH, 'a value')
      case DATE:
        return this.#date(reader.count())
      case NEGATIVE_DATE:
        return this.#date(-1 - reader.count())
      case BIGINT:
        return bounded(this.#magnitude())
      case NEGATIVE_BIGINT:
        return bounded(-1n - this.#magnitude())
      case BYTES:
        return this.#bytes()
      case LIST:
        return this.#items(depth + 1)
      case OBJECT:
        return this.#members(depth + 1)
      default:
        throw malformed(`no value begins with ${kind}`)
    }
  }

  #double(): number {
    const value = this.#reader.double()
    if (value - value !== 0) throw invalid('a value', 'a finite number')
    return value === 0 ? 0 : value
  }

  #date(ms: number): Date {
    if (Math.abs(ms) > MAX_DATE_MS) throw invalid('a value', 'a date in whole ms')
    this.#enter()
    return new Date(ms)
  }

  #magnitude(): bigint {
    // A digit takes more than 3 bits.
    const length = this.#reader.countUpTo(MAX_BIGINT_DIGITS / 2, 'a bigint')
    this.#enter()
    return length === 0 ? 0n : BigInt(`0x${this.#reader.hex(length)}`)
  }

  #bytes(): Uint8Array {
    const length = this.#reader.countUpTo(MAX_BYTES_LENGTH, 'a value')
    this.#enter()
    return Uint8Array.from(this.#reader.raw(length))
  }

  #items(depth: number): readonly Value[] {
    if (depth > MAX_VALUE_DEPTH) throw tooDeep()
    this.#enter()
    const length = this.#reader.count()
    const items: Value[] = []
    // Each takes a byte at least: what is not there ends it.
    for (let index = 0; index < length; index++) items.push(this.read(this.#reader.byte(), depth))
    return items
  }

  #members(depth: number): Value {
    if (depth > MAX_VALUE_DEPTH) throw tooDeep()
    this.#enter()
    const length = this.#reader.countUpTo(MAX_OBJECT_KEYS, 'keys')
    const members: Record<string, Value> = {}
    for (let index = 0; index < length; index++) {
      const key = this.#reader.key(MAX_FRAME_BYTES, 'a key')
      if (isReservedKey(key)) throw invalid('a value', `without the key ${key}`)
      members[key] = this.read(this.#reader.byte(), depth)
    }
    if (length === 1 && Object.keys(members)[0]!.startsWith('$')) this.#enter()
    return members
  }

  /** Dates, bigints and bytes count as well: in JSON they are objects. */
  #enter(): void {
    this.#all.take(1)
    if (++this.#containers > MAX_VALUE_CONTAINERS)
      throw overLimit('a value: arrays and objects', this.#containers, MAX_VALUE_CONTAINERS)
  }
}

function bounded(value: bigint): bigint {
  tooLarge ??= 10n ** BigInt(MAX_BIGINT_DIGITS)
  if (value < tooLarge && -value < tooLarge) return value
  throw overLimit('a bigint', MAX_BIGINT_DIGITS + 1, MAX_BIGINT_DIGITS)
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw malformed('a number is beyond 2^53 - 1')
  return value
}

function tooDeep(): ProtocolError {
  return overLimit('a value', MAX_VALUE_DEPTH + 1, MAX_VALUE_DEPTH)
}
