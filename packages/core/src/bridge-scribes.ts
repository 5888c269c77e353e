/** Rows of our ledger as scribes, each as small as its row allows (DESIGN section 6, "The bridge"). */
import { encodeV1, type JsonObject, type JsonValue, type Scribe } from '@syncro/protocol'
import type { RecordId, Table, Value } from '@syncro/scriber'
import { wireValue } from './bridge-json.js'

/** The type of a scribe that does nothing, but that the gem plays without fault: it takes a failure's mark away (WIRE 6.8). */
const healing = 'noop'

/** The fields that are set in a record, `id` aside: in a scribe that is the record's id. */
export function presentFields(table: Table, slot: number): [name: string, value: Value][] {
  const fields: [string, Value][] = []
  for (const column of table.columns.values()) {
    const value = column.get(slot)
    if (value !== undefined && column.name !== 'id') fields.push([column.name, value])
  }
  return fields
}

export function createScribe(
  scribe: string,
  klass: string,
  record: RecordId,
  fields: readonly (readonly [string, Value])[],
): Scribe {
  // The record's id last, as the gem has it.
  return { data: { ...attributes(fields), id: record }, id: scribe, klass, type: 'create' }
}

export function updateScribe(
  scribe: string,
  klass: string,
  record: RecordId,
  fields: readonly (readonly [string, Value])[],
): Scribe {
  return { data: [record, attributes(fields)], id: scribe, klass, type: 'update' }
}

export function destroyScribe(scribe: string, klass: string, record: RecordId): Scribe {
  return { data: [record], id: scribe, klass, type: 'destroy' }
}

export function healingScribe(scribe: string, klass: string): Scribe {
  return { data: [], id: scribe, klass, type: healing }
}

/** The bytes of a scribe in a message. */
export function scribeBytes(scribe: Scribe): number {
  return encodeV1({ type: 'add_scribe', scribe }).length - emptyBytes
}

const emptyBytes = '{"type":"add_scribe","scribe":}'.length

/** The bytes of a message with a scribe. */
export function addScribeBytes(scribe: Scribe, id: number): number {
  return scribeBytes(scribe) + emptyBytes + `,"id":${id}`.length
}

/** The id of the record that a scribe of ours is about. */
export function recordOf({ data, type }: Scribe): RecordId {
  const id = type === 'create' ? (data as JsonObject).id : (data as readonly JsonValue[])[0]
  return id as RecordId
}

function attributes(fields: readonly (readonly [string, Value])[]): JsonObject {
  const object: Record<string, JsonValue> = {}
  for (const [name, value] of fields) object[name] = wireValue(value)
  return object
}
