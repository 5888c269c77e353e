/** W6: of a document with a past, one replica lacks the last updates: it says what it has, is answered, and applies. */
import { checkCount, checkReplicas } from '../digest.js'
import { type Document, fields, outcome, pastUpdates } from '../records.js'
import { changesPerTurn, collect, turn } from '../settle.js'
import type { Library } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'

export const catchUp: Workload = {
  name: 'catch-up',
  number: 'W6',
  about: 'a replica that lacks the last 1,000 updates says what it has, is answered, and applies',
  metrics: [
    { key: 'ms', label: 'until all is applied', unit: 'ms', better: 'less', isSum: true },
    { key: 'bytes', label: 'bytes, both ways', unit: 'B', better: 'less', isSum: true },
  ],
  full: { records: 100_000, updates: 300_000, others: 1000 },
  async measure(library: Library, work: Work): Promise<Figures> {
    await warmUp(work.amounts, (amounts) => comeBack(library, 7, { ...work, amounts }))
    return comeBack(library, 8, work)
  },
}

async function comeBack(library: Library, seed: number, { subject, amounts }: Work): Promise<Figures> {
  const { document, known } = withMissed(seed, amounts)
  const stayed = library.open('stayed', 'writer')
  const away = library.open('away', 'reader')
  await stayed.fill({ ...document, updates: document.updates.slice(0, known) })
  const first = away.join(stayed, 'from')
  await first.ready
  await turn()
  first.close()
  await turn()
  let count = 0
  for (const update of document.updates.slice(known)) {
    stayed.update(update)
    if (++count % changesPerTurn === 0) await turn()
  }
  await turn()
  away.watch()
  collect()

  const began = performance.now()
  const link = away.join(stayed, 'from')
  await link.ready
  const ms = performance.now() - began

  await turn()
  const bytes = link.bytesFrom(stayed) + link.bytesFrom(away)
  checkReplicas(outcome(document), { stayed, away })
  // Of a field that was updated several times only the newest value need come, and nothing need be told if that is the old one.
  if (subject.kind === 'ours' && away.applied !== count)
    checkCount('changes seen', away.applied, changedFields(document, known))
  link.close()
  await Promise.all([stayed.close(), away.close()])
  return { ms, bytes }
}

function withMissed(seed: number, { records, updates, others }: Amounts) {
  const document = pastUpdates(seed, records, Math.round(updates / records))
  return { document, known: document.updates.length - Math.min(others, document.updates.length) }
}

/** How many fields the updates from a place on have changed. */
function changedFields({ records, updates }: Document, from: number): number {
  const before = new Map(
    Array.from(outcome({ records, updates: updates.slice(0, from) }), (record) => [record.id, record]),
  )
  let count = 0
  for (const record of outcome({ records, updates })) {
    const old = before.get(record.id)!
    for (const field of fields) if (record[field] !== old[field]) count += 1
  }
  return count
}
