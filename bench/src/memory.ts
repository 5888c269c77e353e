/** W8: what a process grows by when a document with a past comes over TCP, and after everything in it was read. */
import { checkDigests, digestOf } from './digest.js'
import { Host } from './host.js'
import { outcome, pastUpdates, type TodoRecord } from './records.js'
import { type Memory, memoryNow } from './settle.js'
import type { Subject } from './subject.js'
import type { Figures, Size, Workload } from './workload.js'

const records = { full: 100_000, quick: 1000 }
const updatesEach = 3
const seed = 6

export const memory: Workload = {
  name: 'memory',
  title: 'W8 memory',
  metrics: [
    { key: 'heap', label: 'heap and external a record', unit: 'B', better: 'less' },
    { key: 'rss', label: 'RSS a record', unit: 'B', better: 'less' },
    { key: 'heapRead', label: '… heap and external after a full read', unit: 'B', better: 'less' },
    { key: 'rssRead', label: '… RSS after a full read', unit: 'B', better: 'less' },
  ],
  async measure(subject: Subject, size: Size): Promise<Figures> {
    const host = await Host.start()
    try {
      return await load(subject, host, records[size])
    } finally {
      host.end()
    }
  },
}

async function load(subject: Subject, host: Host, count: number): Promise<Figures> {
  const port = await host.open(subject.name, { seed, records: count, updatesEach })
  const replica = subject.open('reader')
  const before = await memoryNow()
  const channel = replica.dial(port)
  await channel.ready
  channel.close()
  const loaded = await memoryNow()
  if (readAll(replica.records()) === 0) throw new Error('Nothing was read.')
  const read = await memoryNow()
  // What is known from elsewhere is made only now: it would count.
  const { digest } = await host.report()
  checkDigests(digestOf(outcome(pastUpdates(seed, count, updatesEach))), {
    reader: digestOf(replica.records()),
    host: digest,
  })
  await replica.close()
  const growth = (to: Memory, key: keyof Memory) => (to[key] - before[key]) / count
  return {
    heap: growth(loaded, 'heapBytes'),
    rss: growth(loaded, 'rssBytes'),
    heapRead: growth(read, 'heapBytes'),
    rssRead: growth(read, 'rssBytes'),
  }
}

/** Reads every field; the sum is there so that no reading can be left out. */
function readAll(records: Iterable<TodoRecord>): number {
  let sum = 0
  for (const { id, title, done, priority, updatedAt } of records)
    sum += id.length + title.length + (done ? 1 : 0) + priority + (updatedAt % 7)
  return sum
}
