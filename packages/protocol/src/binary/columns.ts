/** Rows by columns: what rows of one class that follow one another hold, each field's values and stamps on their own. */

import { MAX_FIELDS } from '../limits.js'
import type { RowField, RowImage, RowStamp, Rows } from '../messages/rows.js'
import type { RecordId, Value } from '../value.js'

/** Stamps of the rows of a section that have one, in the order of the rows. */
export interface StampColumn {
  /** Which rows have one, a bit each, the lowest first; undefined where all have. */
  readonly present: Uint8Array | undefined

  readonly stamps: Float64Array

  /** By their places in the message's `writers`. */
  readonly writers: Uint16Array
}

/** One field of the rows of a section. */
export interface FieldColumn extends StampColumn {
  readonly name: string
  readonly values: readonly Value[]
}

/** Rows of one class. */
export interface RowSection {
  readonly name: string
  readonly ids: readonly RecordId[]

  /** Undefined where no row has one. */
  readonly birth: StampColumn | undefined
  readonly destroy: StampColumn | undefined
  readonly fields: readonly FieldColumn[]
}

/** A `rows` message by columns. */
export interface RowSections {
  readonly writers: readonly string[]
  readonly sections: readonly RowSection[]
}

/** Whether a bit is set. */
export function bitAt(bits: Uint8Array, index: number): boolean {
  return (bits[index >>> 3]! & (1 << (index & 7))) !== 0
}

/** The rows of a message by columns, in sections in which the fields come in the same order. */
export function sectionsOf(rows: readonly RowImage[]): RowSection[] {
  const sections: RowSection[] = []
  for (let from = 0; from < rows.length; ) {
    const names: string[] = []
    let end = from
    while (end < rows.length && rows[end]!.name === rows[from]!.name && takes(names, rows[end]!)) end += 1
    sections.push(sectionOf(rows.slice(from, end), names))
    from = end
  }
  return sections
}

/** The message that columns came of. */
export function rowsOfSections({ writers, sections }: RowSections): Rows {
  const rows: RowImage[] = []
  for (const { name, ids, birth, destroy, fields } of sections) {
    const births = new StampReading(birth)
    const destroys = new StampReading(destroy)
    const columns = fields.map((column) => ({ column, reading: new StampReading(column) }))
    for (const [index, id] of ids.entries()) {
      const born = births.next(index)
      const destroyed = destroys.next(index)
      const read: RowField[] = []
      for (const { column, reading } of columns) {
        const entry = reading.at
        const stamp = reading.next(index)
        if (stamp !== undefined) read.push([column.name, column.values[entry]!, ...stamp])
      }
      rows.push({
        name,
        id,
        ...(born === undefined ? undefined : { birth: born }),
        ...(destroyed === undefined ? undefined : { destroy: destroyed }),
        fields: read,
      })
    }
  }
  return { type: 'rows', writers, rows }
}

/** Reads a column row by row. */
class StampReading {
  readonly #column: StampColumn | undefined
  /** The entry that is next. */
  at = 0

  constructor(column: StampColumn | undefined) {
    this.#column = column
  }

  next(row: number): RowStamp | undefined {
    const column = this.#column
    if (column === undefined || (column.present !== undefined && !bitAt(column.present, row))) return undefined
    const entry = this.at++
    return [column.stamps[entry]!, column.writers[entry]!]
  }
}

/**
 * Adds a row's fields to those of a section, new ones where the row has them, so that the rows before keep their order. False if the row has its
 * own in another order, or there are too many; neither is so of the first row.
 */
function takes(names: string[], { fields }: RowImage): boolean {
  const isFirst = names.length === 0
  let place = 0
  for (const [name] of fields) {
    const found = isFirst ? -1 : names.indexOf(name, place)
    if (found >= 0) place = found
    else if (!isFirst && (names.length === MAX_FIELDS || names.includes(name))) return false
    else names.splice(place, 0, name)
    place += 1
  }
  return true
}

function sectionOf(rows: readonly RowImage[], names: readonly string[]): RowSection {
  const columns = names.map((name) => new FieldBuilding(name, rows.length))
  for (const [index, { fields }] of rows.entries()) {
    let place = 0
    for (const [name, value, stamp, writer] of fields) {
      while (names[place] !== name) place += 1
      columns[place]!.add(index, value, stamp, writer)
      place += 1
    }
  }
  return {
    name: rows[0]!.name,
    ids: rows.map(({ id }) => id),
    birth: lifeColumn(rows, ({ birth }) => birth),
    destroy: lifeColumn(rows, ({ destroy }) => destroy),
    fields: columns.filter(({ isEmpty }) => !isEmpty).map((column) => column.built()),
  }
}

function lifeColumn(rows: readonly RowImage[], of: (row: RowImage) => RowStamp | undefined): StampColumn | undefined {
  const column = new StampBuilding(rows.length)
  for (const [index, row] of rows.entries()) {
    const stamp = of(row)
    if (stamp !== undefined) column.add(index, stamp[0], stamp[1])
  }
  return column.isEmpty ? undefined : column.column()
}

class StampBuilding {
  readonly #rows: number
  readonly #present: Uint8Array
  readonly #stamps: number[] = []
  readonly #writers: number[] = []

  constructor(rows: number) {
    this.#rows = rows
    this.#present = new Uint8Array((rows + 7) >>> 3)
  }

  get isEmpty(): boolean {
    return this.#stamps.length === 0
  }

  add(row: number, stamp: number, writer: number): void {
    this.#present[row >>> 3]! |= 1 << (row & 7)
    this.#stamps.push(stamp)
    this.#writers.push(writer)
  }

  column(): StampColumn {
    return {
      present: this.#stamps.length === this.#rows ? undefined : this.#present,
      stamps: Float64Array.from(this.#stamps),
      writers: Uint16Array.from(this.#writers),
    }
  }
}

class FieldBuilding {
  readonly #name: string
  readonly #stamps: StampBuilding
  readonly #values: Value[] = []

  constructor(name: string, rows: number) {
    this.#name = name
    this.#stamps = new StampBuilding(rows)
  }

  get isEmpty(): boolean {
    return this.#stamps.isEmpty
  }

  add(row: number, value: Value, stamp: number, writer: number): void {
    this.#stamps.add(row, stamp, writer)
    this.#values.push(value)
  }

  built(): FieldColumn {
    return { name: this.#name, values: this.#values, ...this.#stamps.column() }
  }
}
