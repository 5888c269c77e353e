/** What one session has been told of its sender's numbers: each is told before it is first used. Rule N2. */

import { Bits } from './bits.js'
import { ByteWriter } from './byte-writer.js'
import { Item } from './items.js'
import { type Need, type Numbering, NumberOf } from './numbering.js'
import { writeValueBytes } from './value-bytes.js'

/** A message in the binary encoding, for all sessions of the ledger that numbered it. */
export interface Encoded {
  readonly bytes: Uint8Array

  /** The numbers in it. */
  readonly needs: readonly Need[]

  /** The stamp that its stamp is counted from; -1 where that does not matter. */
  readonly base: number
}

const writer = new ByteWriter()

export class Told {
  readonly #numbering: Numbering
  readonly #names = new Bits()
  readonly #writers = new Bits()
  readonly #rows = new Bits()
  #base = -1

  constructor(numbering: Numbering) {
    this.#numbering = numbering
  }

  /** The definitions that have to go before a message, which must follow; undefined where there are none. */
  definitions({ needs, base }: Encoded): Uint8Array | undefined {
    writer.clear()
    if (base >= 0 && base !== this.#base) this.#tellBase(base)
    for (const need of needs) {
      const number = need >>> 2
      switch (need & 3) {
        case NumberOf.name:
          this.#tellName(number)
          break
        case NumberOf.writer:
          if (!this.#writers.has(number)) this.#tellWriter(number)
          break
        case NumberOf.row:
          if (!this.#rows.has(number)) this.#tellRow(number)
          break
        default:
          this.#rows.add(number)
      }
    }
    return writer.length === 0 ? undefined : writer.take()
  }

  /** The ledger has forgotten rows: their numbers may soon be those of others. */
  forget(rows: readonly number[]): void {
    for (const row of rows) this.#rows.delete(row)
  }

  #tellBase(base: number): void {
    this.#base = base
    writer.byte(Item.base)
    writer.count(base)
  }

  #tellName(number: number): void {
    if (this.#names.has(number)) return
    this.#names.add(number)
    writer.byte(Item.name)
    writer.count(number)
    writer.text(this.#numbering.name(number))
  }

  #tellWriter(number: number): void {
    this.#writers.add(number)
    writer.byte(Item.writer)
    writer.count(number)
    writer.hex(this.#numbering.writer(number))
  }

  #tellRow(number: number): void {
    this.#rows.add(number)
    const { name, id } = this.#numbering.rows.recordAt(number)
    const named = this.#numbering.nameNumber(name)
    if (named >= 0) this.#tellName(named)
    writer.byte(Item.row)
    writer.count(number)
    writer.count(named + 1)
    if (named < 0) writer.text(name)
    writeValueBytes(writer, id)
  }
}
