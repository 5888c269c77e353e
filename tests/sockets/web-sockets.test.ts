/** Whole clients over WebSockets: beside pages, through restarts of their server, and with others than ours at the other end. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Link, Syncro } from '@syncro/core'
import { field, Model, synced, t } from '@syncro/model'
import { webSocket } from '@syncro/transport-ws/client'
import { refuse, webSocketServer } from '@syncro/transport-ws/server'
import { expect, onTestFinished, test } from 'vitest'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { when } from './when.js'

function client(uid: string, options: Partial<ConstructorParameters<typeof Syncro>[0]> = {}) {
  @synced({ name: 'Todo' })
  class Todo extends Model {
    @field() accessor title = ''
    @field() accessor done = false
    @field(t.bytes().nullable()) accessor picture: Uint8Array | null = null
  }
  const syncro = new Syncro({ uid, models: [Todo], limits: { redialFirstMs: 1, redialLongestMs: 20 }, ...options })
  onTestFinished(() => syncro.close())
  return { syncro, Todo }
}

/** The code with which a link fails next. */
function failure(link: Link): Promise<unknown> {
  return new Promise((resolve) => {
    const off = link.on('failed', (error) => {
      off()
      resolve((error as Error & { readonly code?: unknown }).code)
    })
  })
}

async function pages() {
  const http = createServer((_request, response) => response.end('the page')).listen(0, '127.0.0.1')
  onTestFinished(() => void http.close().closeAllConnections())
  await once(http, 'listening')
  return { http, port: (http.address() as AddressInfo).port }
}

/** Keeps what each frame was, in both directions of what a WebSocket server takes. */
function framesOf(socket: WebSocket): { readonly isBinary: boolean; readonly text: string }[] {
  const frames: { isBinary: boolean; text: string }[] = []
  socket.on('message', (data: RawData, isBinary) => frames.push({ isBinary, text: data.toString() }))
  return frames
}

test.each(['binary', 'json'] as const)(
  'two clients are in step, in %s, beside the pages of an http server',
  async (encoding) => {
    const { http, port } = await pages()
    const { syncro: server, Todo: Kept } = client('server', { encoding })
    await server.listen(webSocketServer({ server: http, path: '/sync' }))
    const [alice, bob] = [client('alice', { encoding }), client('bob', { encoding })]
    const picture = new Uint8Array(300_000).fill(0x7b)
    const early = alice.Todo.create({ title: 'Buy milk', picture })
    for (const { syncro } of [alice, bob]) await syncro.dial(webSocket(`ws://127.0.0.1:${port}/sync`)).ready
    await when(bob.syncro, () => bob.Todo.find(early.id) !== undefined)
    const theirs = bob.Todo.find(early.id)!
    expect(Buffer.compare(theirs.picture!, picture)).toBe(0)
    theirs.done = true
    await when(alice.syncro, () => early.done)
    expect(Kept.find(early.id)?.done).toBe(true)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('the page')
  },
)

test('a link dials again until its server is back, and catches up', async () => {
  const first = client('server')
  const { port } = await first.syncro.listen(webSocketServer({ port: 0 }))
  const alice = client('alice')
  const link = alice.syncro.dial(webSocket(`ws://127.0.0.1:${port}`))
  await link.ready
  const kept = alice.Todo.create({ title: 'Before' })
  await when(alice.syncro, () => alice.syncro.unsent().length === 0)

  const failed = failure(link)
  await first.syncro.close()
  expect(await failed).toBe('SYNCRO_CLOSED')
  expect(await failure(link)).toBe('SYNCRO_CONNECTION_REFUSED')
  const offline = alice.Todo.create({ title: 'Meanwhile' })

  const second = client('server')
  await second.syncro.listen(webSocketServer({ port: port! }))
  await when(second.syncro, () => second.Todo.find(kept.id) !== undefined && second.Todo.find(offline.id) !== undefined)
  expect(second.Todo.find(offline.id)?.title).toBe('Meanwhile')
})

test('a refused upgrade is no end: the link dials on, and is let in when the server thinks better of it', async () => {
  let isOpen = false
  const { syncro: server } = client('server')
  const door = webSocketServer({ port: 0, onUpgrade: () => (isOpen ? 'somebody' : refuse(403)) })
  const listening = await server.listen(door, { authenticate: ({ peer }) => door.contextOf(peer) === 'somebody' })
  const link = client('alice').syncro.dial(webSocket({ url: listening.address, WebSocket }))
  expect(await failure(link)).toBe('SYNCRO_UPGRADE_REFUSED')
  isOpen = true
  await link.ready
})

test('what onUpgrade returned decides who somebody is', async () => {
  const { syncro: server } = client('server')
  const door = webSocketServer({ port: 0, onUpgrade: ({ url }) => ({ user: url?.split('?')[1] }) })
  const listening = await server.listen(door, { authenticate: ({ uid, peer }) => door.contextOf(peer)?.user === uid })
  await client('alice').syncro.dial(webSocket(`${listening.address}?alice`)).ready
  await expect(client('mallory').syncro.dial(webSocket(`${listening.address}?alice`)).ready).rejects.toMatchObject({
    code: 'SYNCRO_UNAUTHENTICATED',
  })
})

test('an address that the platform will not dial is for good', async () => {
  class Refusing extends WebSocket {
    constructor() {
      super('nothing://')
    }
  }
  const link = client('alice').syncro.dial(webSocket({ url: 'ws://127.0.0.1:1', WebSocket: Refusing }))
  await expect(link.ready).rejects.toMatchObject({ code: 'SYNCRO_ADDRESS_INVALID' })
  expect(link.state).toBe('closed')
})

test('a gem is spoken to in text', async () => {
  const { syncro: server, Todo } = client('server')
  const listening = await webSocketServer({ port: 0 }).listen((connection) => {
    const session = server.accept(connection, { uid: 'gem' })
    return { receive: (bytes) => session.receive(bytes), close: (cause) => session.close(cause) }
  })
  onTestFinished(() => listening.close())
  const gem = new WebSocket(listening.address)
  onTestFinished(() => gem.terminate())
  const frames = framesOf(gem)
  // It has nothing for the server, whose own question it answers.
  gem.on('message', (data) => {
    const { type, id } = JSON.parse(data.toString())
    if (type === 'sync') gem.send(JSON.stringify({ type: 'response', id, result: [] }))
  })
  await once(gem, 'open')
  gem.send('{"type":"sync","from":null,"id":1}')
  gem.send(
    `{"type":"add_scribe","scribe":{"klass":"Todo","type":"create","data":{"id":"7","title":"Grüße"},"id":"1"},"id":2}`,
  )
  await when(server, () => Todo.find('7') !== undefined)
  expect(Todo.find('7')?.title).toBe('Grüße')
  while (!frames.some(({ text }) => text === '{"type":"response","id":2,"result":true}')) await once(gem, 'message')
  expect(frames.filter(({ isBinary }) => isBinary)).toEqual([])
})

test('a client of ours is spoken to in text up to the upgrade, and in binary from then on', async () => {
  const between = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    for (const one of between.clients) one.terminate()
    between.close()
  })
  await once(between, 'listening')
  const { syncro: alice } = client('alice')
  alice.dial(webSocket(`ws://127.0.0.1:${(between.address() as AddressInfo).port}`))
  const [near] = (await once(between, 'connection')) as [WebSocket]
  const said = framesOf(near)
  const other = client('server')
  const session = other.syncro.accept({
    borders: true,
    write: (bytes: Uint8Array) => near.send(bytes, { binary: bytes[0] !== 0x7b }),
  })
  near.on('message', (data: Buffer) => session.receive(data))
  await when(other.syncro, () => session.state === 'live')
  const upgrade = said.findIndex(({ text }) => text.includes('"type":"upgrade"'))
  expect(said.slice(0, upgrade + 1).map(({ isBinary }) => isBinary)).toEqual(Array(upgrade + 1).fill(false))
  expect(said.length).toBeGreaterThan(upgrade + 1)
  expect(said.slice(upgrade + 1).filter(({ isBinary }) => !isBinary)).toEqual([])
})

test('a WebSocket server that is none of ours ends the session with a code, and the link tries again', async () => {
  const chat = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    for (const one of chat.clients) one.terminate()
    chat.close()
  })
  chat.on('connection', (socket) => socket.send('Welcome to the chat!'))
  await once(chat, 'listening')
  const { syncro, Todo } = client('alice')
  const todo = Todo.create({ title: 'Mine' })
  const link = syncro.dial(webSocket(`ws://127.0.0.1:${(chat.address() as AddressInfo).port}`))
  expect(await failure(link)).toBe('SYNCRO_JSON_INVALID')
  await once(chat, 'connection')
  expect(Todo.find(todo.id)?.title).toBe('Mine')
  expect(link.state).not.toBe('closed')
})
