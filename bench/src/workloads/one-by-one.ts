/** W2 and W3: changes in one process, each applied by a second replica at once. */
import { checkCount, checkReplicas } from '../digest.js'
import { outcome, randomUpdates } from '../records.js'
import { changesPerTurn, collect, turn } from '../settle.js'
import type { Library, Link } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Metric, Work, Workload } from '../workload.js'

const metrics = (what: string, one: string): readonly Metric[] => [
  { key: 'rate', label: `${what}, each applied before the next`, unit: '/s', better: 'more' },
  { key: 'bytes', label: `bytes ${one}`, unit: 'B', better: 'less' },
  { key: 'turnRate', label: '… 1,024 a turn of the event loop', unit: '/s', better: 'more' },
  { key: 'turnBytes', label: `… bytes ${one}`, unit: 'B', better: 'less' },
]

export const createApply: Workload = {
  name: 'create-apply',
  number: 'W2',
  about: 'records created, one change each, each applied at a second replica at once',
  metrics: metrics('records', 'a record'),
  full: { records: 100_000, updates: 0, others: 0 },
  measure: (library, work) => measure(library, work, 'creates'),
}

export const update: Workload = {
  name: 'update',
  number: 'W3',
  about: 'single-field updates of random records, each applied at a second replica at once',
  metrics: metrics('updates', 'an update'),
  full: { records: 10_000, updates: 100_000, others: 0 },
  measure: (library, work) => measure(library, work, 'updates'),
}

type Kind = 'creates' | 'updates'

/** How a change waits for the one before: until that has been applied, or, where several share a message, not before the loop turns. */
type Pace = 'one by one' | 'in turns'

async function measure(library: Library, { subject, amounts }: Work, kind: Kind): Promise<Figures> {
  await warmUp(amounts, (smaller) => stream(library, smaller, { kind, pace: 'one by one', seed: 1 }))
  const { rate, bytes } = await stream(library, amounts, { kind, pace: 'one by one', seed: 2 })
  // Who makes one message of each change is at the same pace either way.
  if (subject.kind !== 'ours') return { rate, bytes }
  const turns = await stream(library, amounts, { kind, pace: 'in turns', seed: 3 })
  return { rate, bytes, turnRate: turns.rate, turnBytes: turns.bytes }
}

interface Course {
  readonly kind: Kind
  readonly pace: Pace
  readonly seed: number
}

async function stream(library: Library, { records, updates }: Amounts, { kind, pace, seed }: Course) {
  const document = randomUpdates(seed, records, updates)
  const writer = library.open('writer', 'writer')
  const reader = library.open('reader', 'reader')
  if (kind === 'updates') await writer.fill({ ...document, updates: [] })
  const link = reader.join(writer, 'from')
  await link.ready
  await turn()
  reader.watch()
  const changes =
    kind === 'creates'
      ? document.records.map((record) => () => writer.create(record))
      : document.updates.map((one) => () => writer.update(one))
  const [appliedBefore, bytesBefore] = [reader.applied, link.bytesFrom(writer)]
  collect()

  const began = performance.now()
  await go(changes, link, pace)
  await reader.whenApplied(appliedBefore + changes.length)
  const ms = performance.now() - began

  const bytes = link.bytesFrom(writer) - bytesBefore
  await turn()
  checkCount('changes seen by the reader', reader.applied - appliedBefore, changes.length)
  checkReplicas(outcome(document), { writer, reader })
  link.close()
  await Promise.all([writer.close(), reader.close()])
  return { rate: (changes.length / ms) * 1000, bytes: bytes / changes.length }
}

async function go(changes: readonly (() => void)[], link: Link, pace: Pace): Promise<void> {
  let count = 0
  for (const change of changes) {
    change()
    if (pace === 'one by one') {
      const delivered = link.delivered()
      if (delivered !== undefined) await delivered
    }
    if (++count % changesPerTurn === 0) await turn()
  }
}
