/**
 * The change recorder: records what the program changes, replays what others recorded, keeps both in the store, and tells of each step
 * once. It knows no network.
 */
import { EventEmitter } from 'eventemitter3'
import type { Batch, Change, ChangeType, Conflict, Effect, Merged, RowImage } from './change.js'
import { Clock } from './clock.js'
import type { Column } from './column.js'
import { UsageError } from './errors.js'
import { type EraId, type LedgerId, type Random, type RecordId, randomId } from './ids.js'
import { Keeper } from './keeper.js'
import { Ledger } from './ledger.js'
import { defaultScriberLimits, type ScriberLimits } from './limits.js'
import type { Cursor, Era, OutboxEntry, Store, StoredReplica, StoreImage, StoreTransaction } from './store.js'
import type { Table } from './table.js'
import { Transaction } from './transaction.js'
import { admitValue, equalValues, isForbiddenKey, type Value } from './value.js'

export interface ScriberOptions {
  /** Wall time in milliseconds since the Unix epoch. */
  readonly now: () => number
  readonly random: Random
  /** Without one nothing outlives the process, and nothing is spent on keeping it. */
  readonly store?: Store
  readonly limits?: Partial<ScriberLimits>
  /** Takes what a listener throws: a step is told to all, whatever one of them does. Default: thrown again, on its own. */
  readonly reportError?: (error: unknown) => void
}

/** One step of the ledger: a transaction recorded here, or something replayed. */
export interface Step {
  /** A batch, recorded here or replayed; undefined for rows. */
  readonly batch: Batch | undefined
  /** Replayed rows that held anything newer. */
  readonly rows: readonly RowImage[]
  readonly effects: readonly Effect[]
  /** Rows whose life is to be sent back: our destroy is newer than the one a birth brought. */
  readonly outlived: readonly number[]
  /** Where it came from, as given to `replay`; undefined for what was recorded here. */
  readonly origin: unknown
  /** The newest position once the step was in the ledger. */
  readonly position: number
  /** The step may leave this client once this many transactions are stored: see `stored`. */
  readonly kept: number
}

export interface ScriberEvents {
  /** Each step, once, in order. */
  step: (step: Step) => void
  /** More transactions are stored: all up to this number. */
  stored: (kept: number) => void
  conflict: (conflict: Conflict) => void
  /** The store failed: nothing more is stored until it is opened anew. */
  'store-failed': (error: unknown) => void
}

/** What was found in the store, beside rows. */
export interface Remembered {
  readonly replicas: readonly StoredReplica[]
  readonly outbox: readonly OutboxEntry[]
}

/** A place in one's own ledger, as others see it. */
export interface Place {
  readonly era: EraId
  readonly position: number
}

export class Scriber {
  readonly ledger = new Ledger()
  readonly limits: ScriberLimits
  /** Resolves when the store is open; at once where that needs no waiting. Rejects with the store's error. */
  readonly ready: Promise<void>
  readonly #options: ScriberOptions
  readonly #events = new EventEmitter<ScriberEvents>()
  readonly #keeper: Keeper
  #clock: Clock
  #ledgerId: LedgerId = ''
  #eras: Era[] = []
  #writer = 0
  #open = false
  #remembered: Remembered = { replicas: [], outbox: [] }
  #transaction: Transaction | undefined
  #steps: Step[] = []
  #telling = false

  constructor(options: ScriberOptions) {
    this.#options = options
    this.limits = { ...defaultScriberLimits, ...options.limits }
    this.#clock = new Clock(options.now)
    this.#keeper = new Keeper(options.store, {
      stored: (kept) => this.#events.emit('stored', kept),
      failed: (error) => this.#events.emit('store-failed', error),
    })
    const image = options.store?.open()
    if (image instanceof Promise) {
      this.ready = image.then((loaded) => this.#begin(loaded))
      // Whoever awaits `ready` gets the error; nobody having done so yet is no unhandled rejection.
      this.ready.catch(() => undefined)
      return
    }
    this.ready = Promise.resolve()
    if (image === undefined || Symbol.iterator in image.rows) this.#beginAtOnce(image)
    else {
      this.ready = this.#begin(image)
      this.ready.catch(() => undefined)
    }
  }

  get isReady(): boolean {
    return this.#open
  }

  /** True within `transact`: nothing can be replayed now. */
  get isTransacting(): boolean {
    return this.#transaction !== undefined
  }

  get ledgerId(): LedgerId {
    return this.#ledgerId
  }

  /** The era that is open: the writer of what is recorded now. */
  get era(): EraId {
    return this.#eras[this.#eras.length - 1]!.id
  }

  get eras(): readonly Era[] {
    return this.#eras
  }

  get clock(): Clock {
    return this.#clock
  }

  /** What the store held beside rows, when it was opened. */
  get remembered(): Remembered {
    return this.#remembered
  }

  /** The newest place in the ledger. */
  get place(): Place {
    return { era: this.era, position: this.ledger.order.last }
  }

  /** How many transactions have been given to the store. */
  get kept(): number {
    return this.#keeper.kept
  }

  /** How many of them are stored. */
  get stored(): number {
    return this.#keeper.stored
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof ScriberEvents>(name: Name, listener: ScriberEvents[Name]): () => void {
    // The emitter's types cannot follow a generic name.
    const emitter = this.#events as unknown as EventEmitter
    emitter.on(name, listener)
    return () => {
      emitter.off(name, listener)
    }
  }

  /**
   * Records one change.
   *
   * @param data what is set; without it nothing is.
   * @returns the record's slot in its table.
   * @throws UsageError `SYNCRO_NOT_FOUND` for a change to a record that is not here, `SYNCRO_GONE` for one that is destroyed (or, for
   *   `restore`, of which nothing is left), `SYNCRO_VALUE_INVALID`, `SYNCRO_NAME_INVALID`, `SYNCRO_ID_INVALID`, `SYNCRO_NOT_READY`.
   */
  record(name: string, type: ChangeType, id: RecordId, data?: { readonly [field: string]: unknown }): number {
    this.#checkReady()
    this.checkName(name)
    checkId(id, this.limits)
    const values: [string, Value][] = []
    for (const field of Object.keys(data ?? {})) {
      this.checkName(field)
      values.push([field, admitValue(data![field], `${name}.${field}`, this.limits)])
    }
    const table = this.ledger.table(name)
    return this.#within((transaction) => {
      const slot = type === 'create' ? transaction.create(table, id) : this.#known(table, id, type)
      if (type === 'restore' && !table.lives(slot)) transaction.restore(table, slot)
      if (type === 'destroy') transaction.destroy(table, slot)
      else for (const [field, value] of values) transaction.set(table, slot, table.column(field), value)
      return slot
    })
  }

  /**
   * Records the assignment of one field: the short way of `record` for bindings, which hold table, slot and column. The value has been
   * admitted. Assigning what is there records nothing.
   *
   * @throws UsageError `SYNCRO_GONE` if the record is destroyed, `SYNCRO_NOT_READY`.
   */
  assign(table: Table, slot: number, column: Column, value: Value): void {
    if (!table.lives(slot)) throw gone(table.name, table.id(slot) ?? '')
    const before = column.get(slot)
    if (before !== undefined && equalValues(before, value)) return
    if (this.#transaction !== undefined) {
      this.#transaction.set(table, slot, column, value)
      return
    }
    const stamp = this.#clock.next()
    const offset = this.ledger.touch(table.row(slot))
    column.set(slot, value, stamp, this.#writer, offset)
    this.ledger.touched?.push({ table, slot, life: false, columns: [column] })
    const { name } = table
    const id = table.id(slot)!
    const change: Change = { name, id, type: 'update', fields: { [column.name]: value } }
    const effect: Effect = { name, id, type: 'changed', fields: [column.name], slot }
    this.#finish({ stamp, writer: this.era, changes: [change] }, [effect])
  }

  /**
   * Runs a function; what it records is one batch. Joins the transaction that is open, if one is. Rolls back if the function throws.
   *
   * @throws UsageError `SYNCRO_TRANSACTION_ASYNC` if the function returns a promise, `SYNCRO_BATCH_TOO_LARGE`.
   */
  transact<Result>(run: () => Result): Result {
    this.#checkReady()
    return this.#within(() => {
      const result = run()
      if (isThenable(result)) {
        throw new UsageError(
          'SYNCRO_TRANSACTION_ASYNC',
          'transact() takes a synchronous function, and this one returned a promise. Await first, then transact what came of it. Nothing was changed.',
        )
      }
      return result
    })
  }

  /**
   * Replays a batch that another client recorded. Replay never records: the batch keeps its stamp.
   *
   * @param origin told with the step, so that whoever forwards it knows where it came from.
   */
  replay(batch: Batch, origin: unknown): Merged {
    this.#checkReplay()
    this.#clock.observe(batch.stamp)
    for (const { after } of batch.changes) if (after !== undefined) this.#clock.observe(after.stamp)
    return this.#replayed(this.ledger.merge(batch), batch, origin)
  }

  /** Replays rows of another client's ledger, in one step. */
  replayRows(rows: readonly RowImage[], origin: unknown): Merged {
    this.#checkReplay()
    for (const { birth, destroy, fields } of rows) {
      if (birth !== undefined) this.#clock.observe(birth.stamp)
      if (destroy !== undefined) this.#clock.observe(destroy.stamp)
      for (const field of fields) this.#clock.observe(field.stamp)
    }
    return this.#replayed(this.ledger.mergeRows(rows), undefined, origin)
  }

  /** Gives the store something beside rows, and returns the number under which it is stored: see `stored`. */
  keep(transaction: StoreTransaction): number {
    return this.#keeper.keep(transaction)
  }

  /** Whether a cursor into this ledger is good: its era is known and its position not beyond that era's end. */
  isGood(cursor: Cursor): boolean {
    if (cursor.ledger !== this.#ledgerId || cursor.view !== '') return false
    const at = this.#eras.findIndex((era) => era.id === cursor.era)
    if (at < 0) return false
    const end = this.#eras[at + 1]?.began ?? this.ledger.order.last
    return cursor.position <= end && cursor.position >= this.ledger.order.base
  }

  /** Rows that changed after a position, in rising position, with what is newer in them. */
  *since(position: number): IterableIterator<RowImage> {
    const walk = this.ledger.walk(position)
    try {
      for (let row = walk.next(); row !== undefined; row = walk.next()) {
        const image = this.ledger.image(row, position)
        if (image !== undefined) yield image
      }
    } finally {
      walk.close()
    }
  }

  /** @throws UsageError `SYNCRO_NAME_INVALID` for what cannot name a class or a field. */
  checkName(name: string): void {
    if (
      typeof name === 'string' &&
      name.length > 0 &&
      name.length <= this.limits.maxNameLength &&
      name.isWellFormed() &&
      !isForbiddenKey(name)
    )
      return
    throw new UsageError(
      'SYNCRO_NAME_INVALID',
      `${JSON.stringify(name)} cannot name a class or a field: 1 to ${this.limits.maxNameLength} characters, and not __proto__, constructor or prototype.`,
    )
  }

  /** Waits until all that was kept is stored, and closes the store. */
  async close(): Promise<void> {
    this.#open = false
    await this.#keeper.close()
  }

  #known(table: Table, id: RecordId, type: ChangeType): number {
    const slot = table.slot(id)
    if (type === 'restore') {
      if (slot !== undefined && [...table.columns.values()].some((column) => column.has(slot))) return slot
      throw new UsageError(
        'SYNCRO_GONE',
        `Nothing is left of ${table.name} ${JSON.stringify(id)} that could be restored. Create a new record instead.`,
      )
    }
    if (slot !== undefined && table.lives(slot)) return slot
    if (slot !== undefined && table.birth(slot) >= 0) throw gone(table.name, id)
    throw new UsageError(
      'SYNCRO_NOT_FOUND',
      `There is no ${table.name} ${JSON.stringify(id)} here. Create it first, or wait until it has come from another client.`,
    )
  }

  #within<Result>(run: (transaction: Transaction) => Result): Result {
    if (this.#transaction !== undefined) return run(this.#transaction)
    const transaction = new Transaction(this.ledger, this.#writer)
    this.#transaction = transaction
    let committed: ReturnType<Transaction['commit']>
    let result: Result
    try {
      result = run(transaction)
      committed = transaction.commit(this.limits, () => this.#clock.next())
    } catch (error) {
      transaction.rollback()
      throw error
    } finally {
      this.#transaction = undefined
    }
    if (committed !== undefined)
      this.#finish({ stamp: committed.stamp, writer: this.era, changes: committed.changes }, committed.effects)
    return result
  }

  #finish(batch: Batch, effects: readonly Effect[]): void {
    this.#tell({
      batch,
      rows: [],
      effects,
      outlived: [],
      origin: undefined,
      position: this.ledger.order.last,
      kept: this.#keepTouched(),
    })
  }

  #replayed(merged: Merged, batch: Batch | undefined, origin: unknown): Merged {
    for (const conflict of merged.conflicts) this.#events.emit('conflict', conflict)
    if (!merged.effective) return merged
    const { rows, effects, outlived } = merged
    this.#tell({ batch, rows, effects, outlived, origin, position: this.ledger.order.last, kept: this.#keepTouched() })
    return merged
  }

  #keepTouched(): number {
    const { touched } = this.ledger
    if (touched === undefined) return this.#keeper.kept
    this.ledger.touched = []
    return this.#keeper.keepRows(this.ledger, touched, this.#clock.last)
  }

  /** Steps are told in order: what a listener records is told after the step it listens to. */
  #tell(step: Step): void {
    this.#steps.push(step)
    if (this.#telling) return
    this.#telling = true
    try {
      for (let next = this.#steps.shift(); next !== undefined; next = this.#steps.shift()) this.#tellOne(next)
    } finally {
      this.#telling = false
    }
  }

  #tellOne(step: Step): void {
    for (const listener of this.#events.listeners('step')) {
      try {
        listener(step)
      } catch (error) {
        this.reportError(error)
      }
    }
  }

  /** What a listener threw, handed on without stopping anybody else. */
  reportError(error: unknown): void {
    if (this.#options.reportError !== undefined) this.#options.reportError(error)
    else
      void Promise.resolve().then(() => {
        throw error
      })
  }

  #checkReady(): void {
    if (this.#open) return
    throw new UsageError(
      'SYNCRO_NOT_READY',
      'The store is not open: `await syncro.ready` before the first read or write, and write nothing after close().',
    )
  }

  #checkReplay(): void {
    this.#checkReady()
    if (this.#transaction === undefined) return
    throw new UsageError(
      'SYNCRO_TRANSACTION_OPEN',
      'Data from a peer was handed over inside transact(). Let the transaction end first.',
    )
  }

  async #begin(image: StoreImage | undefined): Promise<void> {
    if (image !== undefined) {
      this.ledger.order.begin(image.position)
      for await (const row of image.rows) this.ledger.restoreStored(row)
    }
    this.#beginEra(image)
  }

  #beginAtOnce(image: StoreImage | undefined): void {
    if (image !== undefined) {
      this.ledger.order.begin(image.position)
      for (const row of image.rows as Iterable<StoreImage['rows'] extends Iterable<infer Row> ? Row : never>)
        this.ledger.restoreStored(row)
    }
    this.#beginEra(image)
  }

  #beginEra(image: StoreImage | undefined): void {
    const { random, now } = this.#options
    this.#ledgerId = image?.ledger ?? randomId(random)
    const era = { id: randomId(random), began: this.ledger.order.last }
    this.#eras = [...(image?.eras ?? []), era]
    this.#clock = new Clock(now, image?.clock)
    this.#writer = this.ledger.writers.number(era.id)
    this.#remembered = { replicas: image?.replicas ?? [], outbox: image?.outbox ?? [] }
    if (this.#options.store !== undefined) this.ledger.touched = []
    this.#open = true
    this.#keeper.keep({ ledger: this.#ledgerId, eras: this.#eras })
  }
}

/** @throws UsageError `SYNCRO_ID_INVALID` for what cannot be a record's id. */
export function checkId(id: unknown, limits: ScriberLimits): asserts id is RecordId {
  if (
    typeof id === 'string'
      ? id.length > 0 && id.length <= limits.maxIdLength && id.isWellFormed()
      : Number.isSafeInteger(id) && !Object.is(id, -0)
  )
    return
  throw new UsageError(
    'SYNCRO_ID_INVALID',
    `${String(id)} cannot be a record's id: take text of 1 to ${limits.maxIdLength} characters, or a safe integer.`,
  )
}

function gone(name: string, id: RecordId): UsageError {
  return new UsageError(
    'SYNCRO_GONE',
    `${name} ${JSON.stringify(id)} is destroyed, and a destroyed record takes no changes. Restore it first, or leave it.`,
  )
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
