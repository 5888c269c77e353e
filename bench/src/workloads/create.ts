/** W1: records are created one by one, and the bytes that each would send are kept. */
import { checkReplicas } from '../digest.js'
import { outcome, randomUpdates } from '../records.js'
import { changesPerTurn, collect, turn } from '../settle.js'
import type { Library } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'

export const create: Workload = {
  name: 'create',
  number: 'W1',
  about: 'records created, one change each, the bytes of each kept',
  metrics: [
    { key: 'rate', label: 'records created', unit: '/s', better: 'more' },
    { key: 'bytes', label: 'bytes a record', unit: 'B', better: 'less' },
  ],
  full: { records: 100_000, updates: 0, others: 0 },
  async measure(library: Library, { amounts }: Work): Promise<Figures> {
    await warmUp(amounts, (smaller) => createAll(library, 1, smaller))
    return createAll(library, 2, amounts)
  },
}

async function createAll(library: Library, seed: number, { records }: Amounts): Promise<Figures> {
  const document = randomUpdates(seed, records, 0)
  const author = library.open('author', 'writer')
  const reader = library.open('reader', 'reader')
  reader.watch()
  const link = reader.join(author, 'from')
  await link.ready
  await turn()
  link.hold()
  const before = link.bytesFrom(author)
  collect()

  const began = performance.now()
  let count = 0
  for (const record of document.records) {
    author.create(record)
    if (++count % changesPerTurn === 0) await turn()
  }
  await turn()
  const ms = performance.now() - began

  const bytes = link.bytesFrom(author) - before
  await link.release()
  checkReplicas(outcome(document), { author, reader })
  link.close()
  await Promise.all([author.close(), reader.close()])
  return { rate: (count / ms) * 1000, bytes: bytes / count }
}
