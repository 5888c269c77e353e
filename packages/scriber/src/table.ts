/** The records of one class: ids to slots, life, and a column a field. */
import { Column } from './column.js'
import type { RecordId } from './ids.js'
import { absent, pageBits, pageMask, pageSize, StampPage } from './stamp-page.js'
import type { Value } from './value.js'
import type { Writers } from './writers.js'

/** Where a slot's row stands in the ledger, and the two stamps that say whether it lives. */
class LifePage {
  /** The number beside a birth is the row. */
  readonly births = new StampPage()
  /** Positions at which the births came, as offsets from the ledger's base. */
  readonly offsets = new Uint32Array(pageSize)
  /** Most pages never see a destroy. The number beside one is the position at which it came, as an offset. */
  destroys: StampPage | undefined
}

export class Table {
  readonly name: string
  readonly columns = new Map<string, Column>()
  /** Of all columns; another list where there are more. */
  names: readonly string[] = []
  readonly #writers: Writers
  readonly #slots = new Map<RecordId, number>()
  readonly #ids: (RecordId | undefined)[] = []
  readonly #pages: LifePage[] = []
  readonly #free: number[] = []
  readonly #nameTaken: () => void
  /** How many records live. */
  living = 0
  /** How often a slot was given back: whoever remembers something by slots sees whether they are still the same records'. */
  released = 0

  /** @param nameTaken called before a column is made: the ledger bounds the names it keeps. */
  constructor(name: string, writers: Writers, nameTaken: () => void) {
    this.name = name
    this.#writers = writers
    this.#nameTaken = nameTaken
  }

  /** Slots in use are below this number; some below it may be free. */
  get end(): number {
    return this.#ids.length
  }

  slot(id: RecordId): number | undefined {
    return this.#slots.get(id)
  }

  /** An id that has two slots, if there is one: after slots were taken for ids that nobody had looked for. */
  twice(): RecordId | undefined {
    if (this.#slots.size === this.#ids.length - this.#free.length) return undefined
    return this.#ids.find((id, slot) => id !== undefined && this.#slots.get(id) !== slot)
  }

  /** The record's id; undefined for a free slot. */
  id(slot: number): RecordId | undefined {
    return this.#ids[slot]
  }

  row(slot: number): number {
    return this.#pages[slot >>> pageBits]!.births.beside(slot & pageMask)
  }

  column(name: string): Column {
    let column = this.columns.get(name)
    if (column === undefined) {
      this.#nameTaken()
      column = new Column(name)
      this.columns.set(name, column)
      this.names = [...this.names, name]
    }
    return column
  }

  /** The value of a field, or undefined where none is set. */
  get(slot: number, field: string): Value | undefined {
    return this.columns.get(field)?.get(slot)
  }

  birth(slot: number): number {
    return this.#pages[slot >>> pageBits]!.births.stamp(slot & pageMask)
  }

  birthWriter(slot: number): number {
    return this.#pages[slot >>> pageBits]!.births.writer(slot & pageMask)
  }

  destroy(slot: number): number {
    return this.#pages[slot >>> pageBits]!.destroys?.stamp(slot & pageMask) ?? absent
  }

  destroyWriter(slot: number): number {
    return this.#pages[slot >>> pageBits]!.destroys?.writer(slot & pageMask) ?? 0
  }

  /** Position of the newest life event, as an offset from the ledger's base. */
  lifeOffset(slot: number): number {
    return Math.max(this.birthOffset(slot), this.destroyOffset(slot))
  }

  /** Position at which the newest birth came, as an offset from the ledger's base. */
  birthOffset(slot: number): number {
    return this.#pages[slot >>> pageBits]!.offsets[slot & pageMask]!
  }

  /** Position at which the newest destroy came, as an offset from the ledger's base. */
  destroyOffset(slot: number): number {
    return this.#pages[slot >>> pageBits]!.destroys?.beside(slot & pageMask) ?? 0
  }

  /** A record lives if its newest birth is newer than its newest destroy. */
  lives(slot: number): boolean {
    const page = this.#pages[slot >>> pageBits]
    if (page === undefined) return false
    const birth = page.births.stamp(slot & pageMask)
    if (birth < 0) return false
    const destroy = page.destroys?.stamp(slot & pageMask) ?? absent
    if (destroy < birth) return true
    return destroy === birth && this.#writers.newer(birth, this.birthWriter(slot), destroy, this.destroyWriter(slot))
  }

  /** A stamp counts if it is newer than the record's destroy. */
  counts(slot: number, stamp: number, writer: number): boolean {
    const destroy = this.destroy(slot)
    return destroy < 0 || this.#writers.newer(stamp, writer, destroy, this.destroyWriter(slot))
  }

  setBirth(slot: number, stamp: number, writer: number): void {
    this.#pages[slot >>> pageBits]!.births.set(slot & pageMask, stamp, writer)
  }

  setDestroy(slot: number, stamp: number, writer: number): void {
    const page = this.#pages[slot >>> pageBits]!
    page.destroys ??= new StampPage()
    page.destroys.set(slot & pageMask, stamp, writer)
  }

  setBirthOffset(slot: number, offset: number): void {
    this.#pages[slot >>> pageBits]!.offsets[slot & pageMask] = offset
  }

  /** For a slot that has a destroy. */
  setDestroyOffset(slot: number, offset: number): void {
    this.#pages[slot >>> pageBits]!.destroys!.setBeside(slot & pageMask, offset)
  }

  /** Takes a slot for an id that has none. */
  allocate(id: RecordId, row: number): number {
    const slot = this.#free.pop() ?? this.#ids.length
    if (slot === this.#ids.length) {
      this.#ids.push(id)
      if (slot >>> pageBits === this.#pages.length) this.#pages.push(new LifePage())
    } else this.#ids[slot] = id
    this.#slots.set(id, slot)
    this.#pages[slot >>> pageBits]!.births.setBeside(slot & pageMask, row)
    return slot
  }

  /** Gives a slot back, with nothing left in it. */
  release(slot: number): void {
    this.released += 1
    this.#slots.delete(this.#ids[slot]!)
    this.#ids[slot] = undefined
    for (const column of this.columns.values()) column.clear(slot)
    this.setBirth(slot, absent, 0)
    this.setBirthOffset(slot, 0)
    if (this.#pages[slot >>> pageBits]!.destroys !== undefined) {
      this.setDestroy(slot, absent, 0)
      this.setDestroyOffset(slot, 0)
    }
    this.#free.push(slot)
  }

  /** The slots of the records that live, in the order in which they were first met. */
  *livingSlots(): IterableIterator<number> {
    for (let slot = 0; slot < this.#ids.length; slot++) if (this.lives(slot)) yield slot
  }

  /** Lowers every position kept here: the ledger has a new base. */
  rebase(lower: (offset: number) => number): void {
    for (const { offsets, destroys } of this.#pages) {
      for (let index = 0; index < pageSize; index++) offsets[index] = lower(offsets[index]!)
      destroys?.rebase(lower)
    }
    for (const column of this.columns.values()) column.rebase(lower)
  }
}
