/** W11: one process writes, a second holds a replica and passes everything on, a third has a hundred replicas that take it. */
import { checkCount, checkDigests, digestOf, digestOfReplica } from '../digest.js'
import { Host } from '../host.js'
import { outcome, randomUpdates } from '../records.js'
import { collect } from '../settle.js'
import type { Library } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'
import { inTurns } from './update-tcp.js'

export const fanOut: Workload = {
  name: 'fan-out',
  number: 'W11',
  about:
    'updates by one process, passed on by a second, to 100 replicas with a connection each in a third, until all have applied the last',
  metrics: [
    { key: 'rate', label: 'updates delivered', unit: '/s', better: 'more' },
    { key: 'bytes', label: 'bytes an update and replica', unit: 'B', better: 'less' },
  ],
  full: { records: 1000, updates: 10_000, others: 100 },
  async measure(library: Library, { subject, amounts }: Work): Promise<Figures> {
    const hub = await Host.start()
    const readers = await Host.start()
    try {
      const others = { subject: subject.name, hub, readers }
      await warmUp({ ...amounts, others: Math.min(amounts.others, 10) }, (smaller) =>
        spread(library, others, 13, smaller),
      )
      return await spread(library, others, 14, amounts)
    } finally {
      hub.end()
      readers.end()
    }
  },
}

interface Others {
  readonly subject: string
  readonly hub: Host
  readonly readers: Host
}

async function spread(
  library: Library,
  { subject, hub, readers }: Others,
  seed: number,
  { records, updates, others: replicas }: Amounts,
): Promise<Figures> {
  const document = randomUpdates(seed, records, updates)
  const port = await hub.open(subject, 'hub')
  await readers.dial(subject, port, replicas)
  const writer = library.open('writer', 'writer')
  const channel = writer.dial(port)
  await channel.ready
  await inTurns(document.records, channel, (record) => writer.create(record))
  await readers.applied(records)
  const before = await readers.report()
  await hub.collect()
  await readers.collect()
  collect()

  const all = readers.applied(records + updates)
  const began = performance.now()
  await inTurns(document.updates, channel, (update) => writer.update(update))
  await all
  const ms = performance.now() - began

  const after = await readers.report()
  const { digest } = await hub.report()
  checkCount('changes seen by the replicas', after.applied - before.applied, updates * replicas)
  checkDigests(digestOf(outcome(document)), { writer: digestOfReplica(writer), hub: digest, replicas: after.digest })
  channel.close()
  await writer.close()
  const delivered = updates * replicas
  return { rate: (delivered / ms) * 1000, bytes: (after.receivedBytes - before.receivedBytes) / delivered }
}
