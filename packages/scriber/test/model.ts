/**
 * What everybody has to hold that has seen certain batches, worked out the slow way and in one go: the promises of DESIGN section 5, "Fields"
 * and "Life", without a ledger and without its rule of order.
 */
import { type Batch, canonicalBytes, type Stamp, type Value } from '../src/index.js'

interface Written extends Stamp {
  readonly value: Value
}

/** All that was ever said of one record. */
interface Said {
  readonly births: Written[]
  readonly destroys: Written[]
  readonly fields: Map<string, Written[]>
}

/** By stamp, then by writer; two of one stamp and writer, as copies of a data directory make them, by the bytes of the value. */
function compare(a: Written, b: Written): number {
  if (a.stamp !== b.stamp) return a.stamp - b.stamp
  return (
    Buffer.compare(Buffer.from(a.writer), Buffer.from(b.writer)) ||
    Buffer.compare(canonicalBytes(a.value), canonicalBytes(b.value))
  )
}

function newest(written: readonly Written[]): Written | undefined {
  return [...written].sort(compare).at(-1)
}

/** In the form of `stateOf`. */
export function expectedState(batches: readonly Batch[]): Record<string, unknown> {
  const entries = [...collect(batches)].map(([key, said]) => [key, stateOfRecord(said)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function collect(batches: readonly Batch[]): Map<string, Said> {
  const records = new Map<string, Said>()
  for (const { stamp, writer, changes } of batches)
    for (const { name, id, type, fields = {}, after } of changes) {
      // An update without fields says nothing.
      if (type === 'update' && Object.keys(fields).length === 0) continue
      const key = JSON.stringify([name, id])
      const said: Said = records.get(key) ?? { births: [], destroys: [], fields: new Map() }
      records.set(key, said)
      const isBirth = type === 'create' || type === 'restore'
      if (isBirth) said.births.push({ stamp, writer, value: null })
      if (isBirth && after !== undefined) said.destroys.push({ ...after, value: null })
      if (type === 'destroy') said.destroys.push({ stamp, writer, value: null })
      for (const [field, value] of Object.entries(fields))
        said.fields.set(field, [...(said.fields.get(field) ?? []), { stamp, writer, value }])
    }
  return records
}

function stateOfRecord(said: Said): unknown {
  const [birth, destroy] = [newest(said.births), newest(said.destroys)]
  const counts = (written: Written) => destroy === undefined || compare({ ...written, value: null }, destroy) > 0
  const fields: Record<string, Written> = {}
  for (const name of [...said.fields.keys()].sort()) {
    const written = newest(said.fields.get(name)!)!
    if (counts(written)) fields[name] = { value: written.value, stamp: written.stamp, writer: written.writer }
  }
  return {
    ...(birth && { birth: stampOf(birth) }),
    ...(destroy && { destroy: stampOf(destroy) }),
    lives: birth !== undefined && counts(birth),
    fields,
  }
}

function stampOf({ stamp, writer }: Written): Stamp {
  return { stamp, writer }
}
