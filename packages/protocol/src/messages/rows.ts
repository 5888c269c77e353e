/** `rows`: a chunk of a catch-up, rows as the sender's ledger holds them. */

import { invalid, isCount, isHexId, isName, isRecordId, overLimit, type RawObject } from '../check.js'
import { MAX_FIELDS, MAX_ROW_WRITERS, MAX_ROWS } from '../limits.js'
import type { RecordId, Value } from '../value.js'
import { readValue, writeValue } from '../value-json.js'

export interface Rows {
  readonly type: 'rows'

  /** The writers that the rows name by index. */
  readonly writers: readonly string[]

  readonly rows: readonly RowImage[]
}

/** A stamp with the index of its writer in the message's `writers`. */
export type RowStamp = readonly [stamp: number, writer: number]

/** One written field: its name, value and stamp. */
export type RowField = readonly [name: string, value: Value, stamp: number, writer: number]

/** One row: its life and the fields that the receiver may lack. */
export interface RowImage {
  /** The class. */
  readonly name: string
  readonly id: RecordId
  readonly birth?: RowStamp
  readonly destroy?: RowStamp
  readonly fields: readonly RowField[]
}

/** Rule M8. */
export function parseRows(raw: RawObject): Rows {
  const { writers, rows } = raw
  if (!Array.isArray(writers)) throw invalid('writers', 'an array')
  if (writers.length > MAX_ROW_WRITERS) throw overLimit('writers', writers.length, MAX_ROW_WRITERS)
  for (let index = 0; index < writers.length; index++) {
    if (!isHexId(writers[index])) throw invalid(`writers[${index}]`, '24 lower-case hex digits')
  }
  if (!Array.isArray(rows)) throw invalid('rows', 'an array')
  if (rows.length > MAX_ROWS) throw overLimit('rows', rows.length, MAX_ROWS)
  const parsed: RowImage[] = []
  for (let index = 0; index < rows.length; index++) parsed.push(parseRow(rows[index], index, writers.length))
  return { type: 'rows', writers, rows: parsed }
}

export function writeRows(message: Rows): object {
  return { type: 'rows', writers: message.writers, rows: message.rows.map(writeRow) }
}

function parseRow(raw: unknown, index: number, writers: number): RowImage {
  if (!Array.isArray(raw)) throw invalid(`rows[${index}]`, 'an array')
  const name: unknown = raw[0]
  const id: unknown = raw[1]
  if (!isName(name)) throw invalid(`rows[${index}].name`, 'a name of 1 to 256 units')
  if (!isRecordId(id)) throw invalid(`rows[${index}].id`, 'a string of 1 to 256 units or a safe integer')
  const row: { name: string; id: RecordId; birth?: RowStamp; destroy?: RowStamp; fields: readonly RowField[] } = {
    name,
    id,
    fields: parseFields(raw[4], index, writers),
  }
  if (raw[2] !== null) row.birth = parseStamp(raw[2], `rows[${index}].birth`, writers)
  if (raw[3] !== null) row.destroy = parseStamp(raw[3], `rows[${index}].destroy`, writers)
  return row
}

function parseStamp(raw: unknown, path: string, writers: number): RowStamp {
  if (!Array.isArray(raw) || !isCount(raw[0]) || !isWriter(raw[1], writers))
    throw invalid(path, 'null, or a stamp and the index of its writer')
  return [raw[0], raw[1]]
}

function parseFields(raw: unknown, row: number, writers: number): RowField[] {
  if (!Array.isArray(raw)) throw invalid(`rows[${row}].fields`, 'an array')
  if (raw.length > MAX_FIELDS) throw overLimit(`rows[${row}].fields`, raw.length, MAX_FIELDS)
  const fields: RowField[] = []
  for (let index = 0; index < raw.length; index++) {
    const field: unknown = raw[index]
    if (!Array.isArray(field)) throw invalid(`rows[${row}].fields[${index}]`, 'an array')
    const name: unknown = field[0]
    const stamp: unknown = field[2]
    const writer: unknown = field[3]
    if (!isName(name)) throw invalid(`rows[${row}].fields[${index}].name`, 'a name of 1 to 256 units')
    if (!isCount(stamp) || !isWriter(writer, writers))
      throw invalid(`rows[${row}].fields[${index}].stamp`, 'a stamp and the index of its writer')
    fields.push([name, readValue(field[1]), stamp, writer])
  }
  return fields
}

function isWriter(index: unknown, writers: number): index is number {
  return isCount(index) && index < writers
}

function writeRow(row: RowImage): unknown[] {
  return [row.name, row.id, row.birth ?? null, row.destroy ?? null, row.fields.map(writeField)]
}

function writeField(field: RowField): RowField | unknown[] {
  const value = writeValue(field[1])
  return value === field[1] ? field : [field[0], value, field[2], field[3]]
}
