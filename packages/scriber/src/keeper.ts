/** Hands transactions to the store and counts which of them are stored, so that nothing leaves a client before it is. */
import { StoreError } from './errors.js'
import type { Ledger } from './ledger.js'
import { absent } from './stamp-page.js'
import type { Store, StoredField, StoredRow, StoreTransaction } from './store.js'
import type { Table } from './table.js'

export interface KeeperEvents {
  stored(kept: number): void
  /** Nothing is stored now, or any more; with undefined: it is again. */
  problem(problem: StoreError | undefined): void
}

interface Settling {
  readonly waiting: void | Promise<void>
  readonly before: Promise<void> | undefined
  readonly number: number
  readonly position: number | undefined
}

export class Keeper {
  readonly #store: Store | undefined
  readonly #events: KeeperEvents
  #kept = 0
  #stored = 0
  #storedThrough = 0
  #stall: StoreError | undefined
  #failure: StoreError | undefined
  /** Settles when all that was kept is stored; undefined while nothing is under way. */
  #newest: Promise<void> | undefined

  /** @param events must not throw. */
  constructor(store: Store | undefined, events: KeeperEvents) {
    this.#store = store
    this.#events = events
    store?.watch?.((stall) => this.#stalled(stall))
  }

  /** Transactions given to the store; without a store there are none, and nothing to wait for. */
  get kept(): number {
    return this.#kept
  }

  get stored(): number {
    return this.#stored
  }

  /** The position up to which rows are stored. */
  get storedThrough(): number {
    return this.#storedThrough
  }

  /** Why nothing is stored now, or any more. */
  get problem(): StoreError | undefined {
    return this.#failure ?? this.#stall
  }

  /** Everything up to a position was found in the store. */
  begin(position: number): void {
    this.#storedThrough = position
  }

  /** Gives the store a transaction, and returns the number that `stored` will have reached once it is kept. */
  keep(transaction: StoreTransaction): number {
    if (this.#store === undefined) return 0
    this.#kept += 1
    // A store that failed is left alone: what came after would be kept with a gap before it.
    if (this.#failure === undefined) this.#give(this.#store, transaction, this.#kept)
    return this.#kept
  }

  /** Keeps the rows that a step touched, with the clock and the position that it moved on, and what else is to be kept with them. */
  keepRows(ledger: Ledger, touched: readonly number[], clock: number, beside?: StoreTransaction): number {
    const once = touched.length > 1 ? [...new Set(touched)] : touched
    const rows = once.map((row) => storedRow(ledger, row))
    return this.keep({ ...beside, rows, clock, position: ledger.order.last })
  }

  async close(): Promise<void> {
    try {
      // It keeps what is under way; one that is stalled would have us wait for that.
      await this.#store?.close()
    } finally {
      await this.#newest
    }
  }

  #give(store: Store, transaction: StoreTransaction, number: number): void {
    const { position } = transaction
    try {
      const waiting = store.keep(transaction)
      // What is kept at once still has to wait for what was given before it.
      if (waiting === undefined && this.#newest === undefined) this.#settled(number, position)
      else this.#newest = this.#settling({ waiting, before: this.#newest, number, position })
    } catch (error) {
      this.#fail(error)
    }
  }

  async #settling({ waiting, before, number, position }: Settling): Promise<void> {
    try {
      await waiting
      await before
      this.#settled(number, position)
    } catch (error) {
      this.#fail(error)
    }
    if (number === this.#kept) this.#newest = undefined
  }

  #settled(number: number, position = this.#storedThrough): void {
    if (this.#failure !== undefined) return
    this.#stored = number
    this.#storedThrough = position
    this.#events.stored(number)
  }

  #stalled(stall: StoreError | undefined): void {
    this.#stall = stall
    if (this.#failure === undefined) this.#events.problem(stall)
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
    // A stall that a close turned into a loss has been told.
    if (this.#failure !== this.#stall) this.#events.problem(this.#failure)
  }
}

/** A row as it is stored. */
function storedRow(ledger: Ledger, row: number): StoredRow {
  const { order } = ledger
  const { table, slot } = ledger.place(row)
  const life = storedLife(ledger, table, slot)
  return {
    name: table.name,
    id: table.id(slot)!,
    position: order.position(row),
    ...(life === undefined ? undefined : { life }),
    fields: storedFields(ledger, table, slot),
  }
}

function storedLife({ order, writers }: Ledger, table: Table, slot: number): StoredRow['life'] {
  const [birth, destroy] = [table.birth(slot), table.destroy(slot)]
  if (birth === absent && destroy === absent) return undefined
  const part = (stamp: number, writer: number, offset: number) => ({
    stamp,
    writer: writers.id(writer),
    position: order.base + offset,
  })
  return {
    ...(birth === absent ? undefined : { birth: part(birth, table.birthWriter(slot), table.birthOffset(slot)) }),
    ...(destroy === absent
      ? undefined
      : { destroy: part(destroy, table.destroyWriter(slot), table.destroyOffset(slot)) }),
  }
}

function storedFields({ order, writers }: Ledger, table: Table, slot: number): StoredField[] {
  const fields: StoredField[] = []
  for (const column of table.columns.values()) {
    const value = column.get(slot)
    if (value === undefined) continue
    fields.push({
      name: column.name,
      value,
      stamp: column.stamp(slot),
      writer: writers.id(column.writer(slot)),
      position: order.base + column.offset(slot),
    })
  }
  return fields
}
