/**
 * Rows by columns, as a catch-up brings many: what rows of one class that follow one another hold, each field's values and stamps on their own. No
 * object is made a row, here or when they are merged.
 */
import type { FieldImage, RowImage, Stamp } from './change.js'
import type { Column } from './column.js'
import type { RecordId } from './ids.js'
import type { Ledger } from './ledger.js'
import type { Table } from './table.js'
import type { Value } from './value.js'

/** Stamps of the rows of a section that have one, in the order of the rows. */
export interface StampColumn {
  /** Which rows have one, a bit each, the lowest first; undefined where all have. */
  readonly present: Uint8Array | undefined
  readonly stamps: Float64Array
  /** By their places in `RowColumns.writers`. */
  readonly writers: Uint16Array
}

/** One field of the rows of a section. */
interface FieldColumn extends StampColumn {
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

export interface RowColumns {
  readonly writers: readonly string[]
  readonly sections: readonly RowSection[]
}

/** Places of writers have 16 bits. */
const maxWriters = 0x10000

/** Whether a row has an entry in a column. */
export function isPresent(column: StampColumn, row: number): boolean {
  return column.present === undefined || (column.present[row >>> 3]! & (1 << (row & 7))) !== 0
}

/** How many rows there are. */
export function countRows({ sections }: RowColumns): number {
  let count = 0
  for (const { ids } of sections) count += ids.length
  return count
}

/** The newest stamp in rows; -1 where there is none. */
export function newestInColumns({ sections }: RowColumns): number {
  let newest = -1
  for (const { birth, destroy, fields } of sections)
    for (const column of [birth, destroy, ...fields])
      if (column !== undefined) for (const stamp of column.stamps) if (stamp > newest) newest = stamp
  return newest
}

/** The same rows one by one. */
export function imagesOf(columns: RowColumns): RowImage[] {
  return columns.sections.flatMap((section) => imagesOfSection(columns.writers, section, () => true))
}

/** Those rows of a section that are wanted. */
export function imagesOfSection(
  writers: readonly string[],
  { name, ids, birth, destroy, fields }: RowSection,
  isWanted: (row: number) => boolean,
): RowImage[] {
  const births = new Entries(writers, birth)
  const destroys = new Entries(writers, destroy)
  const columns = fields.map((column) => ({ column, entries: new Entries(writers, column) }))
  const images: RowImage[] = []
  for (const [row, id] of ids.entries()) {
    const born = births.next(row)
    const destroyed = destroys.next(row)
    const held: FieldImage[] = []
    for (const { column, entries } of columns) {
      const { at } = entries
      const stamp = entries.next(row)
      if (stamp !== undefined) held.push({ name: column.name, value: column.values[at]!, ...stamp })
    }
    if (!isWanted(row)) continue
    images.push({
      name,
      id,
      ...(born === undefined ? undefined : { birth: born }),
      ...(destroyed === undefined ? undefined : { destroy: destroyed }),
      fields: held,
    })
  }
  return images
}

/** What came into rows after a position, as `Ledger.image` has it of one. The rows have something newer. */
export function columnsOf(ledger: Ledger, rows: readonly number[], after: number): RowColumns {
  const places = new Places(ledger)
  const sections: RowSection[] = []
  for (let from = 0; from < rows.length; ) {
    const { table } = ledger.place(rows[from]!)
    const slots: number[] = []
    let end = from
    for (; end < rows.length; end++) {
      const place = ledger.place(rows[end]!)
      if (place.table !== table) break
      slots.push(place.slot)
    }
    sections.push(sectionOf(table, slots, after - ledger.order.base, places))
    from = end
  }
  return { writers: places.writers, sections }
}

function sectionOf(table: Table, slots: readonly number[], afterOffset: number, places: Places): RowSection {
  const hasDestroys = slots.some((slot) => table.destroy(slot) >= 0)
  const births = new Building(slots.length, places)
  const destroys = new Building(slots.length, places)
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row]!
    const birth = table.birth(slot)
    const destroy = hasDestroys ? table.destroy(slot) : -1
    if ((birth < 0 && destroy < 0) || table.lifeOffset(slot) <= afterOffset) continue
    if (birth >= 0) births.add(row, birth, table.birthWriter(slot))
    if (destroy >= 0) destroys.add(row, destroy, table.destroyWriter(slot))
  }
  const fields: FieldColumn[] = []
  for (const column of table.columns.values()) {
    const built = fieldOf(table, slots, column, afterOffset, hasDestroys, places)
    if (built !== undefined) fields.push(built)
  }
  return {
    name: table.name,
    ids: slots.map((slot) => table.id(slot)!),
    birth: births.built(),
    destroy: destroys.built(),
    fields,
  }
}

function fieldOf(
  table: Table,
  slots: readonly number[],
  column: Column,
  afterOffset: number,
  hasDestroys: boolean,
  places: Places,
): FieldColumn | undefined {
  const building = new Building(slots.length, places)
  const values: Value[] = []
  for (let row = 0; row < slots.length; row++) {
    const slot = slots[row]!
    const stamp = column.stamp(slot)
    if (stamp < 0 || column.offset(slot) <= afterOffset) continue
    const writer = column.writer(slot)
    if (hasDestroys && !table.counts(slot, stamp, writer)) continue
    building.add(row, stamp, writer)
    values.push(column.get(slot)!)
  }
  const built = building.built()
  return built === undefined ? undefined : { name: column.name, values, ...built }
}

/** The writers of some rows, and where each stands among them. */
class Places {
  readonly writers: string[] = []
  readonly #ledger: Ledger
  readonly #places = new Map<number, number>()
  #recent = -1
  #recentPlace = 0

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  of(writer: number): number {
    if (writer === this.#recent) return this.#recentPlace
    let place = this.#places.get(writer)
    if (place === undefined) {
      place = this.writers.length
      if (place === maxWriters) throw new Error('rows of more writers than places have bits: give fewer rows at a time')
      this.writers.push(this.#ledger.writers.id(writer))
      this.#places.set(writer, place)
    }
    this.#recent = writer
    this.#recentPlace = place
    return place
  }
}

/** A column that is being built. */
class Building {
  readonly #rows: number
  readonly #places: Places
  readonly #present: Uint8Array
  readonly #stamps: Float64Array
  readonly #writers: Uint16Array
  #length = 0

  constructor(rows: number, places: Places) {
    this.#rows = rows
    this.#places = places
    this.#present = new Uint8Array((rows + 7) >>> 3)
    this.#stamps = new Float64Array(rows)
    this.#writers = new Uint16Array(rows)
  }

  add(row: number, stamp: number, writer: number): void {
    this.#present[row >>> 3]! |= 1 << (row & 7)
    this.#stamps[this.#length] = stamp
    this.#writers[this.#length] = this.#places.of(writer)
    this.#length += 1
  }

  built(): StampColumn | undefined {
    if (this.#length === 0) return undefined
    return {
      present: this.#length === this.#rows ? undefined : this.#present,
      stamps: this.#stamps.subarray(0, this.#length),
      writers: this.#writers.subarray(0, this.#length),
    }
  }
}

/** Reads a column row by row. */
class Entries {
  readonly #writers: readonly string[]
  readonly #column: StampColumn | undefined
  /** The entry that is next. */
  at = 0

  constructor(writers: readonly string[], column: StampColumn | undefined) {
    this.#writers = writers
    this.#column = column
  }

  next(row: number): Stamp | undefined {
    const column = this.#column
    if (column === undefined || !isPresent(column, row)) return undefined
    const entry = this.at++
    return { stamp: column.stamps[entry]!, writer: this.#writers[column.writers[entry]!]! }
  }
}
