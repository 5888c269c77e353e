/** W7: two replicas were changed offline, the same records in both; one takes the other's changes, then the other its. */
import { checkDigests, digestOfReplica, recordsOf } from '../digest.js'
import { type Document, fields, outcome, randomUpdates, type TodoRecord, type Update, updatesOf } from '../records.js'
import { changesPerTurn, collect, turn } from '../settle.js'
import type { Library, Replica } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'

export const merge: Workload = {
  name: 'merge',
  number: 'W7',
  about: 'two replicas with 50,000 updates each, made offline on the same 10,000 records, take each other’s',
  metrics: [
    { key: 'ms', label: 'until both are equal', unit: 'ms', better: 'less', isSum: true },
    { key: 'bytes', label: 'bytes, both ways', unit: 'B', better: 'less', isSum: true },
  ],
  full: { records: 10_000, updates: 50_000, others: 0 },
  async measure(library: Library, { amounts }: Work): Promise<Figures> {
    await warmUp(amounts, (smaller) => meet(library, 100, smaller))
    return meet(library, 200, amounts)
  },
}

async function meet(library: Library, seed: number, { records, updates }: Amounts): Promise<Figures> {
  const start = randomUpdates(seed, records, 0)
  const a = library.open('a', 'writer')
  const b = library.open('b', 'writer')
  await a.fill(start)
  const first = b.join(a, 'from')
  await first.ready
  await turn()
  first.close()
  await turn()
  const byA = updatesOf(start.records, seed + 1, updates)
  const byB = updatesOf(start.records, seed + 2, updates)
  await make(a, byA)
  await make(b, byB)
  collect()

  const began = performance.now()
  const link = b.join(a, 'both')
  await link.ready
  const ms = performance.now() - began

  await turn()
  const bytes = link.bytesFrom(a) + link.bytesFrom(b)
  checkDigests(digestOfReplica(a), { b: digestOfReplica(b) })
  checkMerged(start, byA, byB, recordsOf(b))
  link.close()
  await Promise.all([a.close(), b.close()])
  return { ms, bytes }
}

async function make(replica: Replica, updates: readonly Update[]): Promise<void> {
  let count = 0
  for (const update of updates) {
    replica.update(update)
    if (++count % changesPerTurn === 0) await turn()
  }
  await turn()
}

/**
 * Each field holds the last value of one of its two writers; of the only writer, if one; and what it held if none.
 *
 * @throws Error where it does not.
 */
export function checkMerged(
  { records }: Document,
  byA: readonly Update[],
  byB: readonly Update[],
  merged: readonly TodoRecord[],
): void {
  const found = new Map(merged.map((record) => [record.id, record]))
  if (found.size !== records.length) throw new Error(`There are ${found.size} records, not ${records.length}.`)
  const ofA = new Map(Array.from(outcome({ records, updates: byA }), (record) => [record.id, record]))
  const ofB = new Map(Array.from(outcome({ records, updates: byB }), (record) => [record.id, record]))
  const [writtenByA, writtenByB] = [written(byA), written(byB)]
  for (const { id } of records)
    for (const field of fields) {
      const value = found.get(id)?.[field]
      const [a, b] = [ofA.get(id)![field], ofB.get(id)![field]]
      const key = `${id} ${field}`
      const allowed = writtenByA.has(key) === writtenByB.has(key) ? [a, b] : [writtenByA.has(key) ? a : b]
      if (value === undefined || !allowed.includes(value))
        throw new Error(`${field} of ${id} is ${value}, and it should be ${allowed.join(' or ')}.`)
    }
}

function written(updates: readonly Update[]): ReadonlySet<string> {
  return new Set(updates.map(({ id, field }) => `${id} ${field}`))
}
