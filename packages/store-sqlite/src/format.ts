/** The file as a whole: that it is one of ours, of a format that we know, and sound. */
import { StoreError } from '@syncro/scriber'
import { type Database, damaged, first, textOf } from './database.js'
import { checkLog } from './log-file.js'

/** `SYNC`: tells our files from other SQLite databases. */
const applicationId = 0x53594e43

/** Raised whenever an older version could not read what this one writes. */
const format = 1

/**
 * The tables beside those of the classes. A row has its stamps here, and whatever has no column; its class's table has the values of records that live.
 * Everything that is not a key is sealed, together with its key: see seal.ts.
 */
const tables = [
  'CREATE TABLE syncro_state (key TEXT PRIMARY KEY, sealed TEXT NOT NULL) WITHOUT ROWID',
  'CREATE TABLE syncro_writers (number INTEGER PRIMARY KEY, sealed TEXT NOT NULL)',
  'CREATE TABLE syncro_classes (number INTEGER PRIMARY KEY, sealed TEXT NOT NULL)',
  'CREATE TABLE syncro_fields (class INTEGER, number INTEGER, sealed TEXT NOT NULL, PRIMARY KEY (class, number)) WITHOUT ROWID',
  'CREATE TABLE syncro_rows (class INTEGER, id, sealed TEXT NOT NULL, rest TEXT, PRIMARY KEY (class, id)) WITHOUT ROWID',
  'CREATE TABLE syncro_replicas (uid TEXT, ledger TEXT, sealed TEXT NOT NULL, PRIMARY KEY (uid, ledger)) WITHOUT ROWID',
  'CREATE TABLE syncro_outbox (number INTEGER PRIMARY KEY, sealed TEXT NOT NULL)',
]

/**
 * Makes a new file ours, or looks at one that is there.
 *
 * @returns whether it is new.
 * @throws StoreError `SYNCRO_STORE_FOREIGN`, `SYNCRO_STORE_NEWER`, `SYNCRO_STORE_DAMAGED`.
 */
export function prepare(database: Database, path: string): boolean {
  checkLog(path)
  // Outside readers are never in a writer's way, nor it in theirs; a commit is one write at the end of a file.
  if (first(database, 'PRAGMA journal_mode = WAL') !== 'wal')
    throw new StoreError(
      'SYNCRO_STORE_FAILED',
      `${path} lies on a file system that SQLite's log needs more of than it has: a network's, mostly. Put it on a local disk.`,
    )
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF')
  const id = first(database, 'PRAGMA application_id')
  if (id === applicationId) {
    checkFormat(first(database, 'PRAGMA user_version'), path)
    checkSound(database, path)
    return false
  }
  if (id !== 0 || first(database, 'SELECT count(*) FROM sqlite_schema') !== 0)
    throw new StoreError(
      'SYNCRO_STORE_FOREIGN',
      `${path} is a SQLite database, but not one of Syncro's: it is left as it is. Give the store a file of its own.`,
    )
  const marks = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${format}`
  database.exec(`BEGIN IMMEDIATE; ${tables.join('; ')}; ${marks}; COMMIT`)
  return true
}

function checkFormat(found: unknown, path: string): void {
  if (typeof found === 'number' && found <= format) return
  throw new StoreError(
    'SYNCRO_STORE_NEWER',
    `${path} was written by a newer version of @syncro/store-sqlite (format ${found}; this one knows ${format}). It is left as it is: use that version, or give this one another file.`,
  )
}

function checkSound(database: Database, path: string): void {
  const problems = database.prepare('SELECT CAST(integrity_check AS BLOB) FROM pragma_integrity_check(3)').all([])
  const told = problems.map(([problem]) => textOf(problem)).join('; ')
  if (told !== 'ok') throw damaged(path, told)
  checkMade(database, path, tables)
}

/** SQLite takes a definition that a disk has spoilt as it reads. @throws StoreError `SYNCRO_STORE_DAMAGED` unless tables are defined as they were made. */
export function checkMade(database: Database, path: string, definitions: readonly string[]): void {
  const made = new Set(
    database
      .prepare('SELECT CAST(sql AS BLOB) FROM sqlite_schema')
      .all([])
      .map(([sql]) => textOf(sql)),
  )
  const missing = definitions.find((definition) => !made.has(definition))
  if (missing !== undefined) throw damaged(path, `it lacks a table, or has changed it: ${missing.slice(0, 200)}`)
}
