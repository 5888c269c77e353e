/** What we use of the SQLite library, and its errors in our words. */
import { StoreError } from '@syncro/scriber'
import Libsql from 'libsql'
import type { ReadCell } from './cell.js'

type Parameter = null | number | bigint | string | Uint8Array

export interface Statement {
  run(parameters: readonly Parameter[]): unknown
  /** Rows as arrays. */
  all(parameters: readonly Parameter[]): readonly (readonly ReadCell[])[]
}

export interface Database {
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

/** Opens a file, made where there is none. @param options `timeoutMs`: how long to wait for one that is locked. */
export function openDatabase(path: string, options: { readonly timeoutMs: number }): Database {
  const database = new Libsql(path, { timeout: options.timeoutMs })
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        run: (parameters) => statement.run([...parameters]),
        all: (parameters) => statement.raw().all([...parameters]) as (readonly ReadCell[])[],
      }
    },
    close: () => database.close(),
  }
}

/** The first column of the first row. */
export function first(database: Database, sql: string): ReadCell | undefined {
  return database.prepare(sql).all([])[0]?.[0]
}

/** A text that was read as bytes: the library ends the process over one that is not UTF-8, as a damaged one may be. */
export function textOf(cell: ReadCell | undefined): string {
  return cell === null || cell === undefined ? '' : Buffer.from(cell as ArrayBuffer).toString()
}

/** `SQLITE_…`, for an error of the library. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}

/** What SQLite says where there is no room, or for the time being no way, to write: nothing of the transaction is kept, and nothing else is lost. */
const passing = ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHMSIZE', 'SQLITE_IOERR_SHMMAP', 'SQLITE_READONLY']

/** Whether something that could not be written may be tried again. After a sync that failed it may not: nobody knows what the disk has. */
export function isPassing(error: unknown): boolean {
  return isBusy(error) || passing.includes(sqliteCode(error) ?? '')
}

/** Whether another program holds the file. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') === true
}

/** A name in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What went wrong with a file, as the store's error. */
export function storeError(path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = sqliteCode(cause)
  const text = cause instanceof Error ? cause.message : String(cause)
  if (code?.startsWith('SQLITE_CORRUPT') === true || code === 'SQLITE_NOTADB' || cause instanceof SyntaxError)
    return damaged(path, text, cause)
  if (isBusy(cause))
    return new StoreError(
      'SYNCRO_STORE_FAILED',
      `${path} is held by another program, which writes it (${text}). End that, and open the store anew: nobody else may write it.`,
      { cause },
    )
  return new StoreError(
    'SYNCRO_STORE_FAILED',
    `${path} could not be read or written (${text}). Look whether the disk is full, the directory is there, and the file may be written; then open the store anew.`,
    { cause },
  )
}

export function damaged(path: string, what: string, cause?: unknown): StoreError {
  return new StoreError(
    'SYNCRO_STORE_DAMAGED',
    `${path} is damaged: ${what}. Nothing of it is shown or sent. Restore it from a backup, or move it away and begin with an empty one: other clients will bring what they have.`,
    { cause },
  )
}

/** Does something in a SQL transaction: all of it, or nothing. */
export function inTransaction(database: Database, work: () => void): void {
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
