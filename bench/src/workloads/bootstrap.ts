/** W5: a replica that holds a document with a past serves an empty one, and every field is read there once. */
import { checkReplicas } from '../digest.js'
import { outcome, pastUpdates } from '../records.js'
import { collect, readAll, turn } from '../settle.js'
import type { Library, Replica } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'

export const bootstrap: Workload = {
  name: 'bootstrap',
  number: 'W5',
  about: 'a replica with 3 past updates a record serves an empty one, until every field has been read there once',
  metrics: [
    { key: 'ms', label: 'encode, apply and read all', unit: 'ms', better: 'less', isSum: true },
    { key: 'readMs', label: '… of which the first full read', unit: 'ms', better: 'less', isSum: true },
    { key: 'againMs', label: 'the next empty one, encode and apply', unit: 'ms', better: 'less', isSum: true },
    { key: 'bytes', label: 'bytes a record', unit: 'B', better: 'less' },
  ],
  full: { records: 100_000, updates: 300_000, others: 0 },
  async measure(library: Library, { amounts }: Work): Promise<Figures> {
    await warmUp(amounts, (smaller) => serve(library, 5, smaller))
    return serve(library, 6, amounts)
  },
}

async function serve(library: Library, seed: number, { records, updates }: Amounts): Promise<Figures> {
  const document = pastUpdates(seed, records, Math.round(updates / records))
  const full = library.open('full', 'writer')
  await full.fill(document)
  await turn()
  const first = library.open('first', 'reader')
  collect()

  const began = performance.now()
  const bytes = await take(first, full)
  const taken = performance.now()
  readAll(first)
  const ended = performance.now()

  const next = library.open('next', 'reader')
  collect()
  const beganAgain = performance.now()
  await take(next, full)
  const againMs = performance.now() - beganAgain

  checkReplicas(outcome(document), { full, first, next })
  await Promise.all([full.close(), first.close(), next.close()])
  return { ms: ended - began, readMs: ended - taken, againMs, bytes: bytes / records }
}

/** @returns bytes, both ways. */
async function take(empty: Replica, full: Replica): Promise<number> {
  const link = empty.join(full, 'from')
  await link.ready
  const bytes = link.bytesFrom(full) + link.bytesFrom(empty)
  link.close()
  return bytes
}
