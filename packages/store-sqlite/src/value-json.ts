/** Values as JSON text: what JSON lacks is tagged by an object with one key that begins with `$`; an object that looks like a tag is escaped. */
import type { Value } from '@syncro/scriber'

export function writeJson(value: Value): string {
  return JSON.stringify(tagged(value))
}

/** @throws SyntaxError for text that `writeJson` has not written. */
export function readJson(text: string): Value {
  return untagged(JSON.parse(text))
}

function tagged(value: Value): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { $date: value.getTime() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(tagged)
  const entries = Object.entries(value).map(([key, part]) => [key, tagged(part)] as const)
  const object = Object.fromEntries(entries)
  return entries.length === 1 && entries[0]![0].startsWith('$') ? { $: object } : object
}

function untagged(json: unknown): Value {
  if (typeof json !== 'object' || json === null) return json as Value
  if (Array.isArray(json)) return json.map(untagged)
  const entries = Object.entries(json)
  const [first] = entries
  if (entries.length !== 1 || !first![0].startsWith('$')) return members(entries)
  const [tag, content] = first!
  switch (tag) {
    case '$bigint':
      return BigInt(content as string)
    case '$date':
      return new Date(content as number)
    case '$bytes':
      return new Uint8Array(Buffer.from(content as string, 'base64'))
    case '$':
      return members(Object.entries(content as object))
    default:
      throw new SyntaxError(`The tag ${tag} is unknown.`)
  }
}

function members(entries: readonly (readonly [string, unknown])[]): Value {
  return Object.fromEntries(entries.map(([key, part]) => [key, untagged(part)]))
}
