/** W4c: the stream of W4 by a writer that waits for nobody: of what waits for its turn, only the newest value of each field crosses. */
import { checkDigests, digestOf, digestOfReplica } from '../digest.js'
import { Host } from '../host.js'
import { outcome, randomUpdates } from '../records.js'
import { changesPerTurn, collect, turn } from '../settle.js'
import type { Library } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'
import { inTurns } from './update-tcp.js'

export const updateCoalesced: Workload = {
  name: 'update-coalesced',
  number: 'W4c',
  about: 'the same stream by a writer that waits for nobody: what has to wait is merged on the way',
  metrics: [
    { key: 'rate', label: 'updates made', unit: '/s', better: 'more' },
    { key: 'crossed', label: 'of 100 changes, those that crossed', unit: '', better: 'less' },
    { key: 'bytes', label: 'bytes an update made', unit: 'B', better: 'less' },
  ],
  full: { records: 10_000, updates: 100_000, others: 0 },
  async measure(library: Library, { subject, amounts }: Work): Promise<Figures> {
    const host = await Host.start()
    try {
      await warmUp(amounts, (smaller) => stream(library, { subject: subject.name, host, seed: 15 }, smaller))
      return await stream(library, { subject: subject.name, host, seed: 16 }, amounts)
    } finally {
      host.end()
    }
  },
}

interface Course {
  readonly subject: string
  readonly host: Host
  readonly seed: number
}

async function stream(
  library: Library,
  { subject, host, seed }: Course,
  { records, updates }: Amounts,
): Promise<Figures> {
  const document = randomUpdates(seed, records, updates)
  const port = await host.open(subject, 'reader')
  const writer = library.open('writer', 'writer')
  const channel = writer.dial(port)
  await channel.ready
  await inTurns(document.records, channel, (record) => writer.create(record))
  await channel.settled!()
  const before = await host.report()
  await host.collect()
  collect()

  const began = performance.now()
  let count = 0
  for (const update of document.updates) {
    writer.update(update)
    if (++count % changesPerTurn === 0) await turn()
  }
  await channel.settled!()
  const ms = performance.now() - began

  const after = await host.report()
  checkDigests(digestOf(outcome(document)), { writer: digestOfReplica(writer), receiver: after.digest })
  channel.close()
  await writer.close()
  return {
    rate: (updates / ms) * 1000,
    crossed: ((after.applied - before.applied) / updates) * 100,
    bytes: (after.receivedBytes - before.receivedBytes) / updates,
  }
}
