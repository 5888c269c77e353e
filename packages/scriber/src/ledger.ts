/**
 * The ledger: the current value of every field with its stamp, threaded in the order in which changes arrived here (DESIGN sections
 * 5 and 9). Its size is the number of rows, never the number of edits. Merging compares stamps, never values.
 */
import { ArrivalOrder, lowered, type Walk } from './arrival-order.js'
import type { Batch, FieldImage, Merged, Places, RowImage, Stamp } from './change.js'
import { Digest } from './digest.js'
import { roughBytes } from './encoded-bytes.js'
import { StoreError } from './errors.js'
import { grown, nextCapacity } from './grow.js'
import type { RecordId } from './ids.js'
import { Merging } from './merging.js'
import { Names } from './names.js'
import type { RowColumns } from './row-columns.js'
import { absent } from './stamp-page.js'
import type { StoredRow } from './store.js'
import { Table } from './table.js'
import { freezeValue } from './value.js'
import { Writers } from './writers.js'

/** See `Ledger.weigh`. */
export interface Weight {
  readonly bytes: number
  readonly newest: number
}

const nothingNewer: Weight = { bytes: 0, newest: -1 }

export interface LedgerOptions {
  /** Less than 32 bits only in tests of rebasing. */
  readonly maxOffset?: number
}

export class Ledger {
  readonly writers = new Writers()
  readonly order: ArrivalOrder
  readonly #tables: Table[] = []
  readonly #numbers = new Map<string, number>()
  /** Of each row: the number of its table, and its slot there. */
  #tableOf = new Uint16Array(0)
  #slotOf = new Uint32Array(0)
  #rows = 0
  readonly #freeRows: number[] = []
  readonly #names = new Names()
  /** The table met last: changes of one class come together. */
  #recent: Table | undefined
  #digest: Digest | undefined
  /** Where touched rows are noted for the store, some more than once; undefined while nobody keeps them. */
  touched: number[] | undefined
  /** The place up to which somebody was told that it has what is here, and may acknowledge it at any time. */
  markedThrough = Number.POSITIVE_INFINITY

  constructor(options: LedgerOptions = {}) {
    this.order = new ArrivalOrder(options.maxOffset)
  }

  /** The table of a class, made at its first mention. */
  table(name: string): Table {
    if (this.#recent?.name === name) return this.#recent
    let number = this.#numbers.get(name)
    if (number === undefined) {
      this.#names.take()
      number = this.#tables.length
      this.#numbers.set(name, number)
      this.#tables.push(new Table(name, this.writers, () => this.#names.take()))
    }
    this.#recent = this.#tables[number]!
    return this.#recent
  }

  /** The table of a class, if anything of the class is known. */
  findTable(name: string): Table | undefined {
    const number = this.#numbers.get(name)
    return number === undefined ? undefined : this.#tables[number]
  }

  /** All tables, in the order in which their classes were first met. */
  tables(): readonly Table[] {
    return this.#tables
  }

  /** How many rows there are. */
  get rows(): number {
    return this.#rows - this.#freeRows.length
  }

  /** Table and slot of a row. */
  place(row: number): { readonly table: Table; readonly slot: number } {
    return { table: this.#tables[this.#tableOf[row]!]!, slot: this.#slotOf[row]! }
  }

  /** The slot of an id, taken where it has none. */
  slot(table: Table, id: RecordId): number {
    return table.slot(id) ?? this.allocate(table, id)
  }

  /** Takes a slot for an id that has none. */
  allocate(table: Table, id: RecordId): number {
    const row = this.#freeRows.pop() ?? this.#rows++
    if (row >= this.#slotOf.length) {
      const capacity = nextCapacity(this.#slotOf.length)
      this.#slotOf = grown(this.#slotOf, capacity)
      this.#tableOf = grown(this.#tableOf, capacity)
    }
    const slot = table.allocate(id, row)
    this.#tableOf[row] = this.#numbers.get(table.name)!
    this.#slotOf[row] = slot
    return slot
  }

  /** Digests of the rows, for comparing with another ledger; made when they are first asked for. */
  get digest(): Digest {
    this.#digest ??= new Digest(this)
    return this.#digest
  }

  /** Gives a row back that was never part of the ledger's order, or no longer is. */
  release(table: Table, slot: number): void {
    const row = table.row(slot)
    this.#digest?.remove(row)
    this.order.remove(row)
    this.#freeRows.push(row)
    table.release(slot)
  }

  /** Whether somebody may acknowledge a row's place, or has. */
  isMarked(row: number): boolean {
    return this.order.position(row) <= this.markedThrough
  }

  /** Moves a row to the tail; the offset is that of its new position. */
  touch(row: number): number {
    if (this.order.full) this.#rebase()
    this.touched?.push(row)
    return this.order.touch(row)
  }

  /**
   * Merges a batch in one step.
   *
   * @param places where its records lie, if somebody remembers.
   * @throws UsageError `SYNCRO_NAMES_FULL`, before anything of it is merged.
   */
  merge(batch: Batch, places?: Places): Merged {
    this.#names.checkRoom(batch.changes, this)
    const known = this.writers.size
    const merging = new Merging(this)
    const writer = this.writers.number(batch.writer)
    const { changes, stamp } = batch
    for (let at = 0; at < changes.length; at++) {
      const slot = merging.change(changes[at]!, stamp, writer, places?.slotOf(at))
      places?.lies(at, slot)
    }
    return this.#merged(merging, known)
  }

  /**
   * Merges rows, as a catch-up brings them, in one step.
   *
   * @throws UsageError `SYNCRO_NAMES_FULL`, before anything of them is merged.
   */
  mergeRows(rows: readonly RowImage[]): Merged {
    this.#names.checkRoom(rows, this)
    const known = this.writers.size
    const merging = new Merging(this)
    for (const row of rows) merging.row(row)
    return this.#merged(merging, known)
  }

  /**
   * Merges rows that come by columns, in one step.
   *
   * @throws UsageError `SYNCRO_NAMES_FULL`, before anything of them is merged.
   */
  mergeColumns(columns: RowColumns): Merged {
    this.#names.checkRoom(columns.sections, this)
    const known = this.writers.size
    const merging = new Merging(this)
    const writers = columns.writers.map((id) => this.writers.number(id))
    for (const section of columns.sections) merging.section(section, columns.writers, writers)
    return this.#merged(merging, known)
  }

  /** Rows touched after a position, in rising position. */
  walk(after: number): Walk {
    return this.order.walk(after)
  }

  /** What came into a row after a position: its life if that changed since, and the newer fields that count. Undefined for nothing. */
  image(row: number, after: number): RowImage | undefined {
    const { table, slot } = this.place(row)
    const afterOffset = after - this.order.base
    const fields: FieldImage[] = []
    for (const column of table.columns.values()) {
      const stamp = column.stamp(slot)
      if (stamp < 0 || column.offset(slot) <= afterOffset) continue
      const writer = column.writer(slot)
      if (!table.counts(slot, stamp, writer)) continue
      fields.push({ name: column.name, value: column.get(slot)!, stamp, writer: this.writers.id(writer) })
    }
    const hasLife = table.birth(slot) >= 0 || table.destroy(slot) >= 0
    const isNews = hasLife && table.lifeOffset(slot) > afterOffset
    if (!isNews && fields.length === 0) return undefined
    return { name: table.name, id: table.id(slot)!, ...(isNews ? this.life(table, slot) : undefined), fields }
  }

  /**
   * What came into a row after a position, weighed: about how many bytes it takes in the binary encoding, and its newest stamp. 0 bytes for nothing.
   */
  weigh(row: number, after: number): Weight {
    const { table, slot } = this.place(row)
    const afterOffset = after - this.order.base
    let bytes = 0
    let newest = -1
    const hasDestroy = table.destroy(slot) >= 0
    for (const column of table.columns.values()) {
      const stamp = column.stamp(slot)
      if (stamp < 0 || column.offset(slot) <= afterOffset) continue
      if (hasDestroy && !table.counts(slot, stamp, column.writer(slot))) continue
      bytes += 8 + roughBytes(column.get(slot)!)
      if (stamp > newest) newest = stamp
    }
    const hasLife = table.birth(slot) >= 0 || hasDestroy
    const isNews = hasLife && table.lifeOffset(slot) > afterOffset
    if (!isNews && bytes === 0) return nothingNewer
    const id = table.id(slot)!
    if (isNews) newest = Math.max(newest, table.birth(slot), table.destroy(slot))
    return { bytes: bytes + 10 + (typeof id === 'string' ? id.length : 8), newest }
  }

  /** Birth and destroy of a row: they travel together. */
  life(table: Table, slot: number): { readonly birth?: Stamp; readonly destroy?: Stamp } {
    const birth = table.birth(slot)
    const destroy = table.destroy(slot)
    return {
      ...(birth === absent ? undefined : { birth: { stamp: birth, writer: this.writers.id(table.birthWriter(slot)) } }),
      ...(destroy === absent
        ? undefined
        : { destroy: { stamp: destroy, writer: this.writers.id(table.destroyWriter(slot)) } }),
    }
  }

  /**
   * Puts back whole rows as they were stored, into an empty ledger whose order has begun; `restored` follows the last.
   *
   * @throws StoreError `SYNCRO_STORE_DAMAGED` for a row that comes twice, or from beyond the stored position.
   */
  restoreStored(rows: readonly StoredRow[]): void {
    for (const row of rows) this.#restoreRow(row)
  }

  #restoreRow(row: StoredRow): void {
    const table = this.table(row.name)
    // Whether it came before is looked for at the end: a look-up for each row would take a tenth of the whole.
    const slot = this.allocate(table, row.id)
    if (!this.order.restore(table.row(slot), row.position))
      throw damaged(
        `${row.name} ${JSON.stringify(row.id)} at position ${row.position}: that is no position up to ${this.order.last}.`,
      )
    const offsetOf = (position: number) => Math.max(0, position - this.order.base)
    if (row.life !== undefined) {
      const { birth, destroy } = row.life
      if (birth !== undefined) {
        table.setBirth(slot, birth.stamp, this.writers.number(birth.writer))
        table.setBirthOffset(slot, offsetOf(birth.position))
      }
      if (destroy !== undefined) {
        table.setDestroy(slot, destroy.stamp, this.writers.number(destroy.writer))
        table.setDestroyOffset(slot, offsetOf(destroy.position))
      }
    }
    for (const { name, value, stamp, writer, position } of row.fields)
      table.column(name).set(slot, freezeValue(value), stamp, this.writers.number(writer), offsetOf(position))
    if (table.lives(slot)) table.living += 1
  }

  /** All rows are put back. @throws StoreError `SYNCRO_STORE_DAMAGED` if two of them had one position. */
  restored(): void {
    for (const table of this.#tables) {
      const twice = table.twice()
      if (twice !== undefined) throw damaged(`${table.name} ${JSON.stringify(twice)} came twice.`)
    }
    const twice = this.order.arrange()
    if (twice !== undefined) throw damaged(`two rows at position ${twice}.`)
  }

  /** Writers of what came too late are named nowhere, and a peer may make up any number of them. */
  #merged(merging: Merging, knownWriters: number): Merged {
    if (!merging.effective && this.writers.size > knownWriters) this.writers.truncate(knownWriters)
    return merging
  }

  #rebase(): void {
    const shift = this.order.rebase()
    for (const table of this.#tables) table.rebase((offset) => lowered(offset, shift))
  }
}

function damaged(what: string): StoreError {
  return new StoreError(
    'SYNCRO_STORE_DAMAGED',
    `The store gave ${what} Restore it from a backup, or begin with an empty one: others will bring the data.`,
  )
}
