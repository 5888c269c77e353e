/** Instances as plain data: accessors are no own properties, so nothing shows them by itself. */
import type { RecordState } from './record-state.js'

/** Id and fields of an instance. */
export function plainRecord(state: RecordState): Record<string, unknown> {
  const plain: Record<string, unknown> = { id: state.id }
  state.binding.fields.forEach((field, index) => {
    plain[field.name] = state.read(index)
  })
  return plain
}

/** The same as JSON has it: bigints in decimal, bytes in base64; dates know what they are in JSON. */
export function jsonRecord(state: RecordState): Record<string, unknown> {
  return jsonOf(plainRecord(state)) as Record<string, unknown>
}

type Inspect = (value: unknown, options: unknown) => string

/** What Node's inspect shows: `Todo { id: …, title: … }`. */
export function inspectRecord(state: RecordState, depth: number, options: object, inspect: Inspect): string {
  const { name } = state.binding
  if (depth < 0) return `[${name}]`
  const note = state.staging !== undefined ? ' (draft)' : state.lives ? '' : ' (destroyed)'
  return `${name}${note} ${inspect(plainRecord(state), { ...options, depth })}`
}

function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (value instanceof Uint8Array) return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''))
  if (Array.isArray(value)) return value.map(jsonOf)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, jsonOf(part)]))
}
