/** The Store contract on a SQLite file. Transactions of one turn of the event loop are one commit, and what came while the disk was at work is the next. */
import { closeSync, existsSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  type RecordId,
  type Store,
  type StoredClass,
  type StoredRow,
  StoreError,
  type StoreImage,
  type StoreTransaction,
  UsageError,
} from '@syncro/scriber'
import { Catalog, checkNames } from './catalog.js'
import type { WrittenRow } from './class-table.js'
import { type Database, openDatabase, storeError } from './database.js'
import { prepare } from './format.js'
import { Lock } from './lock.js'
import { State, StateChanges } from './state.js'

const sync = promisify(fdatasync)

/** How long a reader of the file may hold up a commit, in ms. */
const busyMs = 5_000

export interface SqliteOptions {
  /** What a kept transaction survives: `os`, a kill; `disk`, a power cut. Default: `disk`. */
  readonly level?: 'os' | 'disk'
}

/** Transactions that are committed together. */
interface Group {
  readonly rows: Map<string, WrittenRow | undefined>
  readonly state: StateChanges
  readonly settle: { readonly kept: () => void; readonly failed: (error: StoreError) => void }[]
}

function emptyGroup(): Group {
  return { rows: new Map(), state: new StateChanges(), settle: [] }
}

/** An open file. */
interface Open {
  readonly lock: Lock
  readonly database: Database
  readonly catalog: Catalog
  readonly state: State
}

export class SqliteStore implements Store {
  readonly level: 'os' | 'disk'
  readonly #path: string
  readonly #declared: StoredClass[] = []
  #open: Open | undefined
  #failure: StoreError | undefined
  #group: Group | undefined
  /** Commits one group after the other; undefined while there is none. */
  #committing: Promise<void> | undefined
  /** The file of the write-ahead log, for having it written to the disk without holding up everything else. */
  #log: number | undefined

  /** @param path of the file; made where there is none. */
  constructor(path: string, options: SqliteOptions = {}) {
    this.#path = path
    this.level = options.level ?? 'disk'
  }

  declare(declared: StoredClass): void {
    checkNames([...this.#declared.map(({ name }) => name), declared.name], 'classes')
    checkNames(
      declared.fields.map(({ name }) => name),
      `fields of ${declared.name}`,
    )
    this.#declared.push(declared)
    if (this.#open === undefined) return
    try {
      this.#declareNow(this.#open, declared)
    } catch (cause) {
      if (!(cause instanceof UsageError)) this.#failure ??= storeError(this.#path, cause)
      throw this.#failure ?? cause
    }
  }

  async open(): Promise<StoreImage | undefined> {
    // Whoever makes a Syncro declares its classes in the same turn.
    await undefined
    this.#failure = undefined
    const lock = this.#locked()
    let database: Database | undefined
    try {
      database = openDatabase(this.#path, { timeoutMs: busyMs })
      const isNew = prepare(database, this.#path)
      const catalog = new Catalog(database, this.#path)
      const state = new State(database, this.#path)
      const open = { lock, database, catalog, state }
      for (const declared of this.#declared) this.#declareNow(open, declared)
      const image = state.read()
      if (isNew) syncPath(dirname(this.#path))
      this.#open = open
      return image === undefined ? undefined : { ...image, rows: this.#rows(open) }
    } catch (cause) {
      database?.close()
      lock.release()
      throw cause instanceof UsageError ? cause : storeError(this.#path, cause)
    }
  }

  keep(transaction: StoreTransaction): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#open === undefined) return Promise.reject(this.#notOpen())
    try {
      const group = this.#added(this.#open, transaction)
      return new Promise((kept, failed) => {
        group.settle.push({ kept, failed })
        this.#committing ??= this.#commitAll()
      })
    } catch (cause) {
      const problem =
        'A transaction could not be read, and none of it was kept. Open the store anew, and look at the cause.'
      this.#failure = new StoreError('SYNCRO_STORE_FAILED', problem, { cause })
      return Promise.reject(this.#failure)
    }
  }

  /**
   * Copies everything that is kept by now into a new file, while the program runs; the copy is on the disk when the promise resolves. It is a backup: opened
   * later, it is noticed by other clients as one, and brought level. Nothing else happens here while SQLite copies.
   *
   * @param to must not exist. Rejects with StoreError `SYNCRO_STORE_FAILED` otherwise, and where it cannot be written.
   */
  async backup(to: string): Promise<void> {
    await this.#maintaining((database) => {
      // What SQLite says of a file that is there sounds as if ours were no database.
      if (existsSync(to)) throw new Error(`${to} is there already`)
      return database.prepare('VACUUM INTO ?').run([to])
    })
    // SQLite leaves it to the system when that copy is written.
    for (const path of [to, dirname(to)]) syncPath(path)
  }

  /** Gives back the room of what was deleted, by writing the file anew. Nothing else happens here while SQLite does. */
  async compact(): Promise<void> {
    await this.#maintaining((database) => database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)'))
  }

  async close(): Promise<void> {
    await this.#committing
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    if (this.#log !== undefined) closeSync(this.#log)
    this.#log = undefined
    try {
      // All of it in the one file, for whoever copies that; unless somebody reads it just now, which does no harm either.
      open.database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (cause) {
      throw storeError(this.#path, cause)
    } finally {
      open.database.close()
      open.lock.release()
    }
  }

  /** Does something to the file between two commits. */
  async #maintaining(work: (database: Database) => unknown): Promise<void> {
    await this.#committing
    if (this.#open === undefined) throw this.#notOpen()
    try {
      work(this.#open.database)
    } catch (cause) {
      throw storeError(this.#path, cause)
    }
  }

  #notOpen(): StoreError {
    return new StoreError('SYNCRO_STORE_FAILED', `${this.#path} is not open: await the Syncro’s \`ready\` first.`)
  }

  #locked(): Lock {
    try {
      return new Lock(this.#path)
    } catch (cause) {
      throw storeError(this.#path, cause)
    }
  }

  async *#rows({ catalog, database }: Open): AsyncIterableIterator<readonly StoredRow[]> {
    try {
      for (const table of catalog.classes)
        for (const rows of table.read(database)) {
          yield rows
          await nextTurn()
        }
    } catch (cause) {
      throw storeError(this.#path, cause)
    }
  }

  #declareNow({ database, catalog }: Open, declared: StoredClass): void {
    const waiting = this.#group
    // What waits to be committed was written for the table as it is.
    if (waiting !== undefined) {
      this.#commit(waiting)
      this.#group = { ...emptyGroup(), settle: waiting.settle }
    }
    inTransaction(database, () => catalog.declare(declared))
  }

  /** All or nothing: whatever can go wrong while a transaction is read goes wrong before any of it is added. */
  #added({ catalog }: Open, { rows = [], trimmed = [], ...transaction }: StoreTransaction): Group {
    const written = rows.map((row) => catalog.table(row.name).written(row))
    this.#group ??= emptyGroup()
    for (const row of written) this.#group.rows.set(rowKey(row.table.name, row.id), row)
    for (const { name, id } of trimmed) this.#group.rows.set(rowKey(name, id), undefined)
    this.#group.state.add(transaction)
    return this.#group
  }

  #takeGroup(): Group | undefined {
    const group = this.#group
    this.#group = undefined
    return group
  }

  async #commitAll(): Promise<void> {
    await nextTurn()
    for (let group = this.#takeGroup(); group !== undefined; group = this.#takeGroup()) {
      try {
        if (this.#failure !== undefined) throw this.#failure
        this.#commit(group)
        if (this.level === 'disk') await this.#syncLog()
        for (const { kept } of group.settle) kept()
      } catch (cause) {
        this.#failure ??= storeError(this.#path, cause)
        for (const { failed } of group.settle) failed(this.#failure)
      }
    }
    this.#committing = undefined
  }

  #commit({ rows, state }: Group): void {
    const open = this.#open!
    inTransaction(open.database, () => {
      open.catalog.storeNames()
      for (const [key, row] of rows)
        if (row !== undefined) row.table.put(open.database, row)
        else this.#drop(open, key)
      open.state.store(state)
    })
  }

  #drop({ catalog, database }: Open, key: string): void {
    const [name, id] = JSON.parse(key) as [string, RecordId]
    catalog.find(name)?.drop(database, id)
  }

  async #syncLog(): Promise<void> {
    this.#log ??= openSync(`${this.#path}-wal`, 'r+')
    await sync(this.#log)
  }
}

/** A file that was just made is lost with the next power cut, unless its directory is written as well. */
function syncPath(path: string): void {
  if (process.platform === 'win32') return
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function inTransaction(database: Database, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    rollback(database)
    throw error
  }
}

/** After some errors SQLite has rolled back by itself, and says so by another. */
function rollback(database: Database): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // The first error is the one to tell of.
  }
}

function rowKey(name: string, id: RecordId): string {
  return JSON.stringify([name, id])
}
