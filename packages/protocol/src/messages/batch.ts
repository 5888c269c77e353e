/** `batch`: the changes of one transaction, under one stamp. The message that there are most of. */

import { invalid, isCount, isHexId, isName, isRecordId, overLimit, type RawObject } from '../check.js'
import { fieldsText, quote } from '../json-text.js'
import { MAX_BATCH_CHANGES } from '../limits.js'
import type { RecordId, Value, WrittenStamp } from '../value.js'
import { readFields } from '../value-json.js'

export interface Batch {
  readonly type: 'batch'

  /** The time of all its changes. */
  readonly stamp: number

  /** The era that made it, which is the tie-break of the stamp. */
  readonly writer: string

  /** At least one. */
  readonly changes: readonly BatchChange[]
}

/** What happened to one record. */
export interface BatchChange {
  /** The class. */
  readonly name: string
  readonly id: RecordId
  readonly type: 'create' | 'update' | 'destroy' | 'restore'

  /** The fields that were written: always in an update, never in a destroy. */
  readonly fields?: Readonly<Record<string, Value>>

  /** The destroy that a create or a restore overcomes. */
  readonly after?: WrittenStamp
}

const letters = { create: 'c', update: 'u', destroy: 'd', restore: 'r' } as const

/** Rules M4 to M6. */
export function parseBatch(raw: RawObject): Batch {
  const { stamp, writer, changes } = raw
  if (!isCount(stamp)) throw invalid('stamp', 'a safe integer of at least 0')
  if (!isHexId(writer)) throw invalid('writer', '24 lower-case hex digits')
  if (!Array.isArray(changes) || changes.length === 0) throw invalid('changes', 'an array of at least one change')
  if (changes.length > MAX_BATCH_CHANGES) throw overLimit('changes', changes.length, MAX_BATCH_CHANGES)
  const parsed: BatchChange[] = []
  for (let index = 0; index < changes.length; index++) parsed.push(parseChange(changes[index], index))
  return { type: 'batch', stamp, writer, changes: parsed }
}

/** The batch in JSON. */
export function batchText(batch: Batch): string {
  let changes = ''
  for (const change of batch.changes) changes += (changes === '' ? '' : ',') + changeText(change)
  return `{"type":"batch","stamp":${batch.stamp},"writer":${quote(batch.writer)},"changes":[${changes}]}`
}

function parseChange(raw: unknown, index: number): BatchChange {
  if (!Array.isArray(raw)) throw invalid(`changes[${index}]`, 'an array')
  const name: unknown = raw[0]
  const id: unknown = raw[1]
  const fields: unknown = raw[3]
  const after: unknown = raw[4]
  if (!isName(name)) throw invalid(`changes[${index}].name`, 'a name of 1 to 256 units')
  if (!isRecordId(id)) throw invalid(`changes[${index}].id`, 'a string of 1 to 256 units or a safe integer')
  const type = typeOfLetter(raw[2], index)
  if (type === 'destroy') {
    if (raw.length > 3) throw invalid(`changes[${index}]`, 'without fields, being a destroy')
    return { name, id, type }
  }
  if (type === 'update') {
    if (raw.length > 4) throw invalid(`changes[${index}].after`, 'absent, being an update')
    return { name, id, type, fields: readFields(fields, index) }
  }
  const overcome = after === undefined ? undefined : parseAfter(after, index)
  if (fields === undefined || fields === null)
    return overcome ? { name, id, type, after: overcome } : { name, id, type }
  const read = readFields(fields, index)
  return overcome ? { name, id, type, fields: read, after: overcome } : { name, id, type, fields: read }
}

function typeOfLetter(letter: unknown, index: number): BatchChange['type'] {
  switch (letter) {
    case 'u':
      return 'update'
    case 'c':
      return 'create'
    case 'd':
      return 'destroy'
    case 'r':
      return 'restore'
    default:
      throw invalid(`changes[${index}].type`, '"c", "u", "d" or "r"')
  }
}

function parseAfter(raw: unknown, index: number): WrittenStamp {
  if (!Array.isArray(raw) || !isCount(raw[0]) || !isHexId(raw[1]))
    throw invalid(`changes[${index}].after`, 'a stamp and its writer')
  return [raw[0], raw[1]]
}

function changeText({ name, id, type, fields, after }: BatchChange): string {
  let text = `[${quote(name)},${typeof id === 'string' ? quote(id) : id},"${letters[type]}"`
  if (fields !== undefined) text += `,${fieldsText(fields)}`
  else if (after !== undefined) text += ',null'
  if (after !== undefined) text += `,[${after[0]},${quote(after[1])}]`
  return `${text}]`
}
