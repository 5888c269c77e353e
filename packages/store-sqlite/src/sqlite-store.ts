/** The Store contract on a SQLite file. */
import { closeSync, existsSync, fdatasyncSync, openSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type RecordId,
  type Store,
  type StoredChange,
  type StoredClass,
  type StoredRow,
  StoreError,
  type StoreHistory,
  type StoreImage,
  type StoreTransaction,
  UsageError,
} from '@syncro/scriber'
import { Catalog, checkNames, DistinctNames } from './catalog.js'
import { Commits, type Group } from './commits.js'
import { type Database, first, inTransaction, openDatabase, storeError } from './database.js'
import { prepare } from './format.js'
import { History, type HistoryLimits } from './history.js'
import { Lock } from './lock.js'
import { LogSync } from './log-sync.js'
import { State } from './state.js'
import { syncPath, truePath, Whereabouts } from './whereabouts.js'

/** How long the program stands still for somebody who holds the file just now, in ms. What takes longer is tried again later. */
const busyMs = 100

const retryMs = 1_000

/** All that is in the log goes into the file, and the log is emptied; nothing of that while somebody reads what was there before. */
const checkpoint = 'PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)'

export interface SqliteOptions {
  /** What a kept transaction survives: `os`, a kill; `disk`, a power cut. Default: `disk`. */
  readonly level?: 'os' | 'disk'
  /**
   * Keeps every change, with who made it, when, and what was there before: `syncro.history(record)` reads it, and the table `syncro_history`. `true` keeps all
   * of them. Default: false, which costs nothing.
   */
  readonly history?: boolean | HistoryLimits
  /** Milliseconds from try to try while the disk has no room. Default: 1,000. */
  readonly retryMs?: number
}

/** An open file. */
interface Open {
  readonly lock: Lock
  readonly database: Database
  readonly catalog: Catalog
  readonly state: State
  readonly commits: Commits
  readonly history: History | undefined
  /** The file of the write-ahead log, for having it written to the disk without holding up everything else. */
  readonly log: number
}

export class SqliteStore implements Store {
  readonly level: 'os' | 'disk'
  readonly history?: StoreHistory
  #path: string
  readonly #declared: StoredClass[] = []
  readonly #names = new DistinctNames('classes')
  #open: Open | undefined
  readonly #retryMs: number
  readonly #historyLimits: HistoryLimits | undefined
  #told: (stall: StoreError | undefined) => void = () => undefined

  /** @param path of the file; made where there is none. */
  constructor(path: string, options: SqliteOptions = {}) {
    this.#path = resolve(path)
    this.level = options.level ?? 'disk'
    this.#retryMs = options.retryMs ?? retryMs
    const { history = false } = options
    this.#historyLimits = typeof history === 'object' ? history : history ? {} : undefined
    if (this.#historyLimits !== undefined) this.history = { of: (name, id) => this.#historyOf(name, id) }
  }

  watch(told: (stall: StoreError | undefined) => void): void {
    this.#told = told
  }

  declare(declared: StoredClass): void {
    this.#names.add(declared.name)
    checkNames(
      declared.fields.map(({ name }) => name),
      `fields of ${declared.name}`,
    )
    this.#declared.push(declared)
    const open = this.#open
    if (open === undefined) return
    if (open.commits.problem !== undefined) throw open.commits.problem
    try {
      // What waits to be committed was written for the table as it is.
      open.commits.commitNow()
      this.#declareNow(open, declared)
    } catch (cause) {
      throw cause instanceof UsageError ? cause : open.commits.fail(storeError(this.#path, cause))
    }
  }

  async open(): Promise<StoreImage | undefined> {
    // Whoever makes a Syncro declares its classes in the same turn.
    await undefined
    const lock = this.#locked()
    let database: Database | undefined
    try {
      database = openDatabase(this.#path, { timeoutMs: busyMs })
      const isNew = prepare(database, this.#path)
      const catalog = new Catalog(database, this.#path)
      const state = new State(database, this.#path)
      const history =
        this.#historyLimits === undefined ? undefined : new History(database, this.#path, this.#historyLimits)
      for (const declared of this.#declared) this.#declareNow({ database, catalog }, declared)
      const image = state.read()
      if (isNew) syncPath(dirname(this.#path))
      const log = openSync(`${this.#path}-wal`, 'r+')
      // What a process before us was killed over is in the system's hands, and may not be on the disk.
      if (this.level === 'disk') fdatasyncSync(log)
      const commits = this.#commits(log)
      this.#open = { lock, database, catalog, state, history, commits, log }
      return image === undefined ? undefined : { ...image, ...this.#rows(this.#open) }
    } catch (cause) {
      database?.close()
      lock.release()
      throw cause instanceof UsageError ? cause : storeError(this.#path, cause)
    }
  }

  keep(transaction: StoreTransaction): Promise<void> {
    const open = this.#open
    if (open === undefined) return Promise.reject(this.#notOpen())
    const { rows = [], trimmed = [], authors = [], ...state } = transaction
    try {
      // All or nothing: whatever can go wrong while it is read goes wrong before any of it is added.
      const written = rows.map((row) => open.catalog.table(row.name).written(row))
      return open.commits.add((group) => {
        for (const row of written) group.rows.set(rowKey(row.table.name, row.id), row)
        for (const { name, id } of trimmed) group.rows.set(rowKey(name, id), undefined)
        group.state.add(state)
        if (open.history === undefined) return
        group.changes.push(...rows)
        group.authors.push(...authors)
      })
    } catch (cause) {
      const problem =
        'A transaction could not be read, and none of it was kept. Open the store anew, and look at the cause.'
      return Promise.reject(open.commits.fail(new StoreError('SYNCRO_STORE_FAILED', problem, { cause })))
    }
  }

  /**
   * Copies everything that is kept by now into a new file, while the program runs; the copy is on the disk when the promise resolves. It is a backup: opened
   * later, it is noticed by other clients as one, and brought level. Nothing else happens here while SQLite copies.
   *
   * @param to must not exist. Rejects with StoreError `SYNCRO_STORE_FAILED` otherwise, and where it cannot be written; with `SYNCRO_STORE_STALLED` while not everything is kept.
   */
  async backup(to: string): Promise<void> {
    const path = resolve(to)
    this.#maintaining((database) => {
      // What SQLite says of a file that is there sounds as if ours were no database.
      if (existsSync(path)) throw new Error(`${path} is there already`)
      try {
        database.prepare('VACUUM INTO ?').run([path])
        // SQLite leaves it to the system when that copy is written.
        for (const made of [path, dirname(path)]) syncPath(made)
      } catch (error) {
        // What there is of it is no backup, and takes the room that we need.
        for (const end of ['', '-journal']) rmSync(path + end, { force: true })
        throw error
      }
    })
  }

  /** Gives back the room of what was deleted, by writing the file anew. Nothing else happens here while SQLite does. */
  async compact(): Promise<void> {
    this.#maintaining((database) => database.exec(`VACUUM; ${checkpoint}; PRAGMA busy_timeout = ${busyMs}`))
  }

  async close(): Promise<void> {
    const open = this.#open
    if (open === undefined) return
    const stall = await open.commits.end()
    // Closed twice at once.
    if (this.#open === undefined) return
    this.#open = undefined
    closeSync(open.log)
    try {
      // All of it in the one file, for whoever copies that; unless somebody reads it just now, which does no harm either.
      open.database.exec(checkpoint)
    } catch (cause) {
      throw stall ?? storeError(this.#path, cause)
    } finally {
      open.database.close()
      open.lock.release()
    }
    if (stall !== undefined) throw stall
  }

  /** Does something to the file, with all in it that was given by now. */
  #maintaining(work: (database: Database) => unknown): void {
    const open = this.#open
    if (open === undefined) throw this.#notOpen()
    if (open.commits.problem !== undefined) throw open.commits.problem
    try {
      open.commits.commitNow()
      work(open.database)
    } catch (cause) {
      throw storeError(this.#path, cause)
    }
  }

  #notOpen(): StoreError {
    return new StoreError('SYNCRO_STORE_FAILED', `${this.#path} is not open: await the Syncro’s \`ready\` first.`)
  }

  #locked(): Lock {
    try {
      this.#path = truePath(this.#path)
      return new Lock(this.#path)
    } catch (cause) {
      throw storeError(this.#path, cause)
    }
  }

  #rows(open: Open): Pick<StoreImage, 'rows' | 'rowCount'> {
    return {
      rows: this.#readRows(open),
      rowCount: first(open.database, 'SELECT count(*) FROM syncro_rows') as number,
    }
  }

  async *#readRows({ catalog, database }: Open): AsyncIterableIterator<readonly StoredRow[]> {
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

  #declareNow({ database, catalog }: Pick<Open, 'database' | 'catalog'>, declared: StoredClass): void {
    inTransaction(database, () => catalog.declare(declared))
    catalog.namesStored()
  }

  #commits(log: number): Commits {
    const whereabouts = new Whereabouts(this.#path)
    const logSync = this.level === 'disk' ? new LogSync(log) : undefined
    return new Commits({
      path: this.#path,
      commit: (group) => this.#commit(this.#open!, group),
      secure: async () => {
        await logSync?.run()
        whereabouts.check()
      },
      retryMs: this.#retryMs,
      told: (stall) => this.#told(stall),
    })
  }

  async #historyOf(name: string, id: RecordId): Promise<readonly StoredChange[]> {
    const open = this.#open
    if (open === undefined) throw this.#notOpen()
    try {
      // With what was given last.
      if (open.commits.problem === undefined) open.commits.commitNow()
      return open.history!.of(name, id)
    } catch (cause) {
      throw storeError(this.#path, cause)
    }
  }

  #commit({ database, catalog, state, history }: Open, group: Group): void {
    inTransaction(database, () => {
      catalog.storeNames()
      history?.add(group, catalog)
      for (const [key, row] of group.rows)
        if (row !== undefined) row.table.put(database, row)
        else drop(catalog, database, key)
      state.store(group.state)
    })
    catalog.namesStored()
  }
}

function drop(catalog: Catalog, database: Database, key: string): void {
  const [name, id] = JSON.parse(key) as [string, RecordId]
  catalog.find(name)?.drop(database, id)
}

function rowKey(name: string, id: RecordId): string {
  return JSON.stringify([name, id])
}
