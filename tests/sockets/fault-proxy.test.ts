/** The bad network is as bad as it says, and no worse. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Plan } from './fault-pipe.js'
import { FaultProxy } from './fault-proxy.js'

const seed = 7
const text = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 251))

/** One side of a connection, with what it has read. */
class End {
  readonly socket: Socket
  readonly chunks: Buffer[] = []
  /** Resolves when the other side has ended, in order or not: Node reads a reset that comes together with bytes as their end. */
  readonly ended: Promise<unknown>
  #changed = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    this.ended = new Promise((resolve) => socket.once('end', resolve).once('error', resolve))
    socket.on('data', (bytes) => {
      this.chunks.push(bytes)
      this.#changed()
    })
  }

  get read(): Buffer {
    return Buffer.concat(this.chunks)
  }

  async has(bytes: number): Promise<void> {
    while (this.read.length < bytes)
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
  }
}

/** A server, a proxy before it that does as the plan says, and what connects them. */
async function network(plan: Plan) {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await FaultProxy.listening(seed, (server.address() as AddressInfo).port)
  proxy.plan = () => plan
  onTestFinished(async () => {
    await proxy.close()
    server.close()
  })
  const dial = () => new End(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
  const pair = async () => {
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const client = dial()
    const [socket] = await accepted
    return { client, server: new End(socket) }
  }
  return { proxy, dial, pair }
}

test('bytes and ends go through as they are, each direction for itself', async () => {
  const { proxy, pair } = await network({})
  const { client, server } = await pair()
  client.socket.end(text)
  await once(server.socket, 'end')
  expect(server.read).toEqual(text)
  server.socket.end('and back')
  await once(client.socket, 'end')
  expect(client.read.toString()).toBe('and back')
  expect(proxy.counts).toMatchObject({ connection: 1, refuse: 0, pieces: 0, reset: 0 })
})

test('pieces are many and hold the same bytes', async () => {
  const { proxy, pair } = await network({ up: { pieceBytes: 100 } })
  const { client, server } = await pair()
  client.socket.write(text)
  await server.has(text.length)
  expect(server.read).toEqual(text)
  expect(server.chunks.length).toBeGreaterThan(10)
  expect(proxy.counts.pieces).toBe(1)
})

test.each<[string, Plan]>([
  ['a delay holds', { up: { delayMs: 60 } }],
  ['a slow link holds', { up: { bytesPerSecond: text.length * 16 } }],
])('%s bytes up for as long as it says, at least', async (_, plan) => {
  const { client, server } = await (await network(plan)).pair()
  const began = performance.now()
  client.socket.write(text)
  await server.has(text.length)
  // A timer may be early by its rounding.
  expect(performance.now() - began).toBeGreaterThan(55)
  expect(server.read).toEqual(text)
})

test('a reset comes after so many bytes, for both sides', async () => {
  const { proxy, pair } = await network({ fate: { kind: 'reset', afterBytes: 1234 } })
  const { client, server } = await pair()
  client.socket.write(text)
  await Promise.all([client.ended, server.ended])
  expect(server.read.length).toBeLessThanOrEqual(1234)
  expect(server.read).toEqual(text.subarray(0, server.read.length))
  expect(proxy.counts.reset).toBe(1)
})

test('a hole in one direction swallows what goes there, and the end', async () => {
  const { proxy, pair } = await network({ fate: { kind: 'hole-up', afterBytes: 1234 } })
  const { client, server } = await pair()
  client.socket.end(text)
  await server.has(1234)
  server.socket.end('still there')
  await client.ended
  expect(client.read.toString()).toBe('still there')
  expect(server.read).toEqual(text.subarray(0, 1234))
  expect(server.socket.readableEnded).toBe(false)
  expect(proxy.counts['hole-up']).toBe(1)
})

test('a hole swallows both directions and tells nobody, and the next connection goes through', async () => {
  const { proxy, pair } = await network({ fate: { kind: 'hole', afterBytes: 10 } })
  const { client, server } = await pair()
  client.socket.write(text)
  await server.has(10)
  server.socket.write(text)
  client.socket.destroy()
  await once(client.socket, 'close')
  proxy.plan = () => ({})
  const next = await pair()
  next.client.socket.end(text)
  await once(next.server.socket, 'end')
  expect(next.server.read).toEqual(text)
  expect(client.read.length).toBe(0)
  expect(server.read.length).toBe(10)
  expect(server.socket.destroyed).toBe(false)
  expect(proxy.open).toBe(2)
})

test.each(['client', 'server'] as const)('half open: the %s is reset, and the other is not told', async (side) => {
  const { proxy, pair } = await network({ fate: { kind: `half-open-${side}`, afterBytes: 10 } })
  const ends = await pair()
  const other = side === 'client' ? ends.server : ends.client
  ends.client.socket.write(text)
  await ends[side].ended
  await new Promise((resolve) => other.socket.write(text, resolve))
  expect(other.socket.destroyed).toBe(false)
  expect(proxy.open).toBe(1)
})

test('a connection is reset as it comes where the plan says so, and while there is no server', async () => {
  const { proxy, dial } = await network({ refuse: true })
  await dial().ended
  proxy.plan = () => ({})
  proxy.target = undefined
  await dial().ended
  expect(proxy.counts).toMatchObject({ connection: 2, refuse: 2 })
})

test('a reset by one side is a reset of the other', async () => {
  const { pair } = await network({})
  const { client, server } = await pair()
  client.socket.write('x')
  await server.has(1)
  server.socket.resetAndDestroy()
  expect(await client.ended).toMatchObject({ code: 'ECONNRESET' })
})
