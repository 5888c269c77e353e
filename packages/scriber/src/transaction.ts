/**
 * Local changes between the first write and the commit. Values are written into the ledger at once, so that the program reads what it
 * wrote; stamps and places in the order come at the commit, so that a rollback only has to put values back.
 */
import type { Change, Effect } from './change.js'
import type { Column } from './column.js'
import { encodedBytes, textBytes } from './encoded-bytes.js'
import { equalValues } from './equality.js'
import { UsageError } from './errors.js'
import type { RecordId } from './ids.js'
import type { Ledger } from './ledger.js'
import type { ScriberLimits } from './limits.js'
import { moveWaiting, presentFields } from './merging.js'
import { absent } from './stamp-page.js'
import type { Table } from './table.js'
import type { Value } from './value.js'

/** Stamps of writes that are not committed: beyond every real one, and rising within the transaction. */
const stagedFrom = 2 ** 53

interface FieldBefore {
  readonly value: Value | undefined
  readonly stamp: number
  readonly writer: number
  readonly offset: number
}

/** Of a field that was not set, which is what most are in a record that is created. */
const nothing: FieldBefore = { value: undefined, stamp: absent, writer: 0, offset: 0 }

/** What one record was before the transaction, and what the transaction did to it. */
interface Entry {
  readonly table: Table
  readonly slot: number
  /** Taken by this transaction: nothing of it was known before. */
  readonly fresh: boolean
  readonly lived: boolean
  readonly birth: number
  readonly birthWriter: number
  readonly destroy: number
  readonly destroyWriter: number
  born: 'create' | 'restore' | undefined
  readonly before: Map<Column, FieldBefore>
}

/** What the records that a binding creates are made of. */
export interface Shape {
  readonly table: Table
  readonly columns: readonly Column[]
  /** Of the columns. */
  readonly names: readonly string[]
}

/** What a commit gives to be stored, told and sent. */
export interface Committed {
  readonly stamp: number
  readonly changes: readonly Change[]
  readonly effects: readonly Effect[]
  /** Rows that others are to be sent whole: see `Merged`. */
  readonly outlived: readonly number[]
}

export class Transaction {
  readonly #ledger: Ledger
  readonly #writer: number
  readonly #entries = new Map<number, Entry>()
  #staged = stagedFrom

  /**
   * @param writer the ledger's number of the era that writes.
   * @param outer the transaction that this one is nested in; at its end it is rolled back, or joined to that one.
   */
  constructor(ledger: Ledger, writer: number, outer?: Transaction) {
    this.#ledger = ledger
    this.#writer = writer
    if (outer !== undefined) this.#staged = outer.#staged
  }

  /** Takes over what a nested transaction wrote. */
  join(nested: Transaction): void {
    this.#staged = nested.#staged
    for (const [row, theirs] of nested.#entries) {
      const mine = this.#entries.get(row)
      if (mine === undefined) {
        this.#entries.set(row, theirs)
        continue
      }
      mine.born = theirs.born ?? mine.born
      for (const [column, before] of theirs.before) if (!mine.before.has(column)) mine.before.set(column, before)
    }
  }

  /** Takes a slot for a record and begins its life; where it lives already, fields are merged into it. */
  create(table: Table, id: string | number): number {
    const known = table.slot(id)
    const slot = known ?? this.#ledger.allocate(table, id)
    const entry = this.#entry(table, slot, known === undefined)
    this.#birth(entry, 'create')
    return slot
  }

  /** Brings a destroyed record back with every field the ledger still holds. */
  restore(table: Table, slot: number): void {
    const entry = this.#entry(table, slot, false)
    const held = [...table.columns.values()]
      .filter((column) => column.has(slot))
      .map((column) => ({ column, value: column.get(slot)! }))
    this.#birth(entry, 'restore')
    for (const { column, value } of held) this.#write(entry, column, value)
  }

  destroy(table: Table, slot: number): void {
    const entry = this.#entry(table, slot, false)
    this.#counting(entry, () => table.setDestroy(slot, this.#nextStaged(), this.#writer))
  }

  set(table: Table, slot: number, column: Column, value: Value): void {
    this.#write(this.#entry(table, slot, false), column, value)
  }

  /** Puts everything back. */
  rollback(): void {
    for (const entry of this.#entries.values()) this.#revert(entry)
  }

  /**
   * Gives the writes their stamp and their place in the order.
   *
   * @param nextStamp called once, or twice where a record was destroyed and begun anew: its destroy needs a stamp before.
   * @returns undefined if nothing changed after all.
   * @throws UsageError `SYNCRO_BATCH_TOO_LARGE`, before anything was stamped; the caller rolls back.
   */
  commit(limits: ScriberLimits, nextStamp: () => number): Committed | undefined {
    const kept: Entry[] = []
    for (const entry of this.#entries.values()) if (this.#settle(entry)) kept.push(entry)
    if (kept.length === 0) return undefined
    checkSize(kept, limits)
    const destroyStamp = kept.some(begunAnew) ? nextStamp() : absent
    const stamp = nextStamp()
    const changes: Change[] = []
    const effects: Effect[] = []
    const outlived: number[] = []
    for (const entry of kept) {
      changes.push(this.#stamp(entry, stamp, destroyStamp, outlived))
      const effect = effectOf(entry)
      if (effect !== undefined) effects.push(effect)
    }
    return { stamp, changes, effects, outlived }
  }

  #entry(table: Table, slot: number, fresh: boolean): Entry {
    const row = table.row(slot)
    let entry = this.#entries.get(row)
    if (entry === undefined) {
      entry = {
        table,
        slot,
        fresh,
        lived: table.lives(slot),
        birth: table.birth(slot),
        birthWriter: table.birthWriter(slot),
        destroy: table.destroy(slot),
        destroyWriter: table.destroyWriter(slot),
        born: undefined,
        before: new Map(),
      }
      this.#entries.set(row, entry)
    }
    return entry
  }

  #nextStaged(): number {
    this.#staged += 2
    return this.#staged
  }

  #birth(entry: Entry, born: 'create' | 'restore'): void {
    const { table, slot } = entry
    entry.born = born
    this.#counting(entry, () => table.setBirth(slot, this.#nextStaged(), this.#writer))
    if (table.destroy(slot) < 0) return
    for (const column of table.columns.values()) {
      if (!column.has(slot) || table.counts(slot, column.stamp(slot), column.writer(slot))) continue
      remember(entry, column)
      column.clear(slot)
    }
  }

  #write(entry: Entry, column: Column, value: Value): void {
    remember(entry, column)
    column.set(entry.slot, value, this.#nextStaged(), this.#writer, 0)
  }

  /** Does something to a record's life and keeps its table's count. */
  #counting({ table, slot }: Entry, change: () => void): void {
    const lived = table.lives(slot)
    change()
    const lives = table.lives(slot)
    if (lives !== lived) table.living += lives ? 1 : -1
  }

  /** Drops what came to nothing; false if nothing of the entry is left. */
  #settle(entry: Entry): boolean {
    const { table, slot } = entry
    const lives = table.lives(slot)
    if (!lives && !entry.lived) {
      // Not to be reverted again if the rest turns out to be too large.
      this.#entries.delete(table.row(slot))
      this.#revert(entry)
      return false
    }
    if (!lives) {
      // A destroy writes no fields: those written before it in the same transaction never were.
      for (const [column, before] of entry.before) putBack(column, slot, before)
      entry.before.clear()
      return true
    }
    if (isStaged(table.birth(slot))) return true
    for (const [column, before] of entry.before) {
      if (before.value === undefined || !equalValues(before.value, column.get(slot)!)) continue
      putBack(column, slot, before)
      entry.before.delete(column)
    }
    return entry.before.size > 0
  }

  #revert(entry: Entry): void {
    const { table, slot } = entry
    this.#counting(entry, () => {
      table.setBirth(slot, entry.birth, entry.birthWriter)
      if (table.destroy(slot) !== entry.destroy) table.setDestroy(slot, entry.destroy, entry.destroyWriter)
    })
    for (const [column, before] of entry.before) putBack(column, slot, before)
    if (entry.fresh) this.#ledger.release(table, slot)
  }

  #stamp(entry: Entry, stamp: number, destroyStamp: number, outlived: number[]): Change {
    const { table, slot } = entry
    const lives = table.lives(slot)
    const born = isStaged(table.birth(slot))
    const destroyed = isStaged(table.destroy(slot))
    const offset = this.#ledger.touch(table.row(slot))
    if (born) table.setBirth(slot, lives ? stamp : entry.birth, lives ? this.#writer : entry.birthWriter)
    if (born && lives) table.setBirthOffset(slot, offset)
    if (destroyed) {
      table.setDestroy(slot, lives ? destroyStamp : stamp, this.#writer)
      table.setDestroyOffset(slot, offset)
    }
    const fields: Record<string, Value> = {}
    for (const column of entry.before.keys()) {
      if (!column.has(slot)) continue
      column.restamp(slot, stamp, this.#writer, offset)
      fields[column.name] = column.get(slot)!
    }
    if (born && lives && !entry.fresh && !entry.lived && moveWaiting(table, slot, offset))
      outlived.push(table.row(slot))
    const { name } = table
    const id = table.id(slot)!
    if (!lives) return { name, id, type: 'destroy' }
    if (!born) return { name, id, type: 'update', fields }
    const type = entry.born ?? 'create'
    const after = table.destroy(slot) < 0 ? undefined : this.#ledger.life(table, slot).destroy
    return after === undefined ? { name, id, type, fields } : { name, id, type, fields, after }
  }
}

function isStaged(stamp: number): boolean {
  return stamp >= stagedFrom
}

/** Destroyed and created again in one transaction: the destroy needs a stamp of its own, before the birth's. */
function begunAnew({ table, slot }: Entry): boolean {
  return isStaged(table.birth(slot)) && isStaged(table.destroy(slot)) && table.lives(slot)
}

function remember({ before, slot }: Entry, column: Column): void {
  if (before.has(column)) return
  const value = column.get(slot)
  if (value === undefined) before.set(column, nothing)
  else
    before.set(column, { value, stamp: column.stamp(slot), writer: column.writer(slot), offset: column.offset(slot) })
}

function putBack(column: Column, slot: number, before: FieldBefore): void {
  if (before.value === undefined) column.clear(slot)
  else column.set(slot, before.value, before.stamp, before.writer, before.offset)
}

function effectOf({ table, slot, lived, before }: Entry): Effect | undefined {
  const { name } = table
  const id = table.id(slot)!
  if (!table.lives(slot)) return { name, id, type: 'destroyed', fields: [], slot }
  if (!lived) return { name, id, type: 'created', fields: presentFields(table, slot), slot }
  const fields: string[] = []
  for (const [column, { value }] of before) {
    const now = column.get(slot)
    if (value === undefined || now === undefined ? value !== now : !equalValues(value, now)) fields.push(column.name)
  }
  return fields.length === 0 ? undefined : { name, id, type: 'changed', fields, slot }
}

/** A batch travels whole, so it has to fit in a frame. */
function checkSize(entries: readonly Entry[], limits: ScriberLimits): void {
  if (entries.length > limits.maxBatchChanges)
    tooLarge(`changes ${entries.length} records`, `${limits.maxBatchChanges}`)
  let bytes = 0
  for (const { table, slot, before } of entries) {
    checkFields(table, before.size, limits)
    bytes += headBytes(table, table.id(slot)!)
    for (const column of before.keys()) {
      const value = column.get(slot)
      if (value !== undefined) bytes += fieldBytes(column, value)
    }
  }
  checkBytes(bytes, limits)
}

/** The same for one record that is created. @throws UsageError `SYNCRO_BATCH_TOO_LARGE` */
export function checkCreate(
  { table, columns }: Shape,
  id: RecordId,
  values: readonly Value[],
  limits: ScriberLimits,
): void {
  checkFields(table, columns.length, limits)
  let bytes = headBytes(table, id)
  for (let at = 0; at < columns.length; at++) bytes += fieldBytes(columns[at]!, values[at]!)
  checkBytes(bytes, limits)
}

function headBytes({ name }: Table, id: RecordId): number {
  return 100 + name.length * 6 + (typeof id === 'string' ? textBytes(id) : 20)
}

function fieldBytes({ name }: Column, value: Value): number {
  return name.length * 6 + encodedBytes(value)
}

function checkFields({ name }: Table, count: number, { maxFields }: ScriberLimits): void {
  if (count > maxFields) tooLarge(`sets ${count} fields of one ${name}`, `${maxFields}`)
}

function checkBytes(bytes: number, { maxBatchBytes }: ScriberLimits): void {
  if (bytes > maxBatchBytes) tooLarge(`takes ${bytes} bytes`, `${maxBatchBytes}`)
}

function tooLarge(what: string, limit: string): never {
  throw new UsageError(
    'SYNCRO_BATCH_TOO_LARGE',
    `The transaction ${what}; the limit is ${limit}, since a batch travels whole. Nothing was changed: split it into several transactions.`,
  )
}
