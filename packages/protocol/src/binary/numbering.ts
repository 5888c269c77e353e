/** The numbers that a ledger gives to names, writers and rows: the same in all its sessions, so that a message is encoded once for all of them. */

import { MAX_NUMBERED_NAMES, MAX_NUMBERED_ROWS, MAX_NUMBERED_WRITERS } from '../limits.js'
import type { RecordId } from '../value.js'
import type { ByteWriter } from './byte-writer.js'

/** Rows, as the ledger numbers them. */
export interface RowNumbers {
  /** The number of a record's row, or -1 where it has none. */
  numberOf(name: string, id: RecordId): number

  /** The record whose row has a number. */
  recordAt(number: number): { readonly name: string; readonly id: RecordId }
}

/** What a number is that of. */
export const NumberOf = { name: 0, writer: 1, row: 2, definedRow: 3 } as const

/** A number that a message uses, with what it is that of in the lower two bits. */
export type Need = number

export class Numbering {
  readonly rows: RowNumbers
  readonly #names = new Interned(MAX_NUMBERED_NAMES)
  readonly #writers = new Interned(MAX_NUMBERED_WRITERS)

  constructor(rows: RowNumbers) {
    this.rows = rows
  }

  name(number: number): string {
    return this.#names.text(number)
  }

  /** The number of a name; -1 where there are too many. */
  nameNumber(name: string): number {
    return this.#names.number(name)
  }

  writer(number: number): string {
    return this.#writers.text(number)
  }

  /** Writes the number of a name, or, where there are too many, the name. */
  writeName(writer: ByteWriter, name: string, needs: Need[]): void {
    const number = this.#names.number(name)
    writer.count(number + 1)
    if (number < 0) writer.text(name)
    else needs.push(number * 4 + NumberOf.name)
  }

  /** Writes the number of an era, or, where there are too many, its id. */
  writeWriter(writer: ByteWriter, era: string, needs: Need[]): void {
    const number = this.#writers.number(era)
    writer.count(number + 1)
    if (number < 0) writer.hex(era)
    else needs.push(number * 4 + NumberOf.writer)
  }

  /** The number under which a row may be named; -1 where it has none. */
  rowNumber(name: string, id: RecordId): number {
    const number = this.rows.numberOf(name, id)
    return number < MAX_NUMBERED_ROWS ? number : -1
  }
}

/** Texts, numbered at their first mention while there is room. */
class Interned {
  readonly #limit: number
  readonly #texts: string[] = []
  readonly #numbers = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  text(number: number): string {
    return this.#texts[number]!
  }

  /** -1 for a text that there is no room for. */
  number(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#texts.length
    if (number === this.#limit) return -1
    this.#texts.push(text)
    this.#numbers.set(text, number)
    return number
  }
}
