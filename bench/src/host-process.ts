/** The process behind `Host`. */
import { digestOfReplica } from './digest.js'
import type { HostedDocument, HostOrder, HostReport } from './host.js'
import { pastUpdates } from './records.js'
import { collect } from './settle.js'
import type { Replica } from './subject.js'
import { subjectNamed } from './subjects.js'

let replicas: Replica[] = []

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
  switch (order.do) {
    case 'open':
      return open(order)
    case 'dial':
      await dial(order)
      break
    case 'await':
      await Promise.all(replicas.map((replica) => replica.whenApplied(order.applied)))
      break
    case 'report':
      return report()
    case 'collect':
      collect()
  }
  return undefined
}

async function open({ subject, role, document }: HostOrder & { readonly do: 'open' }): Promise<number> {
  await closeAll()
  const library = await subjectNamed(subject).load()
  const replica = library.open('host', role)
  replicas = [replica]
  if (document !== undefined) await fill(replica, document)
  replica.watch()
  return replica.listen()
}

async function dial({ subject, port, replicas: count }: HostOrder & { readonly do: 'dial' }): Promise<void> {
  await closeAll()
  const library = await subjectNamed(subject).load()
  replicas = Array.from({ length: count }, (_, at) => library.open(`reader-${at}`, 'reader'))
  for (const replica of replicas) replica.watch()
  await Promise.all(replicas.map((replica) => replica.dial(port).ready))
}

async function closeAll(): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.close()))
}

async function fill(into: Replica, { seed, records, updatesEach }: HostedDocument): Promise<void> {
  await into.fill(pastUpdates(seed, records, updatesEach))
}

function report(): HostReport {
  const digests = new Set(replicas.map(digestOfReplica))
  if (digests.size > 1) throw new Error(`${replicas.length} replicas hold ${digests.size} different things.`)
  const sum = (key: 'applied' | 'receivedBytes') => replicas.reduce((total, replica) => total + replica[key], 0)
  return { applied: sum('applied'), receivedBytes: sum('receivedBytes'), digest: [...digests].join() }
}
