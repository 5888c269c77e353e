/** W1: records are created one by one, and the bytes that each would send are kept. */
import { checkDigests, digestOf } from './digest.js'
import { PipeEnd } from './pipe.js'
import { type Document, outcome, randomUpdates } from './records.js'
import { changesPerTurn, collect, turn } from './settle.js'
import type { Subject } from './subject.js'
import type { Figures, Size, Workload } from './workload.js'

const records = { full: 100_000, quick: 1000 }
const warmUpRecords = { full: 20_000, quick: 200 }

export const createLocal: Workload = {
  name: 'create-local',
  title: 'W1 create-local',
  metrics: [
    { key: 'rate', label: 'records created', unit: '/s', better: 'more' },
    { key: 'bytes', label: 'bytes a record', unit: 'B', better: 'less' },
  ],
  async measure(subject: Subject, size: Size): Promise<Figures> {
    await createAll(subject, randomUpdates(1, warmUpRecords[size], 0))
    return createAll(subject, randomUpdates(2, records[size], 0))
  },
}

async function createAll(subject: Subject, document: Document): Promise<Figures> {
  const author = subject.open('author')
  const reader = subject.open('reader')
  const [authorEnd, readerEnd] = PipeEnd.pair()
  reader.accept(readerEnd)
  const channel = author.connect(authorEnd, 'reader')
  await channel.ready
  await turn()
  authorEnd.hold()
  const before = authorEnd.writtenBytes
  collect()

  const began = performance.now()
  let count = 0
  for (const record of document.records) {
    author.create(record)
    if (++count % changesPerTurn === 0) await turn()
  }
  await turn()
  const ms = performance.now() - began

  const bytes = authorEnd.writtenBytes - before
  authorEnd.release()
  await turn()
  checkDigests(digestOf(outcome(document)), { author: digestOf(author.records()), reader: digestOf(reader.records()) })
  channel.close()
  await Promise.all([author.close(), reader.close()])
  return { rate: (count / ms) * 1000, bytes: bytes / count }
}
