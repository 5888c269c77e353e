/** W6: of a document with a past, one replica lacks the last updates: it says what it has, is answered, and applies. */
import { checkCount, checkDigests, digestOf } from './digest.js'
import { PipeEnd } from './pipe.js'
import { type Document, fields, outcome, pastUpdates } from './records.js'
import { changesPerTurn, collect, turn } from './settle.js'
import type { Channel, Replica, Subject } from './subject.js'
import type { Figures, Size, Workload } from './workload.js'

interface Amounts {
  readonly records: number
  readonly missed: number
}

const amounts = { full: { records: 100_000, missed: 1000 }, quick: { records: 1000, missed: 100 } }
const warmUps = { full: { records: 2000, missed: 1000 }, quick: { records: 200, missed: 50 } }
const updatesEach = 3

export const catchUp: Workload = {
  name: 'catch-up',
  title: 'W6 catch-up',
  metrics: [
    { key: 'ms', label: 'until all is applied', unit: 'ms', better: 'less' },
    { key: 'bytes', label: 'bytes, both ways', unit: 'B', better: 'less' },
  ],
  async measure(subject: Subject, size: Size): Promise<Figures> {
    for (let round = 0; round < 3; round++) await comeBack(subject, 10 + round, warmUps[size])
    return comeBack(subject, 5, amounts[size])
  },
}

async function comeBack(subject: Subject, seed: number, { records, missed }: Amounts): Promise<Figures> {
  const document = pastUpdates(seed, records, updatesEach)
  const known = document.updates.length - missed
  const stayed = subject.open('stayed')
  const away = subject.open('away')
  for (const record of document.records) stayed.create(record)
  await inTurns(stayed, document.updates.slice(0, known))
  const first = join(away, stayed)
  await first.channel.ready
  await turn()
  first.channel.close()
  await turn()
  await inTurns(stayed, document.updates.slice(known))
  away.watch()
  collect()

  const began = performance.now()
  const { channel, ends } = join(away, stayed)
  await channel.ready
  const ms = performance.now() - began

  await turn()
  const bytes = ends.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0)
  checkDigests(digestOf(outcome(document)), { stayed: digestOf(stayed.records()), away: digestOf(away.records()) })
  // Of a field that was updated several times only the newest value need come, and nothing need be told if that is the old one.
  if (away.applied !== missed) checkCount('changes seen', away.applied, changedFields(document, known))
  channel.close()
  await Promise.all([stayed.close(), away.close()])
  return { ms, bytes }
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

function join(away: Replica, stayed: Replica): { readonly channel: Channel; readonly ends: readonly PipeEnd[] } {
  const ends = PipeEnd.pair()
  stayed.accept(ends[1])
  return { channel: away.connect(ends[0], stayed.uid), ends }
}

async function inTurns(replica: Replica, updates: readonly Parameters<Replica['update']>[0][]): Promise<void> {
  let count = 0
  for (const update of updates) {
    replica.update(update)
    if (++count % changesPerTurn === 0) await turn()
  }
}
