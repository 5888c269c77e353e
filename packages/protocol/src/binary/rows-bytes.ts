/** `rows` in the binary encoding: by class, and within one by column. Rules N14 to N19. */

import { overLimit } from '../check.js'
import { MAX_FIELDS, MAX_ROW_WRITERS, MAX_ROWS } from '../limits.js'
import type { RecordId } from '../value.js'
import { type ByteReader, malformed } from './byte-reader.js'
import type { ByteWriter } from './byte-writer.js'
import {
  countBits,
  readBits,
  readDistances,
  readValues,
  writeBits,
  writeDistances,
  writeValues,
} from './column-bytes.js'
import { bitAt, type FieldColumn, type RowSection, type RowSections, type StampColumn } from './columns.js'
import type { Need, Numbering } from './numbering.js'
import { checkedId, type Numbers } from './numbers.js'
import type { Containers } from './value-bytes.js'

/** Which rows have an entry. */
const NO_ROW = 0
const EVERY_ROW = 1
const SOME_ROWS = 2

/** Which fields have a stamp of their own, and not that of their row's birth. */
const BORN_WITH = 0
const SOME_OWN = 1
const ALL_OWN = 2

export function writeSections(writer: ByteWriter, rows: RowSections, numbering: Numbering, needs: Need[]): void {
  writer.count(rows.writers.length)
  for (const era of rows.writers) numbering.writeWriter(writer, era, needs)
  writer.count(rows.sections.length)
  for (const section of rows.sections) {
    numbering.writeName(writer, section.name, needs)
    writer.count(section.ids.length)
    writeValues(writer, section.ids)
    writeLife(writer, section.birth, section.ids.length)
    writeLife(writer, section.destroy, section.ids.length)
    const births = new BirthStamps(section)
    writer.count(section.fields.length)
    for (const field of section.fields) {
      numbering.writeName(writer, field.name, needs)
      writePresence(writer, field.present, section.ids.length)
      writeValues(writer, field.values)
      writeFieldStamps(writer, field, births)
    }
  }
}

export function readSections(reader: ByteReader, numbers: Numbers, containers: Containers): RowSections {
  containers.take(3)
  const writers: string[] = []
  const writersLength = reader.countUpTo(MAX_ROW_WRITERS, 'writers')
  for (let index = 0; index < writersLength; index++) writers.push(numbers.writer(reader))
  const sections: RowSection[] = []
  const length = reader.countUpTo(MAX_ROWS, 'rows')
  let rows = 0
  for (let index = 0; index < length; index++) {
    const section = new SectionReading(reader, numbers, containers, writersLength).read()
    rows += section.ids.length
    if (rows > MAX_ROWS) throw overLimit('rows', rows, MAX_ROWS)
    sections.push(section)
  }
  return { writers, sections }
}

function writeLife(writer: ByteWriter, column: StampColumn | undefined, rows: number): void {
  if (column === undefined) {
    writer.byte(NO_ROW)
    return
  }
  writePresence(writer, column.present, rows)
  writeDistances(writer, column.stamps)
  writeWriters(writer, column.writers)
}

function writePresence(writer: ByteWriter, present: Uint8Array | undefined, rows: number): void {
  writer.byte(present === undefined ? EVERY_ROW : SOME_ROWS)
  if (present !== undefined) writer.raw(present.subarray(0, (rows + 7) >>> 3))
}

/** The place of the one writer of all, plus 1; or 0 and each one's. */
function writeWriters(writer: ByteWriter, writers: Uint16Array): void {
  const [first] = writers
  if (first !== undefined && writers.every((one) => one === first)) {
    writer.count(first + 1)
    return
  }
  writer.count(0)
  for (const one of writers) writer.count(one)
}

function writeFieldStamps(writer: ByteWriter, column: FieldColumn, births: BirthStamps): void {
  const own: number[] = []
  births.distinguish(column, (entry) => own.push(entry))
  const { length } = column.stamps
  const mode = own.length === 0 ? BORN_WITH : own.length === length ? ALL_OWN : SOME_OWN
  writer.byte(mode)
  if (mode === BORN_WITH) return
  if (mode === ALL_OWN) {
    writeDistances(writer, column.stamps)
    writeWriters(writer, column.writers)
    return
  }
  const isOwn = new Uint8Array(length)
  for (const entry of own) isOwn[entry] = 1
  writeBits(writer, length, (entry) => isOwn[entry] === 1)
  writeDistances(
    writer,
    Float64Array.from(own, (entry) => column.stamps[entry]!),
  )
  writeWriters(
    writer,
    Uint16Array.from(own, (entry) => column.writers[entry]!),
  )
}

/** The births of a section, by row. */
class BirthStamps {
  readonly #stamps: Float64Array
  readonly #writers: Uint16Array

  constructor({ ids, birth }: Pick<RowSection, 'ids' | 'birth'>) {
    this.#stamps = new Float64Array(ids.length).fill(-1)
    this.#writers = new Uint16Array(ids.length)
    if (birth === undefined) return
    let entry = 0
    for (let row = 0; row < ids.length; row++) {
      if (birth.present !== undefined && !bitAt(birth.present, row)) continue
      this.#stamps[row] = birth.stamps[entry]!
      this.#writers[row] = birth.writers[entry]!
      entry += 1
    }
  }

  /** Tells which entries of a column have a stamp of their own. */
  distinguish({ present, stamps, writers }: StampColumn, tell: (entry: number) => void): void {
    let entry = 0
    for (let row = 0; entry < stamps.length; row++) {
      if (present !== undefined && !bitAt(present, row)) continue
      if (stamps[entry] !== this.#stamps[row] || writers[entry] !== this.#writers[row]) tell(entry)
      entry += 1
    }
  }

  /** Gives the entries of a column that have none of their own those of their rows. Throws `SYNCRO_BINARY_INVALID` where a row has no birth. */
  lend({ present, stamps, writers }: StampColumn, isOwn: Uint8Array | undefined): void {
    let entry = 0
    for (let row = 0; entry < stamps.length; row++) {
      if (present !== undefined && !bitAt(present, row)) continue
      if (isOwn === undefined || !bitAt(isOwn, entry)) {
        if (this.#stamps[row]! < 0) throw malformed('a field has the stamp of a birth that is not there')
        stamps[entry] = this.#stamps[row]!
        writers[entry] = this.#writers[row]!
      }
      entry += 1
    }
  }
}

class SectionReading {
  readonly #reader: ByteReader
  readonly #numbers: Numbers
  readonly #containers: Containers
  readonly #writers: number

  constructor(reader: ByteReader, numbers: Numbers, containers: Containers, writers: number) {
    this.#reader = reader
    this.#numbers = numbers
    this.#containers = containers
    this.#writers = writers
  }

  read(): RowSection {
    const reader = this.#reader
    const name = this.#numbers.name(reader)
    const rows = reader.countUpTo(MAX_ROWS, 'rows')
    if (rows === 0) throw malformed('a section has no rows')
    // In JSON a row is an array, and so are its fields.
    this.#containers.take(rows * 2)
    const ids = readValues(reader, rows, this.#containers)
    for (const id of ids) checkedId(id)
    const birth = this.#life(rows)
    const destroy = this.#life(rows)
    const births = new BirthStamps({ ids: ids as RecordId[], birth })
    const length = reader.countUpTo(MAX_FIELDS, 'fields')
    const fields: FieldColumn[] = []
    for (let index = 0; index < length; index++) fields.push(this.#field(rows, births))
    return { name, ids: ids as RecordId[], birth, destroy, fields }
  }

  #life(rows: number): StampColumn | undefined {
    const presence = this.#reader.byte()
    if (presence === NO_ROW) return undefined
    const { present, entries } = this.#present(presence, rows)
    const stamps = new Float64Array(entries)
    const writers = new Uint16Array(entries)
    this.#stamps(stamps)
    this.#places(writers)
    return { present, stamps, writers }
  }

  #field(rows: number, births: BirthStamps): FieldColumn {
    const reader = this.#reader
    const name = this.#numbers.name(reader)
    const { present, entries } = this.#present(reader.byte(), rows)
    const values = readValues(reader, entries, this.#containers)
    const stamps = new Float64Array(entries)
    const writers = new Uint16Array(entries)
    const column = { name, present, values, stamps, writers }
    const mode = reader.byte()
    if (mode === BORN_WITH) births.lend(column, undefined)
    else if (mode === ALL_OWN) {
      this.#stamps(stamps)
      this.#places(writers)
    } else if (mode === SOME_OWN) this.#someOwn(column, births)
    else throw malformed(`no stamps of fields are of kind ${mode}`)
    return column
  }

  #someOwn(column: FieldColumn, births: BirthStamps): void {
    const isOwn = readBits(this.#reader, column.stamps.length)
    const own = countBits(isOwn)
    const stamps = new Float64Array(own)
    const writers = new Uint16Array(own)
    this.#stamps(stamps)
    this.#places(writers)
    let at = 0
    for (let entry = 0; entry < column.stamps.length; entry++) {
      if (!bitAt(isOwn, entry)) continue
      column.stamps[entry] = stamps[at]!
      column.writers[entry] = writers[at]!
      at += 1
    }
    births.lend(column, isOwn)
  }

  #present(presence: number, rows: number): { readonly present: Uint8Array | undefined; readonly entries: number } {
    if (presence !== EVERY_ROW && presence !== SOME_ROWS) throw malformed(`no column has rows of kind ${presence}`)
    const present = presence === EVERY_ROW ? undefined : readBits(this.#reader, rows)
    const entries = present === undefined ? rows : countBits(present)
    if (entries === 0) throw malformed('a column has no row')
    // In JSON a field, a birth and a destroy is an array each.
    this.#containers.take(entries)
    return { present, entries }
  }

  #stamps(into: Float64Array): void {
    readDistances(this.#reader, into, this.#containers)
    for (const stamp of into) if (stamp < 0) throw malformed('a stamp is less than 0')
  }

  #places(into: Uint16Array): void {
    const all = this.#reader.count()
    if (all > this.#writers) throw malformed('a writer is beyond the list')
    if (all > 0) {
      into.fill(all - 1)
      return
    }
    for (let index = 0; index < into.length; index++) {
      const place = this.#reader.count()
      if (place >= this.#writers) throw malformed('a writer is beyond the list')
      into[index] = place
    }
  }
}
