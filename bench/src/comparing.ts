/** What it costs to find and exchange what differs between two ledgers whose cursors are no good. */
import { Syncro } from '@syncro/core'
import { PipeEnd } from './pipe.js'
import { randomUpdates, type TodoRecord } from './records.js'
import { collect, turn } from './settle.js'

export interface Cost {
  /** From the first byte of the session until both have caught up. */
  readonly ms: number
  /** Both ways, the handshake included. */
  readonly bytes: number
}

/**
 * Two clients hold the same records but for some, half of which each has changed, and know nothing of each other.
 *
 * @param differences records that differ; of `everything`, one of the two holds nothing.
 * @param isFirst whether the ledgers are compared for the first time; later only what was touched is looked at.
 */
export async function comparing(records: number, differences: number | 'everything', isFirst: boolean): Promise<Cost> {
  const a = new Syncro({ uid: 'a' })
  const b = new Syncro({ uid: 'b' })
  const author = new Syncro({ uid: 'author' })
  const made = randomUpdates(11, records, 0).records
  for (const record of made) create(author, record)
  for (const client of differences === 'everything' ? [a] : [a, b]) await settled(author, client)
  if (!isFirst) for (const { scriber } of [a, b]) while (!scriber.ledger.digest.refresh(10_000));
  if (differences !== 'everything')
    for (let n = 0; n < differences; n++)
      (n % 2 === 0 ? a : b).record('Todo', 'update', made[n]!.id, { title: `changed ${n}` })
  collect()
  await turn()
  const cost = await settled(a, b)
  checkEqual(a, b)
  await Promise.all([a, b, author].map((client) => client.close()))
  return cost
}

function create(client: Syncro, { id, ...fields }: TodoRecord): void {
  client.record('Todo', 'create', id, fields)
}

/** Joins two clients until both are caught up, and parts them. */
async function settled(from: Syncro, to: Syncro): Promise<Cost> {
  const [end, other] = PipeEnd.pair()
  const began = performance.now()
  const sessions = [from.connect(to.uid, end), to.accept(other)] as const
  end.deliverTo(sessions[0])
  other.deliverTo(sessions[1])
  await Promise.all(
    sessions.map(
      (session) =>
        new Promise<void>((resolve, reject) => {
          session.on('caught-up', resolve)
          session.on('closed', reject)
        }),
    ),
  )
  const ms = performance.now() - began
  await turn()
  const bytes = end.writtenBytes + other.writtenBytes
  sessions[0].close()
  await turn()
  return { ms, bytes }
}

function checkEqual(a: Syncro, b: Syncro): void {
  const [left, right] = [a, b].map(({ scriber }) => {
    const { digest } = scriber.ledger
    while (!digest.refresh(10_000));
    return JSON.stringify(digest.sum(''))
  })
  if (left !== right) throw new Error(`The measurement is void: ${left} and ${right} are not the same.`)
}
