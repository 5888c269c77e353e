/**
 * A scribe of version 1 as a change that our ledger can hold. The gem sends anything; what cannot be held is left out, is answered like the
 * rest (WIRE 6.6), and is told to the application by a warning.
 */
import { type JsonObject, type JsonValue, MAX_FIELDS, type Scribe } from '@syncro/protocol'
import { admitValue, checkId, type RecordId, type Scriber, UsageError, type Value } from '@syncro/scriber'

/** What one scribe asks for. */
export interface IncomingChange {
  readonly name: string
  readonly id: RecordId
  readonly type: 'create' | 'update' | 'destroy'
  readonly fields: readonly (readonly [name: string, value: Value])[]
}

/** Told of each part that is left out: what it is of, and why. */
export type LeftOut = (subject: string, problem: string) => void

/** The change that a scribe asks for; undefined for none. A scribe of a type that is not known asks for none, as with the gem. */
export function readScribe(scribe: Scribe | null, scriber: Scriber, leftOut: LeftOut): IncomingChange | undefined {
  if (scribe === null) return undefined
  const { klass, type, data } = scribe
  if (type !== 'create' && type !== 'update' && type !== 'destroy') return undefined
  if (klass === null || !passes(() => scriber.checkName(klass))) {
    leftOut(`a ${type}`, 'it names no class')
    return undefined
  }
  const [id, fields] = type === 'create' ? created(data) : listed(data)
  if (!isId(id, scriber)) {
    leftOut(klass, `a ${type} has an id that no record here can have: ${shown(id)}`)
    return undefined
  }
  return {
    name: klass,
    id: id === 0 ? 0 : id,
    type,
    fields: type === 'destroy' ? [] : readFields(klass, id, fields, scriber, leftOut),
  }
}

/** A create has the record's id among the fields. */
function created(data: JsonValue): [id: JsonValue, fields: JsonObject] {
  if (!isObject(data)) return [null, {}]
  const { id = null, ...fields } = data
  return [id, fields]
}

/** An update is a list of the id and the fields, a destroy of the id alone. */
function listed(data: JsonValue): [id: JsonValue, fields: JsonObject] {
  if (!Array.isArray(data)) return [null, {}]
  const [id = null, fields = null] = data as readonly JsonValue[]
  return [id, isObject(fields) ? fields : {}]
}

function readFields(
  klass: string,
  id: RecordId,
  fields: JsonObject,
  scriber: Scriber,
  leftOut: LeftOut,
): [string, Value][] {
  const read: [string, Value][] = []
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'id') continue
    const problem = problemOf(klass, name, value, scriber, read)
    if (problem !== undefined) leftOut(`${klass}.${name.slice(0, 40)}`, `in record ${shown(id)}, ${problem}`)
  }
  return read
}

/** Adds the field to those that were read; says why where it cannot. */
function problemOf(
  klass: string,
  name: string,
  value: JsonValue,
  scriber: Scriber,
  read: [string, Value][],
): string | undefined {
  if (!passes(() => scriber.checkName(name))) return 'the name cannot be that of a field'
  if (read.length >= MAX_FIELDS) return `it is one of more than ${MAX_FIELDS} fields`
  try {
    read.push([name, admitValue(value, `${klass}.${name}`, scriber.limits)])
    return undefined
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return error.message
  }
}

function isId(id: JsonValue, { limits }: Scriber): id is RecordId {
  return Object.is(id, -0) || passes(() => checkId(id, limits))
}

function passes(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: JsonValue): string {
  const text = typeof value === 'bigint' ? `${value}` : JSON.stringify(typeof value === 'object' ? typeof value : value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
