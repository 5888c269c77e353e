/** The process behind `Host`. */
import { digestOf } from './digest.js'
import type { HostedDocument, HostOrder, HostReport } from './host.js'
import { pastUpdates } from './records.js'
import { changesPerTurn, collect, turn } from './settle.js'
import type { Replica } from './subject.js'
import { subjectNamed } from './subjects.js'

let replica: Replica | undefined

process.on('message', (order: HostOrder) => {
  obey(order).then(
    (answer) => process.send!(answer ?? null),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
process.send!('up')

async function obey(order: HostOrder): Promise<number | HostReport | undefined> {
  if (order.do === 'open') return open(order.subject, order.document)
  if (order.do === 'report')
    return { applied: replica!.applied, receivedBytes: replica!.receivedBytes, digest: digestOf(replica!.records()) }
  collect()
  return undefined
}

async function open(subject: string, document: HostedDocument | undefined): Promise<number> {
  await replica?.close()
  replica = subjectNamed(subject).open('host')
  if (document !== undefined) await fill(replica, document)
  replica.watch()
  return replica.listen()
}

async function fill(into: Replica, { seed, records, updatesEach }: HostedDocument): Promise<void> {
  const document = pastUpdates(seed, records, updatesEach)
  for (const record of document.records) into.create(record)
  let count = 0
  for (const update of document.updates) {
    into.update(update)
    if (++count % changesPerTurn === 0) await turn()
  }
}
