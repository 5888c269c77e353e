/**
 * Keeps a second process from a store: a lock that the system takes back when the process ends, however it ends. It is that of a SQLite database of its
 * own, beside the file, so that programs which only read the file itself are not in its way.
 */
import { StoreError } from '@syncro/scriber'
import { type Database, openDatabase, sqliteCode } from './database.js'

export class Lock {
  readonly #database: Database

  /** @throws StoreError `SYNCRO_STORE_IN_USE`; what the library throws where the lock cannot be made. */
  constructor(path: string) {
    this.#database = openDatabase(`${path}-lock`, { timeoutMs: 0 })
    try {
      this.#database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    } catch (cause) {
      this.#database.close()
      if (sqliteCode(cause)?.startsWith('SQLITE_BUSY') !== true) throw cause
      throw new StoreError(
        'SYNCRO_STORE_IN_USE',
        `${path} is open already, in this process or another: a ledger has one program at a time. End the other one, or give this one a file of its own.`,
        { cause },
      )
    }
  }

  release(): void {
    this.#database.exec('ROLLBACK')
    this.#database.close()
  }
}
