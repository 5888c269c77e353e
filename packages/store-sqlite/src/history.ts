/** Every change that was stored, in a table that any SQL tool can read: who, when, what, and what was there before. */
import {
  type ChangeType,
  type RecordId,
  type StoredChange,
  type StoredRow,
  type StoreTransaction,
  wallMsOf,
} from '@syncro/scriber'
import type { Catalog } from './catalog.js'
import { changesBetween } from './changes.js'
import { idCell } from './class-table.js'
import { type Database, damaged, type Statement } from './database.js'
import { Checksum } from './seal.js'
import { readJson, writeJson } from './value-json.js'

/** How much of the history is kept. What is older goes with the next change. */
export interface HistoryLimits {
  /** Milliseconds since a change was stored here. Default: for ever. */
  readonly maxAgeMs?: number
  /** Changes, of all records together. Default: all. */
  readonly maxChanges?: number
}

export type Author = NonNullable<StoreTransaction['authors']>[number]

const schema = `
  CREATE TABLE IF NOT EXISTS syncro_history (
    number INTEGER PRIMARY KEY, class TEXT NOT NULL, id NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL, author TEXT,
    before TEXT NOT NULL, after TEXT NOT NULL, stamp INTEGER NOT NULL, writer TEXT NOT NULL, stored INTEGER NOT NULL, sum TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS syncro_history_of ON syncro_history (class, id, number);
  CREATE TABLE IF NOT EXISTS syncro_authors (writer TEXT PRIMARY KEY, author TEXT NOT NULL) WITHOUT ROWID;
`

const columns = 'class, id, type, at, author, before, after, stamp, writer, stored, sum'

export class History {
  readonly #database: Database
  readonly #path: string
  readonly #limits: HistoryLimits
  readonly #checksum = new Checksum()
  readonly #insert: Statement
  readonly #insertAuthor: Statement
  readonly #author: Statement
  readonly #select: Statement
  readonly #trimByAge: Statement
  readonly #trimByCount: Statement

  constructor(database: Database, path: string, limits: HistoryLimits) {
    this.#database = database
    this.#path = path
    this.#limits = limits
    database.exec(schema)
    this.#insert = database.prepare(`INSERT INTO syncro_history (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#insertAuthor = database.prepare('INSERT OR REPLACE INTO syncro_authors VALUES (?, ?)')
    this.#author = database.prepare('SELECT author FROM syncro_authors WHERE writer = ?')
    this.#select = database.prepare(
      `SELECT type, at, author, before, after, stamp, writer, stored, sum FROM syncro_history WHERE class = ? AND id = ? ORDER BY number`,
    )
    // The numbers rise as changes are stored: what is too old lies before the first that is not.
    this.#trimByAge = database.prepare(
      `DELETE FROM syncro_history WHERE number <
        coalesce((SELECT number FROM syncro_history WHERE stored >= ? ORDER BY number LIMIT 1), 9e18)`,
    )
    this.#trimByCount = database.prepare(
      'DELETE FROM syncro_history WHERE number <= (SELECT max(number) FROM syncro_history) - ?',
    )
  }

  /** Adds what rows change that are about to be stored, in the same transaction. */
  add(
    { changes, authors }: { readonly changes: readonly StoredRow[]; readonly authors: readonly Author[] },
    catalog: Catalog,
  ): void {
    for (const { writer, author } of authors) this.#insertAuthor.run([writer, author])
    if (changes.length === 0) return
    const now = Date.now()
    const before = new Map<string, StoredRow | undefined>()
    for (const row of changes) {
      const key = JSON.stringify([row.name, row.id])
      const old = before.has(key) ? before.get(key) : catalog.find(row.name)?.find(this.#database, row.id)
      before.set(key, row)
      for (const change of changesBetween(old, row)) this.#store(row, change, now)
    }
    this.#trim(now)
  }

  /** @throws StoreError `SYNCRO_STORE_DAMAGED` */
  of(name: string, id: RecordId): readonly StoredChange[] {
    return this.#select.all([name, idCell(id)]).map((cells) => {
      const [type, at, author, before, after, stamp, writer, stored, sum] = cells as [
        ChangeType,
        string,
        string | null,
        string,
        string,
        number,
        string,
        number,
        string,
      ]
      if (sum !== this.#sum([name, String(id), type, at, author ?? '', before, after, stamp, writer, stored]))
        throw damaged(this.#path, `a change of ${name} ${JSON.stringify(id)} in the history is not as it was written`)
      return {
        type,
        stamp,
        writer,
        ...(author === null ? undefined : { author }),
        before: readJson(before) as StoredChange['before'],
        after: readJson(after) as StoredChange['after'],
      }
    })
  }

  #store({ name, id }: StoredRow, change: StoredChange, now: number): void {
    const { type, stamp, writer } = change
    const at = new Date(wallMsOf(stamp)).toISOString()
    const author = (this.#author.all([writer])[0]?.[0] ?? null) as string | null
    const [before, after] = [writeJson(change.before), writeJson(change.after)]
    const sum = this.#sum([name, String(id), type, at, author ?? '', before, after, stamp, writer, now])
    this.#insert.run([name, idCell(id), type, at, author, before, after, stamp, writer, now, sum])
  }

  #trim(now: number): void {
    const { maxAgeMs, maxChanges } = this.#limits
    if (maxAgeMs !== undefined) this.#trimByAge.run([now - maxAgeMs])
    if (maxChanges !== undefined) this.#trimByCount.run([maxChanges])
  }

  #sum(parts: readonly (string | number)[]): string {
    const sum = this.#checksum.begin()
    for (const part of parts) sum.add(String(part))
    return sum.text
  }
}
