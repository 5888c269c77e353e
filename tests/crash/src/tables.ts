/** What the class tables of a file must show, worked out without the store: the records that live, and a cell for each value that fits. */
import { isDeepStrictEqual } from 'node:util'
import type { FieldKind, StoredClass, StoredRow, Value } from '@syncro/scriber'
import Libsql from 'libsql'
import { classesOf, classNames } from './classes.js'
import { isAlive } from './history.js'

type Columns = readonly { readonly name: string; readonly kind: FieldKind }[]

/** By class: the columns that its table has. */
export type Layouts = ReadonlyMap<string, Columns>

const sqlTypes: Readonly<Record<FieldKind, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  number: 'REAL',
  boolean: 'INTEGER',
  date: 'TEXT',
  bigint: 'TEXT',
  bytes: 'BLOB',
  json: 'TEXT',
}

/**
 * Reads a file as any program does, and compares. A class that was about to change has changed, or has not.
 *
 * @returns the layouts that were found.
 * @throws Error that says what is wrong.
 */
export function checkTables(path: string, rows: readonly StoredRow[], known: Layouts, version: number): Layouts {
  const database = new Libsql(path)
  try {
    const found = new Map<string, Columns>()
    for (const name of classNames) {
      const shown = (database.prepare(`PRAGMA table_info("${name}")`).all() as { name: string; type: string }[]).slice(
        1,
      )
      const before = known.get(name)
      const declared = classesOf(version).find((one) => one.name === name)
      const now = [before, declared === undefined ? undefined : widened(before, declared)].find(
        (columns) => described(columns) === shown.map((column) => `${column.name} ${column.type}`).join(),
      )
      if (now === undefined) {
        if (shown.length === 0 && before === undefined) continue
        throw new Error(
          `the table of ${name} has the columns ${JSON.stringify(shown)}: neither the old nor the new ones`,
        )
      }
      found.set(name, now)
      const expected = rows.filter((row) => row.name === name && hasPlace(row)).map((row) => recordOf(row, now))
      compare(name, database.prepare(`SELECT * FROM "${name}"`).raw().all() as unknown[][], expected)
    }
    return found
  } finally {
    database.close()
  }
}

function compare(name: string, found: readonly unknown[][], expected: readonly unknown[][]): void {
  const read = sorted(found.map((record) => record.map(plain)))
  const wanted = sorted(expected)
  const at = wanted.findIndex((record, index) => !isDeepStrictEqual(record, read[index]))
  if (read.length === wanted.length && at < 0) return
  const where = at < 0 ? wanted.length : at
  throw new Error(
    `the table of ${name} shows ${read.length} of ${wanted.length} records; number ${where} is ${shown(read[where])} instead of ${shown(wanted[where])}`,
  )
}

/** Columns are never dropped; a kind that changed is that of the newest declaration. */
function widened(known: Columns = [], { fields }: StoredClass): Columns {
  const kinds = new Map(fields.map(({ name, kind }) => [name, kind]))
  const names = new Set(known.map(({ name }) => name))
  return [
    ...known.map(({ name, kind }) => ({ name, kind: kinds.get(name) ?? kind })),
    ...fields.filter(({ name }) => !names.has(name)),
  ]
}

function described(columns: Columns | undefined): string | undefined {
  return columns?.map(({ name, kind }) => `${name} ${sqlTypes[kind]}`).join()
}

function hasPlace(row: StoredRow): boolean {
  return isAlive(row) && typeof row.id === (row.name === 'Count' ? 'number' : 'string')
}

function recordOf({ id, fields }: StoredRow, columns: Columns): unknown[] {
  const values = new Map(fields.map(({ name, value }) => [name, value]))
  return [id, ...columns.map(({ name, kind }) => cellOf(kind, values.get(name) ?? null))]
}

function cellOf(kind: FieldKind, value: Value): unknown {
  if (value === null) return null
  switch (kind) {
    case 'text':
      return typeof value === 'string' && !value.includes('\0') ? value : null
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : null
    case 'date':
      return value instanceof Date ? value.toISOString() : null
    case 'bigint':
      return typeof value === 'bigint' ? String(value) : null
    case 'bytes':
      return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : null
    case 'json':
      return JSON.stringify(value)
  }
}

function plain(cell: unknown): unknown {
  return cell instanceof ArrayBuffer || cell instanceof Uint8Array
    ? Buffer.from(cell as ArrayBuffer).toString('hex')
    : cell
}

function sorted(records: readonly unknown[][]): unknown[][] {
  return [...records].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

function shown(record: unknown): string {
  return record === undefined ? 'nothing' : JSON.stringify(record).slice(0, 400)
}
