/** W4: single-field updates of random records go to another process over loopback TCP; then single ones, each waited for. */
import { checkCount, checkDigests, digestOf } from './digest.js'
import { Host } from './host.js'
import { outcome, randomUpdates } from './records.js'
import { changesPerTurn, collect, turnWithRoom } from './settle.js'
import type { Channel, Replica, Subject } from './subject.js'
import type { Figures, Size, Workload } from './workload.js'

interface Amounts {
  readonly records: number
  readonly updates: number
  readonly roundTrips: number
}

const amounts = {
  full: { records: 10_000, updates: 100_000, roundTrips: 2000 },
  quick: { records: 200, updates: 3000, roundTrips: 50 },
}
const warmUps = {
  full: { records: 1000, updates: 20_000, roundTrips: 500 },
  quick: { records: 100, updates: 1000, roundTrips: 20 },
}

export const updateStreamTcp: Workload = {
  name: 'update-stream-tcp',
  title: 'W4 update-stream-tcp',
  metrics: [
    { key: 'rate', label: 'updates, until all are applied', unit: '/s', better: 'more' },
    { key: 'bytes', label: 'bytes an update', unit: 'B', better: 'less' },
    { key: 'p50', label: 'round trip, median', unit: 'µs', better: 'less' },
    { key: 'p99', label: 'round trip, 99th of 100', unit: 'µs', better: 'less' },
  ],
  async measure(subject: Subject, size: Size): Promise<Figures> {
    const host = await Host.start()
    try {
      await stream(subject, host, 3, warmUps[size])
      return await stream(subject, host, 4, amounts[size])
    } finally {
      host.end()
    }
  },
}

async function stream(
  subject: Subject,
  host: Host,
  seed: number,
  { records, updates, roundTrips }: Amounts,
): Promise<Figures> {
  const document = randomUpdates(seed, records, updates + roundTrips)
  const port = await host.open(subject.name)
  const writer = subject.open('writer')
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
  checkDigests(digestOf(outcome(document)), { writer: digestOf(writer.records()), receiver: after.digest })
  channel.close()
  await writer.close()
  return {
    rate: (updates / ms) * 1000,
    bytes: (receivedBytes - before.receivedBytes) / updates,
    p50: at(trips, 0.5),
    p99: at(trips, 0.99),
  }
}

async function inTurns<Item>(items: readonly Item[], channel: Channel, change: (item: Item) => void): Promise<void> {
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
