/** Hands transactions to the store and counts which of them are stored, so that nothing leaves a client before it is. */
import type { FieldImage } from './change.js'
import { StoreError } from './errors.js'
import type { Ledger } from './ledger.js'
import type { Store, StoredField, StoredRow, StoreTransaction } from './store.js'
import type { Table } from './table.js'
import type { TouchedRow } from './touched-row.js'

export interface KeeperEvents {
  stored(kept: number): void
  failed(error: StoreError): void
}

export class Keeper {
  readonly #store: Store | undefined
  readonly #events: KeeperEvents
  #kept = 0
  #stored = 0
  #failure: StoreError | undefined
  /** Settles when all that was kept is stored; undefined while nothing is under way. */
  #newest: Promise<void> | undefined

  /** @param events must not throw. */
  constructor(store: Store | undefined, events: KeeperEvents) {
    this.#store = store
    this.#events = events
  }

  /** Transactions given to the store; without a store there are none, and nothing to wait for. */
  get kept(): number {
    return this.#kept
  }

  get stored(): number {
    return this.#stored
  }

  get failure(): StoreError | undefined {
    return this.#failure
  }

  /** Gives the store a transaction, and returns the number that `stored` will have reached once it is kept. */
  keep(transaction: StoreTransaction): number {
    if (this.#store === undefined) return 0
    this.#kept += 1
    // A store that failed is left alone: what came after would be kept with a gap before it.
    if (this.#failure === undefined) this.#give(this.#store, transaction, this.#kept)
    return this.#kept
  }

  /** Keeps what a step touched, with the clock and the position that it moved on, and what else is to be kept with it. */
  keepRows(ledger: Ledger, touched: readonly TouchedRow[], clock: number, beside?: StoreTransaction): number {
    const rows = touched.map((row) => storedRow(ledger, row))
    return this.keep({ ...beside, rows, clock, position: ledger.order.last })
  }

  async close(): Promise<void> {
    await this.#newest
    await this.#store?.close()
  }

  #give(store: Store, transaction: StoreTransaction, number: number): void {
    try {
      const waiting = store.keep(transaction)
      // What is kept at once still has to wait for what was given before it.
      if (waiting === undefined && this.#newest === undefined) this.#settled(number)
      else this.#newest = this.#settling(waiting, this.#newest, number)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #settling(waiting: void | Promise<void>, before: Promise<void> | undefined, number: number): Promise<void> {
    try {
      await waiting
      await before
      this.#settled(number)
    } catch (error) {
      this.#fail(error)
    }
    if (number === this.#kept) this.#newest = undefined
  }

  #settled(number: number): void {
    if (this.#failure !== undefined) return
    this.#stored = number
    this.#events.stored(number)
  }

  #fail(cause: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure =
      cause instanceof StoreError
        ? cause
        : new StoreError(
            'SYNCRO_STORE_FAILED',
            'The store did not keep a change. It is shown here, but not sent; look at the cause, then open the store anew.',
            { cause },
          )
    this.#events.failed(this.#failure)
  }
}

function storedLife(ledger: Ledger, table: Table, slot: number): NonNullable<StoredRow['life']> {
  const { base } = ledger.order
  const { birth, destroy } = ledger.life(table, slot)
  return {
    ...(birth === undefined ? undefined : { birth: { ...birth, position: base + table.birthOffset(slot) } }),
    ...(destroy === undefined ? undefined : { destroy: { ...destroy, position: base + table.destroyOffset(slot) } }),
  }
}

function storedRow(ledger: Ledger, { table, slot, life, columns }: TouchedRow): StoredRow {
  const { order, writers } = ledger
  const fields: StoredField[] = []
  const cleared: string[] = []
  for (const column of columns) {
    const value = column.get(slot)
    if (value === undefined) {
      cleared.push(column.name)
      continue
    }
    const image: FieldImage = {
      name: column.name,
      value,
      stamp: column.stamp(slot),
      writer: writers.id(column.writer(slot)),
    }
    fields.push({ ...image, position: order.base + column.offset(slot) })
  }
  return {
    name: table.name,
    id: table.id(slot)!,
    position: order.position(table.row(slot)),
    ...(life ? { life: storedLife(ledger, table, slot) } : undefined),
    fields,
    ...(cleared.length > 0 ? { cleared } : undefined),
  }
}
