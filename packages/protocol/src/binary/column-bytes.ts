/** Columns in the binary encoding: stamps and integers as distances from the least, truth values as bits, texts behind their lengths. Rules N16 to N19. */

import { invalid } from '../check.js'
import { MAX_STRING_LENGTH } from '../limits.js'
import type { Value } from '../value.js'
import { type ByteReader, malformed } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { type Containers, readValueBytes, writeValueBytes } from './value-bytes.js'

/** What the values of a column are. */
const MIXED = 0
const BOOLEANS = 1
const INTEGERS = 2
const TEXTS = 3

const MAX_WIDTH = 7

/** Safe integers as the least of them, the bytes that each distance from it takes, and the distances. Their span must be safe. */
export function writeDistances(writer: ByteWriter, numbers: ArrayLike<number>): void {
  let least = numbers.length === 0 ? 0 : numbers[0]!
  let greatest = least
  for (let index = 1; index < numbers.length; index++) {
    const number = numbers[index]!
    if (number < least) least = number
    else if (number > greatest) greatest = number
  }
  writeValueBytes(writer, least)
  const width = widthOf(greatest - least)
  writer.byte(width)
  for (let index = 0; index < numbers.length; index++) writer.fixed(numbers[index]! - least, width)
}

export function readDistances(reader: ByteReader, into: Float64Array, containers: Containers): void {
  const least = readValueBytes(reader, containers)
  if (typeof least !== 'number' || !Number.isSafeInteger(least)) throw malformed('a column begins with no integer')
  const width = reader.byte()
  if (width > MAX_WIDTH) throw malformed(`a column has ${width} bytes a number`)
  for (let index = 0; index < into.length; index++) {
    const number = least + reader.fixed(width)
    if (!Number.isSafeInteger(number)) throw malformed('a number is beyond 2^53 - 1')
    into[index] = number
  }
}

/** Bits, the lowest first, in whole bytes. */
export function writeBits(writer: ByteWriter, length: number, isSet: (index: number) => boolean): void {
  for (let from = 0; from < length; from += 8) {
    let byte = 0
    for (let bit = 0; bit < 8 && from + bit < length; bit++) if (isSet(from + bit)) byte |= 1 << bit
    writer.byte(byte)
  }
}

/** So many bits, in bytes of their own. Those that are too many have to be 0. */
export function readBits(reader: ByteReader, length: number): Uint8Array {
  const bits = Uint8Array.from(reader.raw((length + 7) >>> 3))
  const over = length & 7
  if (over !== 0 && bits[bits.length - 1]! >>> over !== 0) throw malformed('bits are set beyond the last row')
  return bits
}

/** How many bits are set. */
export function countBits(bits: Uint8Array): number {
  let count = 0
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1
  return count
}

export function writeValues(writer: ByteWriter, values: readonly Value[]): void {
  const kind = kindOf(values)
  writer.byte(kind)
  switch (kind) {
    case BOOLEANS:
      writeBits(writer, values.length, (index) => values[index] === true)
      return
    case INTEGERS:
      writeDistances(writer, values as readonly number[])
      return
    case TEXTS:
      writeTexts(writer, values as readonly string[])
      return
    default:
      for (const value of values) writeValueBytes(writer, value)
  }
}

export function readValues(reader: ByteReader, length: number, containers: Containers): Value[] {
  const kind = reader.byte()
  switch (kind) {
    case MIXED:
      return readMixed(reader, length, containers)
    case BOOLEANS: {
      const bits = readBits(reader, length)
      return Array.from({ length }, (_, index) => (bits[index >>> 3]! & (1 << (index & 7))) !== 0)
    }
    case INTEGERS: {
      const numbers = new Float64Array(length)
      readDistances(reader, numbers, containers)
      return Array.from(numbers)
    }
    case TEXTS:
      return readTexts(reader, length, containers)
    default:
      throw malformed(`no column is of kind ${kind}`)
  }
}

function readMixed(reader: ByteReader, length: number, containers: Containers): Value[] {
  const values: Value[] = []
  for (let index = 0; index < length; index++) values.push(readValueBytes(reader, containers))
  return values
}

const characters = new ByteWriter()

/** Lengths first, since most texts of a column are about as long. They are in bytes, and known once the texts are written. */
function writeTexts(writer: ByteWriter, texts: readonly string[]): void {
  characters.clear()
  writeDistances(
    writer,
    texts.map((text) => characters.characters(text)),
  )
  writer.raw(characters.take())
}

function readTexts(reader: ByteReader, length: number, containers: Containers): string[] {
  const lengths = new Float64Array(length)
  readDistances(reader, lengths, containers)
  const texts: string[] = []
  for (const bytes of lengths) {
    if (bytes < 0) throw malformed('a text is shorter than nothing')
    texts.push(reader.characters(bytes, MAX_STRING_LENGTH, 'a value'))
  }
  return texts
}

function kindOf(values: readonly Value[]): number {
  const [first] = values
  if (typeof first === 'boolean') return values.every((value) => typeof value === 'boolean') ? BOOLEANS : MIXED
  if (typeof first === 'string') return values.every((value) => typeof value === 'string') ? TEXTS : MIXED
  return typeof first === 'number' && areNear(values) ? INTEGERS : MIXED
}

/** Whether all are safe integers, and so near to one another that their distances are. */
function areNear(values: readonly Value[]): boolean {
  let least = Number.MAX_SAFE_INTEGER
  let greatest = Number.MIN_SAFE_INTEGER
  for (const value of values) {
    if (!Number.isSafeInteger(value)) return false
    least = Math.min(least, value as number)
    greatest = Math.max(greatest, value as number)
  }
  return Number.isSafeInteger(greatest - least)
}

function widthOf(span: number): number {
  if (!Number.isSafeInteger(span)) throw invalid('stamps', 'safe integers of at least 0')
  let width = 0
  for (let rest = span; rest > 0; rest = Math.floor(rest / 256)) width += 1
  return width
}
