/** W5: a replica that holds a document with a past serves an empty one, and every field is read there once. */
import { checkDigests, digestOf, digestOfReplica } from '../digest.js'
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
  const digest = digestOf(outcome(document))
  // One after the other: what a third copy takes would count, where memory is short.
  const first = await take(library, full, digest)
  const next = await take(library, full, digest)
  checkDigests(digest, { full: digestOfReplica(full) })
  await full.close()
  const { takenMs, readMs, bytes } = first
  return { ms: takenMs + readMs, readMs, againMs: next.takenMs, bytes: bytes / records }
}

/** An empty replica takes everything, is read, and is gone. */
async function take(library: Library, full: Replica, digest: string) {
  const empty = library.open('empty', 'reader')
  collect()

  const began = performance.now()
  const link = empty.join(full, 'from')
  await link.ready
  const taken = performance.now()
  readAll(empty)
  const ended = performance.now()

  const bytes = link.bytesFrom(full) + link.bytesFrom(empty)
  checkDigests(digest, { empty: digestOfReplica(empty) })
  link.close()
  await empty.close()
  return { takenMs: taken - began, readMs: ended - taken, bytes }
}
