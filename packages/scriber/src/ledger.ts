/**
 * The ledger: the current value of every field with its stamp, threaded in the order in which changes arrived here (DESIGN sections
 * 5 and 9). Its size is the number of rows, never the number of edits. Merging compares stamps, never values.
 */
import { ArrivalOrder, lowered, type Walk } from './arrival-order.js'
import type { Batch, Change, Conflict, Effect, FieldImage, Merged, RowImage, Stamp } from './change.js'
import { absent, type Column } from './column.js'
import { equalValues } from './equality.js'
import { StoreError, UsageError } from './errors.js'
import { grown, nextCapacity } from './grow.js'
import type { RecordId } from './ids.js'
import { maxLedgerNames } from './limits.js'
import { compareValues } from './order.js'
import type { StoredRow } from './store.js'
import { Table } from './table.js'
import { freezeValue, type Value } from './value.js'
import { Writers } from './writers.js'

/** What one step wrote in one row: what a store has to keep of it. */
export interface TouchedRow {
  readonly table: Table
  readonly slot: number
  readonly life: boolean
  readonly columns: readonly Column[]
}

/** Leaves out fields of writers that the receiver is; writers are the ledger's numbers. */
export type OmitWriter = (writer: number) => boolean

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
  #names = 0
  /** Where touched rows are noted for the store; undefined while nobody keeps them. */
  touched: TouchedRow[] | undefined

  constructor(options: LedgerOptions = {}) {
    this.order = new ArrivalOrder(options.maxOffset)
  }

  /** The table of a class, made at its first mention. */
  table(name: string): Table {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      this.#takeName()
      number = this.#tables.length
      this.#numbers.set(name, number)
      this.#tables.push(new Table(name, this.writers, () => this.#takeName()))
    }
    return this.#tables[number]!
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

  /** Table and slot of a row. */
  place(row: number): { readonly table: Table; readonly slot: number } {
    return { table: this.#tables[this.#tableOf[row]!]!, slot: this.#slotOf[row]! }
  }

  /** The slot of an id, taken where it has none. */
  slot(table: Table, id: RecordId): number {
    return table.slot(id) ?? this.#allocate(table, id)
  }

  /** Gives a row back that was never part of the ledger's order, or no longer is. */
  release(table: Table, slot: number): void {
    const row = table.row(slot)
    this.order.remove(row)
    this.#freeRows.push(row)
    table.release(slot)
  }

  /** Moves a row to the tail; the offset is that of its new position. */
  touch(row: number): number {
    if (this.order.full) this.#rebase()
    return this.order.touch(row)
  }

  /**
   * Merges a batch in one step.
   *
   * @throws UsageError `SYNCRO_NAMES_FULL`, before anything of it is merged.
   */
  merge(batch: Batch): Merged {
    this.#checkRoom(batch.changes)
    const merging = new Merging(this)
    const writer = this.writers.number(batch.writer)
    for (const change of batch.changes) merging.change(change, batch.stamp, writer)
    return merging
  }

  /**
   * Merges rows, as a catch-up brings them, in one step.
   *
   * @throws UsageError `SYNCRO_NAMES_FULL`, before anything of them is merged.
   */
  mergeRows(rows: readonly RowImage[]): Merged {
    this.#checkRoom(rows)
    const merging = new Merging(this)
    for (const row of rows) merging.row(row)
    return merging
  }

  /** Rows touched after a position, in rising position. */
  walk(after: number): Walk {
    return this.order.walk(after)
  }

  /**
   * What came into a row after a position: its life if that changed since, and the newer fields that count. Undefined if nothing
   * is left once the omitted writers' part is taken out.
   */
  image(row: number, after: number, omit?: OmitWriter): RowImage | undefined {
    const { table, slot } = this.place(row)
    const afterOffset = after - this.order.base
    const fields: FieldImage[] = []
    for (const column of table.columns.values()) {
      const stamp = column.stamp(slot)
      if (stamp < 0 || column.offset(slot) <= afterOffset) continue
      const writer = column.writer(slot)
      if (!table.counts(slot, stamp, writer) || omit?.(writer)) continue
      fields.push({ name: column.name, value: column.get(slot)!, stamp, writer: this.writers.id(writer) })
    }
    const life = table.lifeOffset(slot) > afterOffset && this.#lifeTold(table, slot, omit)
    if (!life && fields.length === 0) return undefined
    return { name: table.name, id: table.id(slot)!, ...(life ? this.life(table, slot) : undefined), fields }
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
   * Puts back a whole row as it was stored. Rows come in rising position, into an empty ledger whose order has begun.
   *
   * @throws StoreError `SYNCRO_STORE_DAMAGED` for a row that comes twice, out of order, or from beyond the stored position.
   */
  restoreStored(row: StoredRow): void {
    const table = this.table(row.name)
    const slot = this.slot(table, row.id)
    if (!this.order.restore(table.row(slot), row.position)) throw misplaced(row)
    const offsetOf = (position: number) => Math.max(0, position - this.order.base)
    if (row.life !== undefined) {
      const { birth, destroy, position } = row.life
      table.setLifeOffset(slot, offsetOf(position))
      if (birth !== undefined) table.setBirth(slot, birth.stamp, this.writers.number(birth.writer))
      if (destroy !== undefined) table.setDestroy(slot, destroy.stamp, this.writers.number(destroy.writer))
    }
    for (const { name, value, stamp, writer, position } of row.fields)
      table.column(name).set(slot, freezeValue(value), stamp, this.writers.number(writer), offsetOf(position))
    if (table.lives(slot)) table.living += 1
  }

  /** False for a row without life, and for one whose whole life was written by those who are left out. */
  #lifeTold(table: Table, slot: number, omit: OmitWriter | undefined): boolean {
    const born = table.birth(slot) >= 0 && !omit?.(table.birthWriter(slot))
    return born || (table.destroy(slot) >= 0 && !omit?.(table.destroyWriter(slot)))
  }

  #allocate(table: Table, id: RecordId): number {
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

  #rebase(): void {
    const shift = this.order.rebase()
    for (const table of this.#tables) table.rebase((offset) => lowered(offset, shift))
  }

  #takeName(): void {
    if (this.#names >= maxLedgerNames) throw namesFull()
    this.#names += 1
  }

  /** Refuses what needs more names than there is room for. Counting them one by one is left for when that may matter. */
  #checkRoom(parts: readonly (Change | RowImage)[]): void {
    let most = this.#names
    for (const { fields } of parts) {
      if (fields === undefined) most += 1
      else most += 1 + (Array.isArray(fields) ? fields.length : Object.keys(fields).length)
    }
    if (most > maxLedgerNames && this.#names + this.#unknownNames(parts) > maxLedgerNames) throw namesFull()
  }

  #unknownNames(parts: readonly (Change | RowImage)[]): number {
    const unknown = new Map<string, Set<string>>()
    let classes = 0
    for (const { name, fields } of parts) {
      const table = this.findTable(name)
      let met = unknown.get(name)
      if (met === undefined) {
        met = new Set()
        unknown.set(name, met)
        if (table === undefined) classes += 1
      }
      for (const field of fieldNames(fields)) if (!table?.columns.has(field)) met.add(field)
    }
    for (const met of unknown.values()) classes += met.size
    return classes
  }
}

function fieldNames(fields: Change['fields'] | RowImage['fields']): readonly string[] {
  if (fields === undefined) return []
  return isImages(fields) ? fields.map(({ name }) => name) : Object.keys(fields)
}

function isImages(fields: NonNullable<Change['fields']> | RowImage['fields']): fields is RowImage['fields'] {
  return Array.isArray(fields)
}

function namesFull(): UsageError {
  return new UsageError(
    'SYNCRO_NAMES_FULL',
    `The ledger holds ${maxLedgerNames} names of classes and fields, and has no room for more, since names are kept for ever. Put what varies into values or ids, not into names.`,
  )
}

function misplaced({ name, id, position }: StoredRow): StoreError {
  return new StoreError(
    'SYNCRO_STORE_DAMAGED',
    `The store gave ${name} ${JSON.stringify(id)} at position ${position}, which does not follow what it gave before. Restore the store from a backup, or begin with an empty one: others will bring the data.`,
  )
}

/** One step of merging: what it found newer, and what that did. */
class Merging implements Merged {
  effective = false
  readonly effects: Effect[] = []
  readonly outlived: number[] = []
  readonly rows: RowImage[] = []
  readonly conflicts: Conflict[] = []
  readonly #ledger: Ledger
  /** Of the row at hand. */
  #offset = 0
  #columns: Column[] = []
  #changed: string[] = []

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  change(change: Change, stamp: number, writer: number): void {
    const table = this.#ledger.table(change.name)
    const slot = this.#ledger.slot(table, change.id)
    const lived = this.#begin(table, slot)
    let life = false
    if (change.type === 'destroy') life = this.#destroy(table, slot, stamp, writer)
    else if (change.type !== 'update') {
      life = this.#reborn(table, slot, change.after, stamp, writer)
    }
    const fields = change.fields
    if (fields !== undefined)
      for (const name of Object.keys(fields)) this.#field(table, slot, name, fields[name]!, stamp, writer)
    this.#end(table, slot, lived, life)
  }

  row(row: RowImage): void {
    const { writers } = this.#ledger
    const table = this.#ledger.table(row.name)
    const slot = this.#ledger.slot(table, row.id)
    const lived = this.#begin(table, slot)
    let life = false
    if (row.birth !== undefined)
      life = this.#reborn(table, slot, row.destroy, row.birth.stamp, writers.number(row.birth.writer))
    else if (row.destroy !== undefined)
      life = this.#destroy(table, slot, row.destroy.stamp, writers.number(row.destroy.writer))
    for (const field of row.fields)
      this.#field(table, slot, field.name, field.value, field.stamp, writers.number(field.writer))
    this.#end(table, slot, lived, life)
    if (this.#offset !== 0) this.rows.push(row)
  }

  #begin(table: Table, slot: number): boolean {
    this.#offset = 0
    if (this.#columns.length > 0) this.#columns = []
    if (this.#changed.length > 0) this.#changed = []
    return table.lives(slot)
  }

  /** The row's new position, taken at the first thing in it that is newer. */
  #position(table: Table, slot: number): number {
    if (this.#offset === 0) {
      this.#offset = this.#ledger.touch(table.row(slot))
      this.effective = true
    }
    return this.#offset
  }

  #birth(table: Table, slot: number, stamp: number, writer: number): boolean {
    const mine = table.birth(slot)
    if (mine >= 0 && !this.#ledger.writers.newer(stamp, writer, mine, table.birthWriter(slot))) return false
    table.setLifeOffset(slot, this.#position(table, slot))
    table.setBirth(slot, stamp, writer)
    return true
  }

  #destroy(table: Table, slot: number, stamp: number, writer: number): boolean {
    if (!table.counts(slot, stamp, writer)) return false
    table.setLifeOffset(slot, this.#position(table, slot))
    table.setDestroy(slot, stamp, writer)
    return true
  }

  /** Merges a birth with the destroy that it overcomes. Where ours is newer, the sender has to learn of it, also if its birth is old. */
  #reborn(table: Table, slot: number, after: Stamp | undefined, stamp: number, writer: number): boolean {
    const { writers } = this.#ledger
    const afterWriter = after === undefined ? 0 : writers.number(after.writer)
    const destroyed = after !== undefined && this.#destroy(table, slot, after.stamp, afterWriter)
    const mine = table.destroy(slot)
    if (mine >= 0 && (after === undefined || writers.newer(mine, table.destroyWriter(slot), after.stamp, afterWriter)))
      this.outlived.push(table.row(slot))
    return this.#birth(table, slot, stamp, writer) || destroyed
  }

  #field(table: Table, slot: number, name: string, value: Value, stamp: number, writer: number): void {
    const column = table.column(name)
    const mine = column.stamp(slot)
    if (mine >= 0) {
      const mineWriter = column.writer(slot)
      if (stamp === mine && writer === mineWriter) {
        if (!table.counts(slot, stamp, writer) || !this.#conflictWon(table, slot, column, value)) return
      } else if (!this.#ledger.writers.newer(stamp, writer, mine, mineWriter)) return
    }
    if (!table.counts(slot, stamp, writer)) return
    const before = column.get(slot)
    if (before === undefined || !equalValues(before, value)) this.#changed.push(name)
    column.set(slot, freezeValue(value), stamp, writer, this.#position(table, slot))
    this.#columns.push(column)
  }

  /** One stamp, one writer: the same change come again, or a copied data directory. */
  #conflictWon(table: Table, slot: number, column: Column, value: Value): boolean {
    const mine = column.get(slot)!
    if (equalValues(mine, value)) return false
    const stamp = { stamp: column.stamp(slot), writer: this.#ledger.writers.id(column.writer(slot)) }
    this.conflicts.push({ name: table.name, id: table.id(slot)!, field: column.name, stamp })
    return compareValues(value, mine) > 0
  }

  #end(table: Table, slot: number, lived: boolean, life: boolean): void {
    if (this.#offset === 0) {
      // Nothing was newer. A row that only this made, and that holds nothing, is not kept.
      if (this.#ledger.order.position(table.row(slot)) === 0) this.#ledger.release(table, slot)
      return
    }
    const lives = life ? table.lives(slot) : lived
    if (life && lives) clearOlderFields(table, slot, this.#columns, this.#changed)
    if (lives !== lived) table.living += lives ? 1 : -1
    if (this.#ledger.touched !== undefined) {
      this.#ledger.touched.push({ table, slot, life, columns: this.#columns })
      // Given away: the next row must not write into it, though it be empty.
      this.#columns = []
    }
    const type = lives ? (lived ? 'changed' : 'created') : lived ? 'destroyed' : undefined
    if (type === undefined || (type === 'changed' && this.#changed.length === 0)) return
    const fields = type === 'created' ? presentFields(table, slot) : type === 'changed' ? this.#changed : []
    this.effects.push({ name: table.name, id: table.id(slot)!, type, fields, slot })
  }
}

/** In a record that lives every field kept is one that counts: those older than its destroy go. */
function clearOlderFields(table: Table, slot: number, columns: Column[], changed: string[]): void {
  if (table.destroy(slot) < 0) return
  for (const column of table.columns.values()) {
    const stamp = column.stamp(slot)
    if (stamp < 0 || table.counts(slot, stamp, column.writer(slot))) continue
    column.clear(slot)
    columns.push(column)
    if (!changed.includes(column.name)) changed.push(column.name)
  }
}

/** The fields that are set in a record. */
export function presentFields(table: Table, slot: number): string[] {
  const names: string[] = []
  for (const column of table.columns.values()) if (column.has(slot)) names.push(column.name)
  return names
}
