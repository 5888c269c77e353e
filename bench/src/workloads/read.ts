/** W10: everything is read as plain values, and then single fields at random. */
import { checkReplicas } from '../digest.js'
import { fields, outcome, pastUpdates } from '../records.js'
import { collect, readAll } from '../settle.js'
import type { Library, Replica } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'

const mostPasses = 5
const mostPassesMs = 20_000
const readsPerLook = 1000

export const read: Workload = {
  name: 'read',
  number: 'W10',
  about: 'all fields of all records read as plain values (the median of up to 5 passes), and single fields at random',
  metrics: [
    { key: 'ms', label: 'all fields of all records', unit: 'ms', better: 'less', isSum: true },
    { key: 'rate', label: 'single fields', unit: '/s', better: 'more' },
  ],
  full: { records: 100_000, updates: 300_000, others: 1000 },
  async measure(library: Library, { amounts }: Work): Promise<Figures> {
    await warmUp(amounts, (smaller) => readDocument(library, 11, smaller))
    return readDocument(library, 12, amounts)
  },
}

async function readDocument(library: Library, seed: number, amounts: Amounts): Promise<Figures> {
  const { records, updates, others: forMs } = amounts
  const document = pastUpdates(seed, records, Math.round(updates / records))
  const replica = library.open('reader', 'writer')
  await replica.fill(document)
  checkReplicas(outcome(document), { replica })
  collect()
  const ms = passes(replica)
  const ids = document.updates.map(({ id }) => id)
  collect()
  const rate = readSingle(replica, ids, forMs)
  await replica.close()
  return { ms, rate }
}

/** @returns milliseconds of the median pass. */
function passes(replica: Replica): number {
  const times: number[] = []
  const began = performance.now()
  while (times.length < mostPasses && performance.now() - began < mostPassesMs) {
    const from = performance.now()
    readAll(replica)
    times.push(performance.now() - from)
  }
  times.sort((a, b) => a - b)
  return times[times.length >> 1]!
}

/** @returns reads a second. */
function readSingle(replica: Replica, ids: readonly string[], forMs: number): number {
  let count = 0
  let missing = 0
  const began = performance.now()
  let ms = 0
  while (ms < forMs) {
    for (let at = 0; at < readsPerLook; at++, count++)
      if (replica.read(ids[count % ids.length]!, fields[count % fields.length]!) === undefined) missing += 1
    ms = performance.now() - began
  }
  if (missing > 0) throw new Error(`${missing} fields had no value.`)
  return (count / ms) * 1000
}
