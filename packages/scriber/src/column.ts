/**
 * One field of one table: its values, stamps, writers and positions, slot by slot, in pages of typed arrays (DESIGN section 9).
 *
 * Pages keep a column's cost proportional to the slots that use it: nothing is copied while it grows, there is next to no slack,
 * and a field that a peer made up costs a page, not a table. In a page numbers and booleans lie in typed arrays until a value of
 * another type comes; null is NaN there, since NaN itself cannot be recorded.
 */
import type { Value } from './value.js'

/** What a stamp says of a field that was never set or no longer counts, or of a life event that has not happened. */
export const absent = -1

export const pageBits = 9
export const pageSize = 1 << pageBits
export const pageMask = pageSize - 1

/** Numbers of writers; 16 bits until the ledger has more writers than that. */
export type WriterArray = Uint16Array | Uint32Array

export class ColumnPage {
  readonly stamps = new Float64Array(pageSize).fill(absent)
  readonly positions = new Uint32Array(pageSize)
  writers: WriterArray = new Uint16Array(pageSize)
  kind: 'boolean' | 'number' | 'any'
  #booleans: Uint8Array | undefined
  #numbers: Float64Array | undefined
  #any: (Value | undefined)[] | undefined

  constructor(first: Value) {
    this.kind = typeof first === 'number' ? 'number' : typeof first === 'boolean' ? 'boolean' : 'any'
    if (this.kind === 'number') this.#numbers = new Float64Array(pageSize)
    else if (this.kind === 'boolean') this.#booleans = new Uint8Array(pageSize)
    else this.#any = new Array<Value | undefined>(pageSize).fill(undefined)
  }

  /** The value under an index that has a stamp. */
  read(index: number): Value {
    if (this.kind === 'any') return this.#any![index]!
    if (this.kind === 'number') {
      const number = this.#numbers![index]!
      return Number.isNaN(number) ? null : number
    }
    const boolean = this.#booleans![index]!
    return boolean === 2 ? null : boolean === 1
  }

  write(index: number, value: Value): void {
    if (this.kind === 'any') this.#any![index] = value
    else if (this.kind === 'number') {
      if (typeof value === 'number') this.#numbers![index] = value
      else if (value === null) this.#numbers![index] = Number.NaN
      else this.#widen()[index] = value
    } else if (typeof value === 'boolean') this.#booleans![index] = value ? 1 : 0
    else if (value === null) this.#booleans![index] = 2
    else this.#widen()[index] = value
  }

  clear(index: number): void {
    this.stamps[index] = absent
    if (this.#any !== undefined) this.#any[index] = undefined
  }

  setWriter(index: number, writer: number): void {
    this.writers = withRoomFor(this.writers, writer)
    this.writers[index] = writer
  }

  #widen(): (Value | undefined)[] {
    const any = new Array<Value | undefined>(pageSize).fill(undefined)
    for (let index = 0; index < pageSize; index++) if (this.stamps[index]! >= 0) any[index] = this.read(index)
    this.kind = 'any'
    this.#numbers = undefined
    this.#booleans = undefined
    this.#any = any
    return any
  }
}

/** The array itself, or a wider copy of it where the writer's number needs 32 bits. */
export function withRoomFor(writers: WriterArray, writer: number): WriterArray {
  return writer > 0xffff && writers instanceof Uint16Array ? Uint32Array.from(writers) : writers
}

export class Column {
  readonly name: string
  readonly pages: (ColumnPage | undefined)[] = []

  constructor(name: string) {
    this.name = name
  }

  has(slot: number): boolean {
    return this.stamp(slot) >= 0
  }

  /** The stamp of the slot's value, or `absent`. */
  stamp(slot: number): number {
    return this.pages[slot >>> pageBits]?.stamps[slot & pageMask] ?? absent
  }

  writer(slot: number): number {
    return this.pages[slot >>> pageBits]?.writers[slot & pageMask] ?? 0
  }

  /** Position at which the value came, as an offset from the ledger's base. */
  offset(slot: number): number {
    return this.pages[slot >>> pageBits]?.positions[slot & pageMask] ?? 0
  }

  /** The value, or undefined where none is set. */
  get(slot: number): Value | undefined {
    const page = this.pages[slot >>> pageBits]
    if (page === undefined) return undefined
    const index = slot & pageMask
    return page.stamps[index]! < 0 ? undefined : page.read(index)
  }

  /** Sets a value and what is known of it. */
  set(slot: number, value: Value, stamp: number, writer: number, offset: number): void {
    const page = this.pages[slot >>> pageBits] ?? this.page(slot, value)
    const index = slot & pageMask
    page.write(index, value)
    page.stamps[index] = stamp
    page.positions[index] = offset
    page.setWriter(index, writer)
  }

  /** Gives the slot's value another stamp, and a place in the order. */
  restamp(slot: number, stamp: number, writer: number, offset: number): void {
    const page = this.pages[slot >>> pageBits]!
    const index = slot & pageMask
    page.stamps[index] = stamp
    page.positions[index] = offset
    page.setWriter(index, writer)
  }

  /** Forgets the value: the slot is as if it had never been set. */
  clear(slot: number): void {
    this.pages[slot >>> pageBits]?.clear(slot & pageMask)
  }

  /** The page of a slot, made where it is missing, for values like the one given. */
  page(slot: number, like: Value): ColumnPage {
    const number = slot >>> pageBits
    while (this.pages.length <= number) this.pages.push(undefined)
    this.pages[number] ??= new ColumnPage(like)
    return this.pages[number]
  }
}
