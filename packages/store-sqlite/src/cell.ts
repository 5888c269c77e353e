/** What a column holds for a value: the kind of a field says which SQL type it is, and what people see who read the table with other tools. */
import type { FieldKind, Value } from '@syncro/scriber'
import { readJson, writeJson } from './value-json.js'

/** What goes into a column, and comes out of one. */
export type Cell = null | number | string | Uint8Array

/** What the library gives for a column. */
export type ReadCell = null | number | string | ArrayBuffer | Uint8Array

/** The type of a column, for its declaration. */
export const columnTypes: Readonly<Record<FieldKind, string>> = {
  text: 'TEXT',
  integer: 'INTEGER',
  number: 'REAL',
  boolean: 'INTEGER',
  date: 'TEXT',
  bigint: 'TEXT',
  bytes: 'BLOB',
  json: 'TEXT',
}

/** The cell for a value; undefined for one that is not of the kind, or would not come back as it is: that one is kept beside the table. */
export function cellOf(kind: FieldKind, value: Value): Cell | undefined {
  if (value === null) return null
  switch (kind) {
    case 'text':
      return typeof value === 'string' && isPlain(value) ? value : undefined
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined
    case 'date':
      return value instanceof Date ? value.toISOString() : undefined
    case 'bigint':
      return typeof value === 'bigint' ? String(value) : undefined
    case 'bytes':
      return value instanceof Uint8Array ? value : undefined
    case 'json':
      return writeJson(value)
  }
}

/** The value that a cell was made of. */
export function readValue(kind: FieldKind, cell: ReadCell): Value {
  if (cell === null) return null
  switch (kind) {
    case 'boolean':
      return cell !== 0
    case 'date':
      return new Date(cell as string)
    case 'bigint':
      return BigInt(cell as string)
    case 'bytes':
      return bytesOf(cell)
    case 'json':
      return readJson(cell as string)
    default:
      return cell as string | number
  }
}

/** A cell as text, the same before it is written and after it is read: what a checksum is made of. */
export function cellText(cell: ReadCell): string {
  if (typeof cell === 'string') return cell
  if (cell === null) return ''
  return typeof cell === 'number' ? String(cell) : Buffer.from(bytesOf(cell)).toString('base64')
}

/** C programs, and the library among them, end a text at a NUL. */
export function isPlain(text: string): boolean {
  return !text.includes('\0')
}

function bytesOf(cell: ReadCell): Uint8Array {
  return new Uint8Array(cell as ArrayBuffer)
}
