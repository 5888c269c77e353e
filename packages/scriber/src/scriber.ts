/**
 * The change recorder: records what the program changes, replays what others recorded, keeps both in the store, and tells of each step
 * once. It knows no network.
 */
import { admitValue } from './admit.js'
import { Ages } from './ages.js'
import type { Batch, Change, ChangeType, Effect, Merged, Places, RowImage, Stamp } from './change.js'
import { checkId, checkName, gone, notFound, nothingLeft } from './checks.js'
import { Clock } from './clock.js'
import type { Column } from './column.js'
import { equalValues } from './equality.js'
import { Eras } from './eras.js'
import { StoreError, UsageError } from './errors.js'
import { Events } from './events.js'
import { type EraId, type LedgerId, type Random, type RecordId, randomId } from './ids.js'
import { Keeper } from './keeper.js'
import { Ledger } from './ledger.js'
import { defaultScriberLimits, type ScriberLimits } from './limits.js'
import { findAnew, makeAnew } from './restamping.js'
import { newestInColumns, type RowColumns } from './row-columns.js'
import type { ScriberEvents, Step } from './step.js'
import type {
  Age,
  Cursor,
  Era,
  OutboxEntry,
  Store,
  StoredClass,
  StoredReplica,
  StoreHistory,
  StoreImage,
  StoreTransaction,
} from './store.js'
import type { Table } from './table.js'
import { checkCreate, type Shape, Transaction } from './transaction.js'
import { type Trimmable, type TrimOptions, trimmable } from './trimming.js'
import type { Value } from './value.js'

export interface ScriberOptions {
  /** Wall time in milliseconds since the Unix epoch. */
  readonly now: () => number
  readonly random: Random
  /** Without one nothing outlives the process, and nothing is spent on keeping it. */
  readonly store?: Store
  /** Who records here, for a store that keeps a history. */
  readonly author?: string
  readonly limits?: Partial<ScriberLimits>
  /** Takes what a listener throws: a step is told to all, whatever one of them does. Default: thrown again, on its own. */
  readonly reportError?: (error: unknown) => void
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

/** See `Scriber.restamp`. */
export interface RestampOptions {
  /** Only what has a greater stamp is made anew. */
  readonly aheadOf: number
  /** … and only if something has a stamp greater than this. Default: `aheadOf`. */
  readonly ifBeyond?: number
  /** The position up to which somebody else has our ledger: what came before keeps its stamps. */
  readonly after: number
  /** What is stored in the same transaction; asked for once it is certain that there is one. */
  readonly beside?: () => StoreTransaction
}

export class Scriber {
  readonly ledger = new Ledger()
  readonly limits: ScriberLimits
  /** Resolves when the store is open; at once where that needs no waiting. Rejects with the store's error. */
  readonly ready: Promise<void>
  readonly #options: ScriberOptions
  readonly #events = new Events<ScriberEvents>((error) => this.reportError(error))
  readonly #keeper: Keeper
  readonly #eras = new Eras(this.ledger)
  readonly #ages = new Ages()
  #clock: Clock
  #sharedKept = -1
  #agesKept: readonly Age[] = []
  #open = false
  /** The store is open, which is not yet to say that all in it was read. */
  #opened = false
  #closing: Promise<void> | undefined
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
      problem: (problem) => this.#events.emit('store-problem', problem),
    })
    this.ready = this.#start()
    // Whoever awaits `ready` gets the error; nobody having done so yet is no unhandled rejection.
    this.ready.catch(() => undefined)
  }

  get isReady(): boolean {
    return this.#open
  }

  /** True within `transact`: nothing can be replayed now. */
  get isTransacting(): boolean {
    return this.#transaction !== undefined
  }

  get ledgerId(): LedgerId {
    return this.#eras.ledgerId
  }

  /** The era that is open: the writer of what is recorded now; `''` until the store is open. */
  get era(): EraId {
    return this.#eras.open
  }

  get eras(): readonly Era[] {
    return this.#eras.list
  }

  /** The ledger's numbers of the writers that this client is, in this era and those before. */
  get ownWriters(): ReadonlySet<number> {
    return this.#eras.ownWriters
  }

  /** Up to this position tombstones may be gone. */
  get floor(): number {
    return this.#eras.floor
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

  /** The position up to which rows are stored. */
  get storedThrough(): number {
    return this.#keeper.storedThrough
  }

  /** Why nothing is stored for the time being (`SYNCRO_STORE_STALLED`), or any more until the store is opened anew; undefined while all is well. */
  get storeProblem(): StoreError | undefined {
    return this.#keeper.problem
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof ScriberEvents>(name: Name, listener: ScriberEvents[Name]): () => void {
    return this.#events.on(name, listener)
  }

  /**
   * Records one change.
   *
   * @param data what is set; without it nothing is. A destroy sets nothing.
   * @returns the record's slot in its table.
   * @throws UsageError `SYNCRO_NOT_FOUND` for a change to a record that is not here, `SYNCRO_GONE` for one that is destroyed (or, for
   *   `restore`, of which nothing is left), `SYNCRO_VALUE_INVALID`, `SYNCRO_NAME_INVALID`, `SYNCRO_NAMES_FULL`,
   *   `SYNCRO_ID_INVALID`, `SYNCRO_BATCH_TOO_LARGE`, `SYNCRO_NOT_READY`; StoreError while the store keeps nothing, see `storeProblem`.
   */
  record(name: string, type: ChangeType, id: RecordId, data?: { readonly [field: string]: unknown }): number {
    this.#checkWritable()
    const met = this.ledger.findTable(name)
    if (met === undefined) this.checkName(name)
    checkId(id, this.limits)
    const values: [string, Value][] = []
    if (type !== 'destroy')
      for (const [field, value] of Object.entries(data ?? {})) {
        if (met?.columns.has(field) !== true) this.checkName(field)
        values.push([field, admitValue(value, `${name}.${field}`, this.limits)])
      }
    return this.#within((transaction) => {
      // Whatever can be refused is refused before the first write: an outer transaction may go on.
      const known = type === 'create' ? undefined : this.#known(name, id, type)
      const table = this.ledger.table(name)
      const columns = values.map(([field]) => table.column(field))
      const slot = known ?? transaction.create(table, id)
      if (type === 'destroy') transaction.destroy(table, slot)
      if (type === 'restore' && !table.lives(slot)) transaction.restore(table, slot)
      for (const [at, column] of columns.entries()) transaction.set(table, slot, column, values[at]![1])
      return slot
    })
  }

  /**
   * Records the assignment of one field: the short way of `record` for bindings, which hold table, slot and column. The value has been
   * admitted. Assigning what is there records nothing.
   *
   * @throws UsageError `SYNCRO_GONE` if the record is destroyed, `SYNCRO_NOT_READY`; StoreError while the store keeps nothing.
   */
  assign(table: Table, slot: number, column: Column, value: Value): void {
    this.#checkWritable()
    if (!table.lives(slot)) throw gone(table.name, table.id(slot) ?? '')
    const before = column.get(slot)
    if (before !== undefined && equalValues(before, value)) return
    if (this.#transaction !== undefined) {
      this.#transaction.set(table, slot, column, value)
      return
    }
    const stamp = this.#clock.next()
    const offset = this.ledger.touch(table.row(slot))
    column.set(slot, value, stamp, this.#eras.writer, offset)
    const { name } = table
    const id = table.id(slot)!
    const change: Change = { name, id, type: 'update', fields: { [column.name]: value } }
    const effect: Effect = { name, id, type: 'changed', fields: column.names, slot }
    this.#finish({ stamp, writer: this.era, changes: [change] }, [effect])
  }

  /**
   * Records that a record is created: the short way of `record` for bindings, which hold table and columns. Id and values have been admitted; there is
   * one for each column.
   *
   * @returns the record's slot in its table.
   * @throws UsageError `SYNCRO_BATCH_TOO_LARGE`, `SYNCRO_NOT_READY`; StoreError while the store keeps nothing.
   */
  create(shape: Shape, id: RecordId, values: readonly Value[]): number {
    this.#checkWritable()
    const { table, columns, names } = shape
    if (this.#transaction !== undefined || table.slot(id) !== undefined)
      return this.#within((transaction) => {
        const slot = transaction.create(table, id)
        for (const [at, column] of columns.entries()) transaction.set(table, slot, column, values[at]!)
        return slot
      })
    checkCreate(shape, id, values, this.limits)
    const stamp = this.#clock.next()
    const { writer } = this.#eras
    const slot = this.ledger.allocate(table, id)
    const offset = this.ledger.touch(table.row(slot))
    table.setBirth(slot, stamp, writer)
    table.setBirthOffset(slot, offset)
    table.living += 1
    const fields: Record<string, Value> = {}
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at]!
      column.set(slot, values[at]!, stamp, writer, offset)
      fields[column.name] = values[at]!
    }
    const { name } = table
    const change: Change = { name, id, type: 'create', fields }
    this.#finish({ stamp, writer: this.era, changes: [change] }, [{ name, id, type: 'created', fields: names, slot }])
    return slot
  }

  /**
   * Runs a function; what it records is one batch. Rolls back if the function throws. Inside another transaction it joins that one's
   * batch; what it wrote is then taken back if it throws, also where the outer function catches that.
   *
   * @throws UsageError `SYNCRO_TRANSACTION_ASYNC` if the function returns a promise, `SYNCRO_BATCH_TOO_LARGE`; StoreError while the store keeps nothing.
   */
  transact<Result>(run: () => Result): Result {
    this.#checkWritable()
    return this.#nested(() => {
      const result = run()
      if (isThenable(result)) {
        // The error below tells of the promise; what becomes of it, a rejection for the same reason say, is nobody's any more.
        Promise.resolve(result).catch(() => undefined)
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
   * @param places where its records lie, if somebody remembers.
   */
  replay(batch: Batch, origin: unknown, places?: Places): Merged {
    this.#checkReplay()
    const merged = this.ledger.merge(batch, places)
    // What is refused moves no clock.
    this.#clock.observe(batch.stamp)
    for (const { after } of batch.changes) if (after !== undefined) this.#clock.observe(after.stamp)
    return this.#replayed(merged, batch, origin)
  }

  /** Replays rows of another client's ledger, in one step. */
  replayRows(rows: readonly RowImage[], origin: unknown): Merged {
    this.#checkReplay()
    const merged = this.ledger.mergeRows(rows)
    for (const { birth, destroy, fields } of rows) {
      if (birth !== undefined) this.#clock.observe(birth.stamp)
      if (destroy !== undefined) this.#clock.observe(destroy.stamp)
      for (const field of fields) this.#clock.observe(field.stamp)
    }
    return this.#replayed(merged, undefined, origin)
  }

  /** The same for rows that come by columns. */
  replayColumns(columns: RowColumns, origin: unknown): Merged {
    this.#checkReplay()
    const merged = this.ledger.mergeColumns(columns)
    this.#clock.observe(newestInColumns(columns))
    return this.#replayed(merged, undefined, origin)
  }

  /**
   * Makes anew, in order and with earlier stamps, what was recorded here under stamps that are ahead of time, in a new era whose clock begins at
   * the greatest of wall time, the newest stamp of all that stays, and the newest that somebody else has. Nobody is told of a step, since no value changes.
   *
   * @returns false if there is nothing to make anew, or nothing would become older by it.
   * @throws UsageError `SYNCRO_TRANSACTION_OPEN` within `transact`, `SYNCRO_NOT_READY`.
   */
  restamp({ aheadOf, ifBeyond = aheadOf, after, beside }: RestampOptions): boolean {
    this.#checkReplay()
    if (this.#clock.last <= ifBeyond) return false
    const { shared } = this.#clock
    const anew = findAnew(this.ledger, { aheadOf, after, own: this.#eras.ownWriters, shared })
    if (anew === undefined || anew.newest <= ifBeyond) return false
    const begin = () => new Clock(this.#options.now, anew.newestKept, shared)
    if (begin().next() + anew.batches > anew.newest) return false
    this.#eras.begin(randomId(this.#options.random))
    this.#clock = begin()
    makeAnew(this.ledger, anew, this.#eras.writer, () => this.#clock.next())
    this.#ages.begin(this.#clock.last)
    this.#keepTouched({ ...beside?.(), eras: this.eras, ...this.#authorPart() })
    return true
  }

  /**
   * Goes on under a new ledger id, in a new era: this ledger is a copy of another that is in use. All data stays.
   *
   * @param beside what is stored in the same transaction.
   * @throws UsageError `SYNCRO_NOT_READY`
   */
  beginLedger(beside: StoreTransaction = {}): void {
    this.#checkReady()
    const { random } = this.#options
    const ledger = randomId(random)
    this.#eras.begin(randomId(random), ledger)
    this.#keeper.keep({ ...beside, ledger, eras: this.eras, ...this.#authorPart() })
  }

  /** Tells a store that keeps a history which client a writer is: before anything that it wrote. */
  keepAuthor(writer: Stamp['writer'], author: string): void {
    if (this.#options.store?.history !== undefined) this.#keeper.keep({ authors: [{ writer, author }] })
  }

  /** What was changed, and by whom; undefined for a store that keeps no history. */
  get history(): StoreHistory | undefined {
    return this.#options.store?.history
  }

  /** Gives the store something beside rows, and returns the number under which it is stored: see `stored`. */
  keep(transaction: StoreTransaction): number {
    return this.#keeper.keep({ ...transaction, ...this.#sharedPart() })
  }

  /**
   * Takes note that somebody else has everything up to a place: nothing that replaces it may be made older. Stored with what is kept next, see
   * `keepShared`.
   */
  share(position: number): void {
    this.#clock.share(this.#ages.newest(position))
  }

  /** Takes note that somebody is told that it has everything up to a place, which it may acknowledge from now on. */
  mark(position: number): void {
    this.ledger.markedThrough = Math.max(this.ledger.markedThrough, position)
  }

  /** Stores what `share` has noted, unless that is done; returns the number under which it is stored. */
  keepShared(): number {
    return this.#clock.shared === this.#sharedKept ? this.kept : this.keep({})
  }

  /** Whether a cursor into this ledger is good: its era is known, its position not beyond that era's end, and not below the floor. */
  isGood(cursor: Cursor): boolean {
    return this.#eras.isGood(cursor)
  }

  /** From where somebody with a good cursor goes on; see `Eras.resumption`. */
  resumption(cursor: Cursor): { readonly position: number; readonly since?: number } {
    return this.#eras.resumption(cursor)
  }

  /** Whether a cursor names a place in this ledger: its era is known, and its position not beyond that era's end. */
  isPlace(cursor: Cursor): boolean {
    return this.#eras.isPlace(cursor)
  }

  /** Whether somebody who has a cursor into this ledger had what came at a position; see `Eras.covers`. */
  covers(cursor: Cursor, position: number): boolean {
    return this.#eras.covers(cursor, position)
  }

  /**
   * Rows that changed after a position, in rising position, with what is newer in them. A row that is touched meanwhile comes at the end, as
   * it then is; one that was given out is not given again.
   */
  *since(position: number): IterableIterator<RowImage> {
    const walk = this.ledger.walk(position)
    try {
      for (let row = walk.next(); row !== undefined; row = walk.next()) yield* this.#newer(row, position)
      for (const row of walk.takeOvertaken()) yield* this.#newer(row, position)
    } finally {
      walk.close()
    }
  }

  /**
   * Begins to forget what is left of records that are gone. The result does it, so many slots at a time, and returns true at the end; what it
   * forgets is stored with the new floor.
   */
  trim(options: TrimOptions): (slots: number) => boolean {
    const candidates = trimmable(this.ledger, options)
    return (slots) => {
      const found: Trimmable[] = []
      let looked = 0
      for (; looked < slots; looked++) {
        const { value, done } = candidates.next()
        if (done === true) break
        if (value !== undefined) found.push(value)
      }
      if (found.length > 0) this.#forget(found)
      return looked < slots
    }
  }

  /** Forgets eras that no cursor can name any more, and in which nothing lies beyond a position: see `Eras.forget`. */
  forgetEras(acked: number): void {
    if (this.#eras.forget(acked)) this.#keeper.keep({ eras: this.eras, floor: this.floor })
  }

  /** Tells the store of a class that the program declares. @throws UsageError `SYNCRO_NAME_INVALID`, see `Store.declare`. */
  declare(declared: StoredClass): void {
    this.#options.store?.declare?.(declared)
  }

  /** @throws UsageError `SYNCRO_NAME_INVALID` for what cannot name a class or a field. */
  checkName(name: string): void {
    checkName(name, this.limits)
  }

  /** Waits until all that was kept is stored, and closes the store. Nothing is recorded or replayed from now on. */
  close(): Promise<void> {
    this.#open = false
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    // Whoever awaits `ready` has the error. A store that opened and gave nonsense is closed all the same.
    await this.ready.catch(() => undefined)
    if (this.#opened) await this.#keeper.close()
  }

  #forget(rows: readonly Trimmable[]): void {
    const trimmed: { name: string; id: RecordId }[] = []
    const numbers: number[] = []
    for (const { table, slot } of rows) {
      const row = table.row(slot)
      this.#eras.raiseFloor(this.ledger.order.position(row))
      trimmed.push({ name: table.name, id: table.id(slot)! })
      numbers.push(row)
      this.ledger.release(table, slot)
    }
    this.#keeper.keep({ trimmed, floor: this.floor })
    this.#events.emit('trimmed', numbers)
  }

  *#newer(row: number, position: number): IterableIterator<RowImage> {
    const image = this.ledger.image(row, position)
    if (image !== undefined) yield image
  }

  #known(name: string, id: RecordId, type: ChangeType): number {
    const table = this.ledger.findTable(name)
    const slot = table?.slot(id)
    const isKnown = table !== undefined && slot !== undefined
    if (isKnown && table.lives(slot)) return slot
    if (type === 'restore') {
      const isDestroyed = isKnown && table.destroy(slot) >= 0
      if (isDestroyed && [...table.columns.values()].some((column) => column.has(slot))) return slot
      throw nothingLeft(name, id)
    }
    throw isKnown && table.birth(slot) >= 0 ? gone(name, id) : notFound(name, id)
  }

  /** Runs a function in the open transaction; where none is, in one of its own, committed at the end. */
  #within<Result>(run: (transaction: Transaction) => Result): Result {
    if (this.#transaction !== undefined) return run(this.#transaction)
    const transaction = new Transaction(this.ledger, this.#eras.writer)
    let committed: ReturnType<Transaction['commit']>
    const result = this.#running(transaction, () => {
      const returned = run(transaction)
      committed = transaction.commit(this.limits, () => this.#clock.next())
      return returned
    })
    if (committed !== undefined)
      this.#finish(
        { stamp: committed.stamp, writer: this.era, changes: committed.changes },
        committed.effects,
        committed.outlived,
      )
    return result
  }

  /** As `#within`; in an open transaction what the function wrote is taken back if it throws. */
  #nested<Result>(run: () => Result): Result {
    const outer = this.#transaction
    if (outer === undefined) return this.#within(run)
    const transaction = new Transaction(this.ledger, this.#eras.writer, outer)
    const result = this.#running(transaction, run)
    outer.join(transaction)
    return result
  }

  #running<Result>(transaction: Transaction, run: () => Result): Result {
    const outer = this.#transaction
    this.#transaction = transaction
    try {
      return run()
    } catch (error) {
      transaction.rollback()
      throw error
    } finally {
      this.#transaction = outer
    }
  }

  #finish(batch: Batch, effects: readonly Effect[], outlived: readonly number[] = nothing): void {
    this.#tell({
      batch,
      rows: nothing,
      effects,
      outlived,
      origin: undefined,
      position: this.ledger.order.last,
      kept: this.#keepTouched(),
    })
  }

  #replayed(merged: Merged, batch: Batch | undefined, origin: unknown): Merged {
    for (const conflict of merged.conflicts) this.#events.emit('conflict', conflict)
    const { effective, effects, outlived } = merged
    if (!effective && outlived.length === 0) return merged
    const position = this.ledger.order.last
    const kept = this.#keepTouched()
    const rest = { effects, outlived, origin, position, kept }
    if (batch === undefined) this.#tell(new RowsStep(merged, rest))
    else this.#tell({ batch: effective ? batch : undefined, rows: nothing, effects, outlived, origin, position, kept })
    return merged
  }

  #keepTouched(beside?: StoreTransaction): number {
    this.#ages.reached(this.ledger.order.last, this.#clock.last)
    const { touched } = this.ledger
    if (touched === undefined) return this.#keeper.kept
    this.ledger.touched = []
    return this.#keeper.keepRows(this.ledger, touched, this.#clock.last, {
      ...beside,
      ...this.#sharedPart(),
      ...this.#agesPart(),
    })
  }

  /** For the store, where it has moved. */
  #sharedPart(): StoreTransaction {
    const { shared } = this.#clock
    if (shared === this.#sharedKept) return {}
    this.#sharedKept = shared
    return { shared }
  }

  /** Of the era that is open. */
  #authorPart(): StoreTransaction {
    const { author, store } = this.#options
    if (author === undefined || store?.history === undefined) return {}
    return { authors: [{ writer: this.era, author }] }
  }

  #agesPart(): StoreTransaction {
    const { list } = this.#ages
    if (list === this.#agesKept) return {}
    this.#agesKept = list
    return { ages: list }
  }

  /** Steps are told in order: what a listener records is told after the step it listens to. */
  #tell(step: Step): void {
    if (this.#telling) {
      this.#steps.push(step)
      return
    }
    this.#telling = true
    try {
      for (let next: Step | undefined = step; next !== undefined; next = this.#steps.shift())
        this.#events.emit('step', next)
    } finally {
      this.#telling = false
    }
  }

  /** What a listener threw, handed on without stopping anybody else. */
  reportError(error: unknown): void {
    const report = this.#options.reportError ?? rethrow
    try {
      report(error)
    } catch (failure) {
      rethrow(failure)
    }
  }

  #checkReady(): void {
    if (this.#open) return
    throw new UsageError(
      'SYNCRO_NOT_READY',
      'The store is not open: `await syncro.ready` before the first read or write, and write nothing after close().',
    )
  }

  /** What could not be stored could not be sent, and would be lost with the process: whoever makes it is told at once. */
  #checkWritable(): void {
    this.#checkReady()
    const problem = this.#keeper.problem
    if (problem !== undefined)
      throw new StoreError(problem.code, `Nothing was changed. ${problem.message}`, { cause: problem })
  }

  #checkReplay(): void {
    this.#checkReady()
    if (this.#transaction === undefined) return
    throw new UsageError(
      'SYNCRO_TRANSACTION_OPEN',
      'Data from a peer was handed over inside transact(). Let the transaction end first.',
    )
  }

  /** Opens the store; without waiting where it does not make one wait, so that a memory store is ready at once. */
  #start(): Promise<void> {
    try {
      const opening = this.#options.store?.open()
      if (isThenable(opening)) return opening.then((image) => this.#begin(image))
      this.#opened = true
      if (opening !== undefined) {
        const { rows, position } = opening
        if (Symbol.asyncIterator in rows) return this.#begin(opening)
        this.ledger.order.begin(position)
        for (const part of rows) this.ledger.restoreStored(part)
        this.ledger.restored()
      }
      this.#beginEra(opening)
      return Promise.resolve()
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #begin(image: StoreImage | undefined): Promise<void> {
    this.#opened = true
    if (image !== undefined) {
      this.ledger.order.begin(image.position)
      const { rowCount } = image
      let rows = 0
      for await (const part of image.rows) {
        this.ledger.restoreStored(part)
        rows += part.length
        this.#events.emit('opening', rowCount === undefined ? { rows } : { rows, of: rowCount })
      }
      this.ledger.restored()
    }
    this.#beginEra(image)
  }

  #beginEra(image: StoreImage | undefined): void {
    const { random, now } = this.#options
    this.#eras.restore(image?.ledger ?? randomId(random), image?.eras ?? [], image?.floor ?? 0)
    this.#eras.begin(randomId(random))
    this.#clock = new Clock(now, image?.clock, image?.shared)
    this.#sharedKept = this.#clock.shared
    this.#ages.restore(image?.ages ?? [], this.ledger.order.last)
    // What the process before has told others is not known to the last place.
    this.ledger.markedThrough = this.ledger.order.last
    this.#agesKept = this.#ages.list
    this.#remembered = { replicas: image?.replicas ?? [], outbox: image?.outbox ?? [] }
    if (this.#options.store !== undefined) this.ledger.touched = []
    this.#open = this.#closing === undefined
    this.#keeper.begin(this.ledger.order.last)
    this.#keeper.keep({ ledger: this.ledgerId, eras: this.eras, ...this.#authorPart() })
  }
}

const nothing: readonly never[] = Object.freeze([])

/** A step of rows, which are only made where somebody looks at them: whoever passes them on. */
class RowsStep implements Step {
  readonly batch = undefined
  readonly effects: Step['effects']
  readonly outlived: Step['outlived']
  readonly origin: unknown
  readonly position: number
  readonly kept: number
  readonly #merged: Merged

  constructor(merged: Merged, { effects, outlived, origin, position, kept }: Omit<Step, 'batch' | 'rows'>) {
    this.#merged = merged
    this.effects = effects
    this.outlived = outlived
    this.origin = origin
    this.position = position
    this.kept = kept
  }

  get rows(): readonly RowImage[] {
    return this.#merged.rows
  }
}

function isThenable<Result>(value: Result | PromiseLike<Result>): value is Promise<Result> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Out of everybody's way, where the platform reports what nobody caught. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
