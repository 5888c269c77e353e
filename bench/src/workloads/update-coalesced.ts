/** W4c: the stream of W4, where the updates of a turn of the event loop are one transaction: of a field that is written twice, the last value crosses. */
import { checkDigests, digestOf, digestOfReplica } from '../digest.js'
import { Host } from '../host.js'
import { outcome, randomUpdates } from '../records.js'
import { changesPerTurn, collect, turnWithRoom } from '../settle.js'
import type { Library } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'
import { inTurns } from './update-tcp.js'

export const updateCoalesced: Workload = {
  name: 'update-coalesced',
  number: 'W4c',
  about:
    'the same stream with 1,024 updates in one transaction: of a field that is written twice in it, only the last value has to cross',
  metrics: [
    { key: 'rate', label: 'updates made', unit: '/s', better: 'more' },
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
  await channel.barrier()
  const before = await host.report()
  await host.collect()
  collect()

  const began = performance.now()
  for (let at = 0; at < updates; at += changesPerTurn) {
    writer.updateTogether(document.updates.slice(at, at + changesPerTurn))
    await turnWithRoom(channel)
  }
  await channel.barrier()
  const ms = performance.now() - began

  const after = await host.report()
  checkDigests(digestOf(outcome(document)), { writer: digestOfReplica(writer), receiver: after.digest })
  channel.close()
  await writer.close()
  return {
    rate: (updates / ms) * 1000,
    bytes: (after.receivedBytes - before.receivedBytes) / updates,
  }
}
