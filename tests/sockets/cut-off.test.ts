/** However a connection ends, and whoever is not told of it: both sides notice, the client comes back by itself, and nothing is missing. */
import { type Session, Syncro } from '@syncro/core'
import type { Listener, Transport } from '@syncro/protocol'
import { tcp } from '@syncro/transport-net'
import { webSocket } from '@syncro/transport-ws/client'
import { webSocketServer } from '@syncro/transport-ws/server'
import { type TestContext, test } from 'vitest'
import { type Fate, fates } from './fault-pipe.js'
import { FaultProxy } from './fault-proxy.js'

const limits = { heartbeatMs: 150, deadAfterMs: 500, redialFirstMs: 10 }
const records = 100

/** Nobody is told by the network: somebody's patience has to end. */
const silent: readonly Fate[] = ['hole', 'hole-up', 'hole-down', 'half-open-server']

interface Way {
  readonly listener: Listener
  readonly transport: (port: number) => Transport
}

const ways: Readonly<Record<'TCP' | 'a WebSocket', Way>> = {
  TCP: { listener: tcp({ port: 0 }), transport: (port) => tcp({ port }) },
  'a WebSocket': { listener: webSocketServer({ port: 0 }), transport: (port) => webSocket(`ws://127.0.0.1:${port}`) },
}
const cases = (['TCP', 'a WebSocket'] as const).flatMap((name) => fates.map((kind) => [kind, name] as const))

test.concurrent.for(cases)(
  'after a %s of %s both sides notice, and all is there in the end',
  async ([kind, name], context) => {
    const { expect, onTestFinished } = context
    const server = open('server', context)
    const client = open('client', context)
    const { port } = await server.listen(ways[name].listener)
    const proxy = await FaultProxy.listening(1, port)
    onTestFinished(() => proxy.close())
    const fate = { kind, afterBytes: 4000 }
    proxy.plan = () => (proxy.counts.connection === 0 ? { fate } : {})

    const closed = [firstClosed(client), firstClosed(server)]
    const link = client.dial(ways[name].transport(proxy.port), { uid: 'server' })
    await link.ready
    for (let n = 0; n < records; n++) {
      client.record('Note', 'create', `client ${n}`, { text: 'written on the way into the hole' })
      server.record('Note', 'create', `server ${n}`, { text: 'written on the other side of it' })
    }
    const reasons = await Promise.all(closed)
    if (silent.includes(kind)) expect(reasons).toContain('SYNCRO_HEARTBEAT_TIMEOUT')
    await isEven(client)
    expect(proxy.counts[kind]).toBe(1)
    expect(living(client)).toBe(2 * records)
    expect(living(server)).toBe(2 * records)
  },
)

function open(uid: string, { onTestFinished }: TestContext): Syncro {
  const syncro = new Syncro({ uid, limits })
  onTestFinished(() => syncro.close())
  return syncro
}

/** Resolves with the reason of the end of the first session. */
function firstClosed(syncro: Syncro): Promise<string> {
  return new Promise((resolve) => {
    const off = syncro.on('session', (session: Session) => {
      off()
      session.on('closed', ({ code }) => resolve(code))
    })
  })
}

/** Resolves when what either side has is with the other. */
function isEven(client: Syncro): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (client.status === 'live' && client.unsent().length === 0) resolve()
    }
    client.on('changed', look)
    look()
  })
}

function living(syncro: Syncro): number | undefined {
  return syncro.scriber.ledger.findTable('Note')?.living
}
