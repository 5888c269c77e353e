import { webSocket } from '@syncro/transport-ws/client'
import { refuse, webSocketServer } from '@syncro/transport-ws/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { CLASSES, dial, Host, httpServer, tcpServer } from './support.js'

describe.each(CLASSES)('dialling with %s', (name, WebSocket) => {
  /** What a browser's does not tell is that nobody is there. */
  const known = name === 'ws'

  test('rejects where nobody listens', async () => {
    const host = await Host.at(webSocketServer({ port: 0 }))
    await host.listening.close()
    await expect(dial(webSocket({ url: host.listening.address, WebSocket }))).rejects.toMatchObject({
      name: 'TransportError',
      code: 'SYNCRO_CONNECTION_REFUSED',
      address: host.listening.address,
      message: expect.stringContaining(known ? 'nobody listens there' : 'does not say why'),
    })
  })

  test('rejects where a server refuses, and says with which status if that can be known', async () => {
    const host = await Host.at(webSocketServer({ port: 0, onUpgrade: () => refuse(401, 'Who are you?') }))
    await expect(dial(webSocket({ url: host.listening.address, WebSocket }))).rejects.toMatchObject({
      code: known ? 'SYNCRO_UPGRADE_REFUSED' : 'SYNCRO_CONNECTION_REFUSED',
      message: expect.stringContaining(known ? 'HTTP 401' : 'the server refused'),
    })
    expect(host.ends).toEqual([])
  })

  test('rejects where the path is wrong, on a port for WebSockets and on a page server', async () => {
    const host = await Host.at(webSocketServer({ port: 0, path: '/sync' }))
    const { port } = await httpServer()
    for (const url of [host.listening.address.replace('/sync', '/snyc'), `ws://127.0.0.1:${port}/`])
      await expect(dial(webSocket({ url, WebSocket }))).rejects.toMatchObject({
        code: known ? 'SYNCRO_UPGRADE_REFUSED' : 'SYNCRO_CONNECTION_REFUSED',
      })
  })

  test('rejects where somebody answers who does not speak HTTP', async () => {
    const port = await tcpServer((socket) => socket.end('220 mail.example.org\r\n'))
    await expect(dial(webSocket({ url: `ws://127.0.0.1:${port}/`, WebSocket }))).rejects.toMatchObject({
      code: known ? 'SYNCRO_UPGRADE_REFUSED' : 'SYNCRO_CONNECTION_REFUSED',
    })
  })

  test('rejects when the host does not answer within connectTimeoutMs', async () => {
    const port = await tcpServer((socket) => socket.resume())
    const rejected = dial(webSocket({ url: `ws://127.0.0.1:${port}/`, WebSocket, connectTimeoutMs: 5 }))
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_CONNECT_TIMEOUT' })
  })

  test('that is aborted while it waits rejects, and leaves nothing open', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    let gone: (() => void) | undefined
    const closed = new Promise<void>((resolve) => {
      gone = resolve
    })
    const port = await tcpServer((socket) => {
      socket.resume().once('close', () => gone?.())
      socket.once('data', () => controller.abort(reason))
    })
    const rejected = dial(webSocket({ url: `ws://127.0.0.1:${port}/`, WebSocket }), controller.signal)
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_ABORTED', cause: reason })
    await closed
  })

  test('rejects with what attach throws, and ends the connection', async () => {
    const host = await Host.at(webSocketServer({ port: 0 }))
    const thrown = new Error('not today')
    const rejected = webSocket({ url: host.listening.address, WebSocket }).open(() => {
      throw thrown
    })
    await expect(rejected).rejects.toBe(thrown)
    await (await host.end()).inbox.closed
  })
})

describe('dialling', () => {
  test('does without any option on this platform', async () => {
    const host = await Host.at(webSocketServer({ port: 0 }))
    const { connection } = await dial(webSocket(host.listening.address))
    connection.write(Uint8Array.of(1, 2, 3))
    await (await host.end()).inbox.text(3)
    expect(connection.borders).toBe(true)
  })

  test.each([
    ['ECONNRESET', 'SYNCRO_CONNECTION_REFUSED'],
    ['ENOTFOUND', 'SYNCRO_HOST_NOT_FOUND'],
    ['ENETUNREACH', 'SYNCRO_HOST_UNREACHABLE'],
    ['ETIMEDOUT', 'SYNCRO_CONNECT_TIMEOUT'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SYNCRO_SOCKET_FAILED'],
  ])('says what %s means where the platform passes it on', async (code, expected) => {
    const cause = new Error('failed', { cause: Object.assign(new Error(code), { code }) })
    class Failing extends WebSocket {
      constructor(url: string) {
        super(url)
        this.once('newListener', () => queueMicrotask(() => this.emit('error', cause)))
      }
    }
    const port = await tcpServer((socket) => socket.resume())
    const rejected = dial(webSocket({ url: `ws://127.0.0.1:${port}/`, WebSocket: Failing }))
    await expect(rejected).rejects.toMatchObject({ code: expected, cause })
  })

  test('rejects for good what the platform will not dial', async () => {
    const cause = new Error('An insecure WebSocket connection may not be initiated from a page loaded over HTTPS.')
    class Refusing extends WebSocket {
      constructor(url: string) {
        super(url.replace(/^ws:/, 'nothing:'))
        throw cause
      }
    }
    const rejected = dial(webSocket({ url: 'ws://127.0.0.1:1/', WebSocket: Refusing }))
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_ADDRESS_INVALID' })
  })

  test('rejects when its signal has aborted before', async () => {
    const reason = new Error('enough')
    const rejected = dial(webSocket('ws://127.0.0.1:1/'), AbortSignal.abort(reason))
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_ABORTED', cause: reason })
  })
})

describe('a URL', () => {
  test.each([
    ['ws://example.org', 'ws://example.org/'],
    ['wss://example.org:8080/sync', 'wss://example.org:8080/sync'],
    ['http://example.org/sync', 'ws://example.org/sync'],
    ['https://example.org:443/sync', 'wss://example.org/sync'],
    ['ws://[::1]:7/', 'ws://[::1]:7/'],
    ['wss://alice:secret@example.org/sync?token=secret', 'wss://example.org/sync'],
  ])('may be %s, which is called %s', (url, label) => {
    expect(webSocket(url).label).toBe(label)
    expect(webSocket(new URL(url)).label).toBe(label)
  })

  test.each([
    'example.org',
    '/sync',
    '',
    'ws://',
    'tcp://example.org:1',
    'file:///sync',
    'ws://example.org/#part',
    undefined,
  ])('may not be %j', (url) => {
    expect(() => webSocket({ url: url as string })).toThrow(
      expect.objectContaining({ name: 'TransportError', code: 'SYNCRO_ADDRESS_INVALID' }),
    )
  })

  test('may be relative in a page', () => {
    vi.stubGlobal('location', { href: 'https://example.org/boards/7' })
    onTestFinished(() => void vi.unstubAllGlobals())
    expect(webSocket('/sync').label).toBe('wss://example.org/sync')
  })

  test('goes to the server with what it asks', async () => {
    const asked: unknown[] = []
    const server = webSocketServer({ port: 0, path: '/sync', onUpgrade: ({ url }) => void asked.push(url) })
    const { listening } = await Host.at(server)
    await dial(webSocket(`${listening.address}?token=7`))
    expect(asked).toEqual(['/sync?token=7'])
  })
})

test.each([
  ['a connectTimeoutMs of 0', { connectTimeoutMs: 0 }],
  ['a closeTimeoutMs longer than timers take', { closeTimeoutMs: 2_147_483_648 }],
])('%s is refused', (_, options) => {
  expect(() => webSocket({ url: 'ws://127.0.0.1:1/', ...options })).toThrow(
    expect.objectContaining({ code: 'SYNCRO_OPTION_INVALID' }),
  )
})
