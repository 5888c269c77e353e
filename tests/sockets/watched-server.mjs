// A server by hand, so that it can be seen what is held for a client: in the session's queue, in its socket, and in all.
import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Syncro } from '@syncro/core'
import { Finish, Item } from '../processes/items.mjs'

setFlagsFromString('--expose-gc')
const collectGarbage = /** @type {() => void} */ (runInNewContext('gc'))

const [path = '', limits = '{}'] = process.argv.slice(2)
const syncro = new Syncro({ uid: 'server', models: [Item, Finish], limits: JSON.parse(limits) })
/** Who is watched, and the most that was held for it. */
let watched = ''
let queuedBytes = 0
let socketBytes = 0

syncro.scriber.on('step', () => {
  for (const { uid, connection, queuedBytes: queued } of syncro.sessions) {
    if (uid !== watched) continue
    queuedBytes = Math.max(queuedBytes, queued)
    socketBytes = Math.max(socketBytes, /** @type {import('node:net').Socket} */ (connection).writableLength)
  }
})

syncro.on('session', (session) =>
  session.on('closed', ({ code }) => process.send?.({ type: 'ended', uid: session.uid, code })),
)

/** @type {Record<string, (told: { readonly uid: string }) => object | undefined>} */
const commands = {
  watch({ uid }) {
    watched = uid
    queuedBytes = 0
    socketBytes = 0
    return undefined
  },
  held() {
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    return { queuedBytes, socketBytes, memoryBytes: heapUsed + external }
  },
}

process.on('message', (/** @type {{ type: string, uid: string }} */ told) =>
  process.send?.({ ...commands[told.type]?.(told), type: told.type }),
)
process.on('disconnect', () => process.exit(0))

/** @param {import('node:net').ListenOptions} where */
async function listen(where) {
  const server = createServer((socket) => {
    const session = syncro.accept(socket)
    socket
      .on('data', (bytes) => session.receive(bytes))
      .on('error', (error) => session.close(error))
      .on('close', () => session.close())
  }).listen(where)
  await once(server, 'listening')
  return server.address()
}

await listen({ path })
const address = await listen({ port: 0, host: '127.0.0.1' })
process.send?.({ type: 'listening', port: typeof address === 'object' ? address?.port : undefined })
