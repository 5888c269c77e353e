/**
 * One step of merging (DESIGN section 5): of what comes it takes what is newer than what is here, by stamps and never by values, and says
 * what that did. It is the hot path of everything that receives: lists are made when something goes into them, with room for one.
 */
import type { Change, Conflict, Effect, Merged, RowImage, Stamp } from './change.js'
import type { Column } from './column.js'
import { equalValues } from './equality.js'
import type { RecordId } from './ids.js'
import { compareValues } from './order.js'
import { imagesOfSection, isPresent, type RowSection, type StampColumn } from './row-columns.js'
import { absent, pageBits, pageMask } from './stamp-page.js'
import type { Table } from './table.js'
import { freezeValue, type Value } from './value.js'
import type { Writers } from './writers.js'

/** What merging needs of the ledger. */
export interface MergeTarget {
  readonly writers: Writers
  readonly order: { position(row: number): number }
  table(name: string): Table
  slot(table: Table, id: RecordId): number
  release(table: Table, slot: number): void
  touch(row: number): number
  /** Whether somebody may acknowledge a row's place, or has. */
  isMarked(row: number): boolean
}

export class Merging implements Merged {
  effective = false
  effects: readonly Effect[] = nothing
  outlived: readonly number[] = nothing
  conflicts: readonly Conflict[] = nothing
  readonly #ledger: MergeTarget
  #rows: readonly RowImage[] = nothing
  /** Rows that came by columns and held anything newer; no images were made of them yet. */
  #newer: NewerRows[] = []
  /** Of the row at hand. */
  #id: RecordId = ''
  #offset = 0
  #changed: readonly string[] = nothing
  /** It held something before. */
  #wasHere = false
  /** Something that came was newer. */
  #isNewer = false

  constructor(ledger: MergeTarget) {
    this.#ledger = ledger
  }

  get rows(): readonly RowImage[] {
    for (const { writers, section, rows } of this.#newer)
      for (const image of imagesOfSection(writers, section, (row) => rows.has(row)))
        this.#rows = added(this.#rows, image)
    this.#newer = []
    return this.#rows
  }

  /**
   * @param near the slot where the record may lie.
   * @returns the slot where it lies, or lay.
   */
  change(change: Change, stamp: number, writer: number, near = -1): number {
    const table = this.#ledger.table(change.name)
    const slot = near >= 0 && table.id(near) === change.id ? near : this.#ledger.slot(table, change.id)
    const lived = this.#begin(table, slot, change.id)
    let life = false
    if (change.type === 'destroy') life = this.#destroy(table, slot, stamp, writer)
    else if (change.type !== 'update') life = this.#reborn(table, slot, change.after, stamp, writer)
    const fields = change.fields
    if (fields !== undefined)
      for (const name of Object.keys(fields)) this.#field(table, slot, name, fields[name]!, stamp, writer)
    this.#end(table, slot, lived, life)
    return slot
  }

  row(row: RowImage): void {
    const { writers } = this.#ledger
    const table = this.#ledger.table(row.name)
    const slot = this.#ledger.slot(table, row.id)
    const lived = this.#begin(table, slot, row.id)
    let life = false
    if (row.birth !== undefined)
      life = this.#reborn(table, slot, row.destroy, row.birth.stamp, writers.number(row.birth.writer))
    else if (row.destroy !== undefined)
      life = this.#destroy(table, slot, row.destroy.stamp, writers.number(row.destroy.writer))
    for (const field of row.fields)
      this.#field(table, slot, field.name, field.value, field.stamp, writers.number(field.writer))
    this.#end(table, slot, lived, life)
    if (this.#isNewer) this.#rows = added(this.#rows, row)
  }

  /** @param numbers the ledger's numbers of the writers. */
  section(section: RowSection, writers: readonly string[], numbers: readonly number[]): void {
    const table = this.#ledger.table(section.name)
    const births = new Entries(section.birth)
    const destroys = new Entries(section.destroy)
    const fields = section.fields.map((field) => ({ field, entries: new Entries(field) }))
    const newer = new Set<number>()
    for (let row = 0; row < section.ids.length; row++) {
      const id = section.ids[row]!
      const slot = this.#ledger.slot(table, id)
      const lived = this.#begin(table, slot, id)
      const life = this.#life(table, slot, births.next(row), destroys.next(row), section, numbers)
      for (const { field, entries } of fields) {
        const entry = entries.next(row)
        if (entry < 0) continue
        const writer = numbers[field.writers[entry]!]!
        this.#field(table, slot, field.name, field.values[entry]!, field.stamps[entry]!, writer)
      }
      this.#end(table, slot, lived, life)
      if (this.#isNewer) newer.add(row)
    }
    if (newer.size > 0) this.#newer.push({ writers, section, rows: newer })
  }

  /** @param birth entries of the section; -1 for none. */
  #life(
    table: Table,
    slot: number,
    birth: number,
    destroy: number,
    section: RowSection,
    numbers: readonly number[],
  ): boolean {
    if (birth < 0 && destroy < 0) return false
    const destroyed =
      destroy < 0
        ? undefined
        : {
            stamp: section.destroy!.stamps[destroy]!,
            writer: this.#ledger.writers.id(numbers[section.destroy!.writers[destroy]!]!),
          }
    if (birth < 0) return this.#destroy(table, slot, destroyed!.stamp, this.#ledger.writers.number(destroyed!.writer))
    const writer = numbers[section.birth!.writers[birth]!]!
    return this.#reborn(table, slot, destroyed, section.birth!.stamps[birth]!, writer)
  }

  #begin(table: Table, slot: number, id: RecordId): boolean {
    this.#id = id
    this.#offset = 0
    this.#isNewer = false
    this.#changed = nothing
    return table.lives(slot)
  }

  /** The row's new position, taken at the first thing in it that is newer. */
  #position(table: Table, slot: number): number {
    this.effective = true
    this.#isNewer = true
    return this.#touch(table, slot)
  }

  #touch(table: Table, slot: number): number {
    if (this.#offset === 0) {
      this.#wasHere = this.#ledger.order.position(table.row(slot)) > 0
      this.#offset = this.#ledger.touch(table.row(slot))
    }
    return this.#offset
  }

  #birth(table: Table, slot: number, stamp: number, writer: number): boolean {
    const mine = table.birth(slot)
    if (mine >= 0 && !this.#ledger.writers.newer(stamp, writer, mine, table.birthWriter(slot))) return false
    table.setBirthOffset(slot, this.#position(table, slot))
    table.setBirth(slot, stamp, writer)
    return true
  }

  #destroy(table: Table, slot: number, stamp: number, writer: number): boolean {
    if (!table.counts(slot, stamp, writer)) return false
    table.setDestroy(slot, stamp, writer)
    table.setDestroyOffset(slot, this.#position(table, slot))
    return true
  }

  /** Merges a birth with the destroy that it overcomes. Where ours is newer, the sender has to learn of it, also if its birth is old. */
  #reborn(table: Table, slot: number, after: Stamp | undefined, stamp: number, writer: number): boolean {
    const { writers } = this.#ledger
    const afterWriter = after === undefined ? 0 : writers.number(after.writer)
    const destroyed = after !== undefined && this.#destroy(table, slot, after.stamp, afterWriter)
    const mine = table.destroy(slot)
    const outlives =
      mine >= 0 && (after === undefined || writers.newer(mine, table.destroyWriter(slot), after.stamp, afterWriter))
    if (outlives) this.outlived = added(this.outlived, table.row(slot))
    // Whoever acknowledges its place need not have it: a comparison leaves out old destroys.
    const isMoved = outlives && this.#ledger.isMarked(table.row(slot))
    if (isMoved) table.setDestroyOffset(slot, this.#touch(table, slot))
    return this.#birth(table, slot, stamp, writer) || destroyed || isMoved
  }

  #field(table: Table, slot: number, name: string, value: Value, stamp: number, writer: number): void {
    const column = table.column(name)
    const page = column.pages[slot >>> pageBits]
    const index = slot & pageMask
    const mine = page === undefined ? absent : page.stamps.stamp(index)
    if (mine >= 0 && stamp <= mine && !this.#tieWon(table, slot, column, value, stamp, writer)) return
    if (!table.counts(slot, stamp, writer)) return
    if (mine < 0 || !equalValues(page!.read(index), value)) this.#changed = withName(this.#changed, column)
    column.set(slot, freezeValue(value), stamp, writer, this.#position(table, slot))
  }

  /** Decides where time does not: by the writer, and for one and the same writer by the value. */
  #tieWon(table: Table, slot: number, column: Column, value: Value, stamp: number, writer: number): boolean {
    const { writers } = this.#ledger
    const mineWriter = column.writer(slot)
    if (stamp !== column.stamp(slot) || writer !== mineWriter)
      return writers.newer(stamp, writer, column.stamp(slot), mineWriter)
    // The same change come again, or a copied data directory.
    const mine = column.get(slot)!
    if (equalValues(mine, value) || !table.counts(slot, stamp, writer)) return false
    const conflict = { name: table.name, id: this.#id, field: column.name }
    this.conflicts = added(this.conflicts, { ...conflict, stamp: { stamp, writer: writers.id(writer) } })
    return compareValues(value, mine) > 0
  }

  #end(table: Table, slot: number, lived: boolean, life: boolean): void {
    if (this.#offset === 0) {
      // Nothing was newer. A row that only this made, and that holds nothing, is not kept.
      if (this.#ledger.order.position(table.row(slot)) === 0) this.#ledger.release(table, slot)
      return
    }
    const lives = life ? table.lives(slot) : lived
    if (life && lives && table.destroy(slot) >= 0) this.#clearOlderFields(table, slot)
    if (lives !== lived) table.living += lives ? 1 : -1
    if (lives && !lived && this.#wasHere && moveWaiting(table, slot, this.#offset))
      this.outlived = added(this.outlived, table.row(slot))
    if (lives || lived) this.#tell(table, slot, lived, lives)
  }

  #tell(table: Table, slot: number, lived: boolean, lives: boolean): void {
    const type = lives ? (lived ? 'changed' : 'created') : 'destroyed'
    if (type === 'changed' && this.#changed.length === 0) return
    const fields = type === 'changed' ? this.#changed : type === 'created' ? presentFields(table, slot) : nothing
    this.effects = added(this.effects, { name: table.name, id: this.#id, type, fields, slot })
  }

  /** In a record that lives every field kept is one that counts: those older than its destroy go. */
  #clearOlderFields(table: Table, slot: number): void {
    for (const column of table.columns.values()) {
      const stamp = column.stamp(slot)
      if (stamp < 0 || table.counts(slot, stamp, column.writer(slot))) continue
      column.clear(slot)
      if (!this.#changed.includes(column.name)) this.#changed = withName(this.#changed, column)
    }
  }
}

/** Those of a section's rows that held anything newer. */
interface NewerRows {
  readonly writers: readonly string[]
  readonly section: RowSection
  readonly rows: ReadonlySet<number>
}

/** Finds the entries of a column row by row. */
class Entries {
  readonly #column: StampColumn | undefined
  #next = 0

  constructor(column: StampColumn | undefined) {
    this.#column = column
  }

  /** The row's entry; -1 for none. */
  next(row: number): number {
    return this.#column === undefined || !isPresent(this.#column, row) ? -1 : this.#next++
  }
}

const nothing: readonly never[] = Object.freeze([])

/** The list with an item more: a new one for the first. */
function added<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.length === 0)
    return [item]
    // Made here, and given to nobody before the step is over.
  ;(list as Item[]).push(item)
  return list
}

/** The names with a column's more. One name is the column's own list, which many share. */
function withName(names: readonly string[], column: Column): readonly string[] {
  if (names.length === 0) return column.names
  return names.length === 1 ? [names[0]!, column.name] : added(names, column.name)
}

/**
 * Fields that waited in a row for a birth, which has come: others have left them out of a comparison, maybe, or forgotten them, and lack them. They
 * take the place of the birth. False if there are none.
 */
export function moveWaiting(table: Table, slot: number, offset: number): boolean {
  let hasSome = false
  for (const column of table.columns.values()) {
    if (!column.has(slot) || column.offset(slot) === offset) continue
    hasSome = true
    column.restamp(slot, column.stamp(slot), column.writer(slot), offset)
  }
  return hasSome
}

/** The fields that are set in a record. */
export function presentFields(table: Table, slot: number): readonly string[] {
  const { names } = table
  for (const column of table.columns.values())
    if (!column.has(slot)) return names.filter((name) => table.columns.get(name)!.has(slot))
  return names
}
