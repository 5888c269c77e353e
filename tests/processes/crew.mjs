// A process of the tests: some clients, or the server, told over IPC what to do. Plain JavaScript, on the built packages: as a user runs them.
import process from 'node:process'
import { at, Client } from './client.mjs'
import { Diary } from './diary.mjs'
import { digest, rows } from './items.mjs'

/** @type {readonly Client[]} */
let clients = []

/** @param {string} uid */
function client(uid) {
  const found = clients.find(({ syncro }) => syncro.uid === uid)
  if (found === undefined) throw new Error(`${uid} is not here`)
  return found
}

/** @param {(client: Client) => unknown} work @param {number} [every] */
const all = (work, every = 1) => Promise.all(clients.filter((_, at) => at % every === 0).map(work))

/**
 * What the test says; each command reads what its message has. What a command returns is said under its name when it has come.
 *
 * @typedef {{
 *   readonly type: string, readonly clients: readonly import('./client.mjs').ClientOptions[], readonly diaries?: boolean,
 *   readonly address: import('./client.mjs').Address, readonly operations: number, readonly ids: number, readonly every?: number,
 *   readonly label: string, readonly finishes: readonly string[], readonly times: number,
 *   readonly uid: string, readonly id: string, readonly count: number, readonly bytes: number,
 * }} Told
 */
/** @type {Record<string, (told: Told) => unknown>} */
const commands = {
  async start(told) {
    clients = told.clients.map((options) => new Client(options))
    await all(({ syncro }) => syncro.ready)
    if (told.diaries)
      for (const { syncro } of clients) new Diary(syncro, (accepted) => process.send?.({ type: 'accepted', accepted }))
  },
  /** The one client of this process is a server. */
  async listen({ address }) {
    const listening = await clients[0]?.syncro.listen(at(address))
    return { port: listening?.port }
  },
  /** Goes online; done when all are in step. */
  dial: ({ address }) => all((one) => one.dial(address)),
  leave: () => all((one) => one.leave()),
  work: ({ operations, ids, every }) => all((one) => one.work(operations, ids), every),
  stream: (told) => client(told.uid).stream(told),
  finish: ({ label, every }) => all((one) => one.finish(label), every),
  sees: ({ finishes }) => all((one) => one.sees(finishes)),
  failed: ({ times }) => all((one) => one.failed(times)),
  /** A client reads nothing more, as if it were busy with something else. */
  pause: ({ uid }) => client(uid).link?.session?.connection.pause?.(),
  resume: ({ uid }) => client(uid).link?.session?.connection.resume?.(),
  digest: () => ({ digests: Object.fromEntries(clients.map(({ syncro }) => [syncro.uid, digest(syncro)])) }),
  rows: () => ({ rows: clients[0] === undefined ? [] : rows(clients[0].syncro) }),
  usage() {
    const { user, system } = process.cpuUsage()
    return { cpuMs: (user + system) / 1000, dials: clients.reduce((sum, { dials }) => sum + dials, 0) }
  },
  async stop() {
    await all(({ syncro }) => syncro.close())
    process.disconnect()
  },
}

process.on('message', async (/** @type {Told} */ told) => {
  const answer = await commands[told.type]?.(told)
  if (process.connected) process.send?.({ ...(typeof answer === 'object' ? answer : {}), type: told.type })
})
// The test has gone: so does this.
process.on('disconnect', () => process.exit(0))
