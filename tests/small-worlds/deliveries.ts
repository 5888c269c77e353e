/** What clients can be sent in the worlds of one program: each batch or catch-up once, by number. */
import type { Batch, Place, RowImage } from '@syncro/scriber'
import { imagesOf, ledgerOf } from '../../packages/scriber/test/recorders.js'

export type Delivery =
  | { readonly type: 'batch'; readonly batch: Batch }
  | {
      readonly type: 'catch-up'
      /** The client whose ledger it is from, and how far into that it leads. */
      readonly from: number
      readonly place: Place
      readonly rows: readonly RowImage[]
      /** The batches that its reader has seen then. */
      readonly seen: readonly number[]
    }

export class Deliveries {
  readonly #all: Delivery[] = []
  readonly #numbers = new Map<string, number>()
  readonly #rows = new Map<number, readonly RowImage[]>()

  numberOf(delivery: Delivery): number {
    const text = JSON.stringify(delivery)
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.#all.push(delivery) - 1
      this.#numbers.set(text, number)
    }
    return number
  }

  get(number: number): Delivery {
    return this.#all[number]!
  }

  batch(number: number): Batch {
    const delivery = this.get(number)
    if (delivery.type !== 'batch') throw new Error(`delivery ${number} is no batch`)
    return delivery.batch
  }

  /** A batch as the rows of a ledger that knows nothing else. */
  rowsOf(number: number): readonly RowImage[] {
    let rows = this.#rows.get(number)
    if (rows === undefined) {
      rows = imagesOf(ledgerOf([this.batch(number)]))
      this.#rows.set(number, rows)
    }
    return rows
  }
}
