/**
 * One field of one table: its values, stamps, writers and positions, slot by slot, in pages of typed arrays (DESIGN section 9).
 *
 * Pages keep a column's cost proportional to the slots that use it: nothing is copied while it grows, there is next to no slack,
 * and a field that a peer made up costs a page, not a table. In a page numbers and booleans lie in typed arrays until a value of
 * another type comes; null is NaN there, since NaN itself cannot be recorded.
 */
import { absent, pageBits, pageMask, pageSize, StampPage } from './stamp-page.js'
import type { Value } from './value.js'

class ColumnPage {
  /** The number beside a stamp is the position at which the value came, as an offset from the ledger's base. */
  readonly stamps = new StampPage()
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
    this.stamps.clear(index)
    if (this.#any !== undefined) this.#any[index] = undefined
  }

  #widen(): (Value | undefined)[] {
    const any = new Array<Value | undefined>(pageSize).fill(undefined)
    for (let index = 0; index < pageSize; index++) if (this.stamps.stamp(index) >= 0) any[index] = this.read(index)
    this.kind = 'any'
    this.#numbers = undefined
    this.#booleans = undefined
    this.#any = any
    return any
  }
}

export class Column {
  readonly name: string
  /** The name in a list, for what is told of one field. */
  readonly names: readonly string[]
  readonly pages: (ColumnPage | undefined)[] = []

  constructor(name: string) {
    this.name = name
    this.names = [name]
  }

  has(slot: number): boolean {
    return this.stamp(slot) >= 0
  }

  /** The stamp of the slot's value, or `absent`. */
  stamp(slot: number): number {
    return this.pages[slot >>> pageBits]?.stamps.stamp(slot & pageMask) ?? absent
  }

  writer(slot: number): number {
    return this.pages[slot >>> pageBits]?.stamps.writer(slot & pageMask) ?? 0
  }

  /** Position at which the value came, as an offset from the ledger's base. */
  offset(slot: number): number {
    return this.pages[slot >>> pageBits]?.stamps.beside(slot & pageMask) ?? 0
  }

  /** The value, or undefined where none is set. */
  get(slot: number): Value | undefined {
    const page = this.pages[slot >>> pageBits]
    if (page === undefined) return undefined
    const index = slot & pageMask
    return page.stamps.stamp(index) < 0 ? undefined : page.read(index)
  }

  /** Sets a value and what is known of it. */
  set(slot: number, value: Value, stamp: number, writer: number, offset: number): void {
    const page = this.pages[slot >>> pageBits] ?? this.page(slot, value)
    const index = slot & pageMask
    page.write(index, value)
    page.stamps.set(index, stamp, writer)
    page.stamps.setBeside(index, offset)
  }

  /** Gives the slot's value another stamp, and a place in the order. */
  restamp(slot: number, stamp: number, writer: number, offset: number): void {
    const page = this.pages[slot >>> pageBits]!
    const index = slot & pageMask
    page.stamps.set(index, stamp, writer)
    page.stamps.setBeside(index, offset)
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

  /** Lowers every position kept here: the ledger has a new base. */
  rebase(lower: (offset: number) => number): void {
    for (const page of this.pages) page?.stamps.rebase(lower)
  }
}
