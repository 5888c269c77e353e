/** W4: single-field updates of random records go to another process over loopback TCP; then single ones, each waited for. */
import { checkCount, checkDigests, digestOf, digestOfReplica } from '../digest.js'
import { Host } from '../host.js'
import { outcome, randomUpdates } from '../records.js'
import { changesPerTurn, collect, turnWithRoom } from '../settle.js'
import type { Channel, Library, Replica } from '../subject.js'
import { warmUp } from '../warm-up.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'

export const updateTcp: Workload = {
  name: 'update-tcp',
  number: 'W4',
  about:
    'single-field updates of random records, between two processes over loopback TCP, until the last is applied and its answer here',
  metrics: [
    { key: 'rate', label: 'updates', unit: '/s', better: 'more' },
    { key: 'bytes', label: 'bytes an update', unit: 'B', better: 'less' },
    { key: 'p50', label: 'round trip, median', unit: 'µs', better: 'less' },
    { key: 'p99', label: 'round trip, 99th of 100', unit: 'µs', better: 'less' },
  ],
  full: { records: 10_000, updates: 100_000, others: 2000 },
  async measure(library: Library, { subject, amounts }: Work): Promise<Figures> {
    const host = await Host.start()
    try {
      await warmUp(amounts, (smaller) => stream(library, subject.name, host, { seed: 3, ...smaller }))
      return await stream(library, subject.name, host, { seed: 4, ...amounts })
    } finally {
      host.end()
    }
  },
}

interface Course extends Amounts {
  readonly seed: number
}

async function stream(library: Library, subject: string, host: Host, course: Course): Promise<Figures> {
  const { seed, records, updates, others: roundTrips } = course
  const document = randomUpdates(seed, records, updates + roundTrips)
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
  await inTurns(document.updates.slice(0, updates), channel, (update) => writer.update(update))
  await channel.barrier()
  const ms = performance.now() - began

  const { receivedBytes } = await host.report()
  const trips = await roundTripTimes(writer, channel, document.updates.slice(updates))
  const after = await host.report()
  checkCount('changes seen by the receiver', after.applied - before.applied, updates + roundTrips)
  checkDigests(digestOf(outcome(document)), { writer: digestOfReplica(writer), receiver: after.digest })
  channel.close()
  await writer.close()
  return {
    rate: (updates / ms) * 1000,
    bytes: (receivedBytes - before.receivedBytes) / updates,
    p50: at(trips, 0.5),
    p99: at(trips, 0.99),
  }
}

export async function inTurns<Item>(
  items: readonly Item[],
  channel: Channel,
  change: (item: Item) => void,
): Promise<void> {
  let count = 0
  for (const item of items) {
    change(item)
    if (++count % changesPerTurn === 0) await turnWithRoom(channel)
  }
}

/** Microseconds from an update to the answer to it, in rising order. */
async function roundTripTimes(
  writer: Replica,
  channel: Channel,
  updates: readonly Parameters<Replica['update']>[0][],
): Promise<Float64Array> {
  const times = new Float64Array(updates.length)
  for (const [index, update] of updates.entries()) {
    const began = performance.now()
    writer.update(update)
    await channel.barrier()
    times[index] = (performance.now() - began) * 1000
  }
  return times.sort()
}

function at(sorted: Float64Array, part: number): number {
  return sorted[Math.floor(sorted.length * part)]!
}
