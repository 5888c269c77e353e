/** W8: what a process grows by when a document with a past comes over TCP, and after everything in it was read. */
import { checkDigests, digestOf, digestOfReplica } from '../digest.js'
import { Host } from '../host.js'
import { outcome, pastUpdates } from '../records.js'
import { type Memory, memoryNow, readAll } from '../settle.js'
import type { Library } from '../subject.js'
import type { Amounts, Figures, Work, Workload } from '../workload.js'

const seed = 9

export const memory: Workload = {
  name: 'memory',
  number: 'W8',
  about: 'growth of heap and external memory, and of RSS, of a process that has loaded the document of W5 from another',
  metrics: [
    { key: 'heap', label: 'heap and external a record', unit: 'B', better: 'less' },
    { key: 'rss', label: 'RSS a record', unit: 'B', better: 'less' },
    { key: 'heapRead', label: '… heap and external after a full read', unit: 'B', better: 'less' },
    { key: 'rssRead', label: '… RSS after a full read', unit: 'B', better: 'less' },
  ],
  full: { records: 100_000, updates: 300_000, others: 0 },
  async measure(library: Library, { subject, amounts }: Work): Promise<Figures> {
    const host = await Host.start()
    try {
      return await load(library, subject.name, host, amounts)
    } finally {
      host.end()
    }
  },
}

async function load(library: Library, subject: string, host: Host, { records, updates }: Amounts): Promise<Figures> {
  const updatesEach = Math.round(updates / records)
  const port = await host.open(subject, 'writer', { seed, records, updatesEach })
  const replica = library.open('reader', 'reader')
  const before = await memoryNow()
  const channel = replica.dial(port)
  await channel.ready
  channel.close()
  const loaded = await memoryNow()
  readAll(replica)
  const read = await memoryNow()
  // What is known from elsewhere is made only now: it would count.
  const { digest } = await host.report()
  checkDigests(digestOf(outcome(pastUpdates(seed, records, updatesEach))), {
    reader: digestOfReplica(replica),
    host: digest,
  })
  await replica.close()
  const growth = (to: Memory, key: keyof Memory) => (to[key] - before[key]) / records
  return {
    heap: growth(loaded, 'heapBytes'),
    rss: growth(loaded, 'rssBytes'),
    heapRead: growth(read, 'heapBytes'),
    rssRead: growth(read, 'rssBytes'),
  }
}
