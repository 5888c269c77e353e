/**
 * What a client of version 1 is known to hold: the values that it sent in this session, or that were sent to it. What it holds already is not
 * sent to it: a gem in a ring would else circulate one change for ever (DESIGN section 6). Bounded; what was forgotten is sent once more.
 */
import type { Value } from '@syncro/scriber'
import { sameOnWire } from './bridge-json.js'

interface KnownRow {
  readonly alive: boolean
  /** All its fields are known, since its create is: those that are not are null. */
  readonly isWhole: boolean
  /** It was the client itself that destroyed it. */
  readonly bySelf: boolean
  readonly fields: Map<string, Value>
}

export class Known {
  readonly #maxFields: number
  readonly #rows = new Map<number, KnownRow>()
  #hasForgotten = false
  #fields = 0

  constructor(maxFields: number) {
    this.#maxFields = maxFields
  }

  /** True if there was too much to know. */
  get hasForgotten(): boolean {
    return this.#hasForgotten
  }

  has(row: number): boolean {
    return this.#rows.has(row)
  }

  /** True if the record is known to live there. */
  isAlive(row: number): boolean {
    return this.#rows.get(row)?.alive === true
  }

  /** True if the record is known not to be there. */
  isGone(row: number): boolean {
    return this.#rows.get(row)?.alive === false
  }

  /** True if the client said that it has destroyed the record. */
  wasDestroyedThere(row: number): boolean {
    return this.#rows.get(row)?.bySelf === true
  }

  /** True if the field is known to have this value there. */
  equals(row: number, field: string, value: Value): boolean {
    const known = this.#rows.get(row)?.fields.get(field)
    return known !== undefined && sameOnWire(known, value)
  }

  /** True if the record is known to live there with these values. A field that was never set is the same there as one that is null. */
  holds(row: number, fields: Iterable<readonly [string, Value]>): boolean {
    const known = this.#rows.get(row)
    if (known?.alive !== true) return false
    for (const [name, value] of fields) {
      const there = known.fields.get(name) ?? (known.isWhole ? null : undefined)
      if (there === undefined || !sameOnWire(there, value)) return false
    }
    return true
  }

  /** A create has replaced whatever was there. */
  created(row: number, fields: Iterable<readonly [string, Value]>): void {
    this.forget(row)
    this.#set(row, { alive: true, isWhole: true, bySelf: false }, fields)
  }

  updated(row: number, fields: Iterable<readonly [string, Value]>): void {
    const known = this.#rows.get(row)
    if (known?.alive !== true) {
      this.forget(row)
      this.#set(row, { alive: true, isWhole: false, bySelf: false }, fields)
      return
    }
    // To the end: the first are forgotten first.
    this.#rows.delete(row)
    this.#rows.set(row, known)
    for (const [name, value] of fields) this.#note(known, name, value)
    this.#trim()
  }

  /** @param bySelf the client said so; else it was told. */
  destroyed(row: number, bySelf = false): void {
    this.forget(row)
    this.#set(row, { alive: false, isWhole: true, bySelf }, [])
  }

  forget(row: number): void {
    const known = this.#rows.get(row)
    if (known === undefined) return
    this.#rows.delete(row)
    this.#fields -= known.fields.size + 1
  }

  clear(): void {
    this.#rows.clear()
    this.#fields = 0
  }

  #set(row: number, life: Omit<KnownRow, 'fields'>, fields: Iterable<readonly [string, Value]>): void {
    const known = { ...life, fields: new Map<string, Value>() }
    this.#rows.set(row, known)
    this.#fields += 1
    for (const [name, value] of fields) this.#note(known, name, value)
    this.#trim()
  }

  #note(known: KnownRow, name: string, value: Value): void {
    if (!known.fields.has(name)) this.#fields += 1
    known.fields.set(name, value)
  }

  #trim(): void {
    for (const row of this.#rows.keys()) {
      if (this.#fields <= this.#maxFields || this.#rows.size === 1) return
      this.#hasForgotten = true
      this.forget(row)
    }
  }
}
