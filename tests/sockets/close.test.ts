/** Whoever has awaited `close()` may end the process: what was recorded before has been delivered. */
import { Syncro } from '@syncro/core'
import { tcp } from '@syncro/transport-net'
import { expect, onTestFinished, test } from 'vitest'
import { Child } from '../processes/child.js'
import type { Plan } from './fault-pipe.js'
import { FaultProxy } from './fault-proxy.js'

const count = 10_000
/** Five seconds by default; more, since this is not about how long a busy machine takes. */
const patienceMs = 60_000

test.each<[string, Plan]>([
  ['at once', {}],
  ['over a slow link', { up: { bytesPerSecond: 1_000_000, delayMs: 20 } }],
])(
  'everything recorded before a close has been delivered when it resolves, %s',
  async (_, plan) => {
    const server = new Syncro({ uid: 'server' })
    onTestFinished(() => server.close())
    const { port } = await server.listen(tcp({ port: 0 }))
    const proxy = await FaultProxy.listening(1, port)
    onTestFinished(() => proxy.close())
    proxy.plan = () => plan
    const program = new URL('./closing.mjs', import.meta.url)
    const client = new Child('client', program, [proxy.port, count, patienceMs].map(String))
    expect(await client.ended).toBe(0)
    expect(server.scriber.ledger.findTable('Item')?.living).toBe(count)
  },
  60_000,
)
