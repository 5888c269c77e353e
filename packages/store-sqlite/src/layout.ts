/** The table of a class: which columns it has, and the statements that make and read it. */
import type { FieldKind, StoredClass } from '@syncro/scriber'
import { columnTypes } from './cell.js'
import { quoted } from './database.js'

/** A field that has a column. */
export interface TableColumn {
  readonly name: string
  readonly kind: FieldKind
  /** Of the field, among all of its class. */
  readonly number: number
}

/** The table of a class. */
export interface Layout {
  readonly id: StoredClass['id']
  readonly columns: readonly TableColumn[]
}

/** A class in the file. */
export interface Laid {
  readonly number: number
  readonly name: string
  /** Undefined for a class without a table. */
  readonly layout: Layout | undefined
}

/** Rows that are read with one query, before the event loop turns. */
export const partSize = 2_000

/** The statement that makes the table of a class. */
export function tableSql(name: string, { id, columns }: Layout): string {
  const definitions = columns.map(({ name: column, kind }) => `, ${quoted(column)} ${columnTypes[kind]}`).join('')
  // Integer ids are the row ids themselves; text as the key of a table without them, so that records lie as their ids do.
  return id === 'integer'
    ? `CREATE TABLE ${quoted(name)} (id INTEGER PRIMARY KEY${definitions})`
    : `CREATE TABLE ${quoted(name)} (id TEXT PRIMARY KEY NOT NULL${definitions}) WITHOUT ROWID`
}

/** The statement that reads a part of a class's rows, in the order of their ids. @param which what they have to meet, in SQL. */
export function rowsSql({ name, layout }: Laid, which: string): string {
  const columns = (layout?.columns ?? []).map(({ name: column, kind }) => {
    const type = columnTypes[kind]
    // What a disk has spoilt may have become a text in any column.
    return type === 'TEXT'
      ? `t.${quoted(column)}`
      : `CAST(t.${quoted(column)} AS ${type === 'BLOB' ? type : 'NUMERIC'})`
  })
  const isThere = layout === undefined ? 'NULL' : 't.id IS NOT NULL'
  const join = layout === undefined ? '' : `LEFT JOIN ${quoted(name)} t ON t.id = s.id`
  return `SELECT ${['s.id', 's.sealed', 's.rest', isThere, ...columns].join()} FROM syncro_rows s ${join}
    WHERE s.class = ? AND ${which} ORDER BY s.id LIMIT ${partSize}`
}
