/** Keeps what a Syncro holds in a SQLite file that any SQL tool can read: `new Syncro({ store: sqlite('./todo.db') })`. */
import type { HistoryLimits } from './history.js'
import { type SqliteOptions, SqliteStore } from './sqlite-store.js'

export type { HistoryLimits, SqliteOptions, SqliteStore }

/**
 * A store in a SQLite file: a plain table for each class, with a column for each declared field.
 *
 * @param path of the file; made where there is none, with `-wal`, `-shm` and `-lock` files beside it.
 */
export function sqlite(path: string, options?: SqliteOptions): SqliteStore {
  return new SqliteStore(path, options)
}
