import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect } from 'node:net'
import { webSocket } from '@syncro/transport-ws/client'
import { refuse, webSocketServer } from '@syncro/transport-ws/server'
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ascii, dial, Host, httpServer, Inbox } from './support.js'

/** A class of WebSockets whose requests have these headers. */
function withHeaders(headers: Readonly<Record<string, string>>) {
  return class extends WebSocket {
    constructor(url: string) {
      super(url, { headers })
    }
  }
}

/** What a server answers to a request of HTTP's own. */
async function get(port: number, path = '/'): Promise<{ readonly status: number; readonly text: string }> {
  const [response] = (await once(request({ port, path, agent: false }).end(), 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode!, text }
}

describe('a port', () => {
  test('of 0 is a free one, which it says', async () => {
    const { listening } = await Host.at(webSocketServer({ port: 0 }))
    expect(listening.port).toBeGreaterThan(0)
    expect(listening.address).toBe(`ws://127.0.0.1:${listening.port}/`)
  })

  test('that is in use is refused', async () => {
    const { listening } = await Host.at(webSocketServer({ port: 0 }))
    await expect(webSocketServer({ port: listening.port! }).listen(() => new Inbox())).rejects.toMatchObject({
      name: 'TransportError',
      code: 'SYNCRO_ADDRESS_IN_USE',
      message: expect.stringContaining('port 0'),
    })
  })

  test("of a host that is not this machine's is refused", async () => {
    // 192.0.2.0/24 is kept for documentation: no machine has it.
    await expect(webSocketServer({ host: '192.0.2.1', port: 0 }).listen(() => new Inbox())).rejects.toMatchObject({
      code: 'SYNCRO_ADDRESS_UNAVAILABLE',
    })
  })

  test('tells a browser that it is for WebSockets', async () => {
    const { listening } = await Host.at(webSocketServer({ port: 0 }))
    expect(await get(listening.port!)).toEqual({ status: 426, text: 'This port is for WebSockets.' })
  })

  test('that stops listening does not wait for a request that never ends', async () => {
    const { listening } = await Host.at(webSocketServer({ port: 0 }))
    const socket = connect(listening.port!, '127.0.0.1').on('error', () => undefined)
    await new Promise<void>((resolve) => socket.write('GET / HTTP/1.1\r\n', () => resolve()))
    const gone = new Promise((resolve) => socket.resume().once('close', resolve))
    await listening.close()
    await gone
  })
})

describe('an http server', () => {
  test('goes on with its pages while WebSockets are taken at a path, and afterwards', async () => {
    const { server, port } = await httpServer()
    const host = await Host.at(webSocketServer({ server, path: '/sync' }))
    expect(host.listening).toMatchObject({ address: `ws://127.0.0.1:${port}/sync`, port })
    const { connection, inbox } = await dial(webSocket(`http://127.0.0.1:${port}/sync?x=1`))
    connection.write(ascii('hello'))
    expect(await (await host.end()).inbox.text(5)).toBe('hello')
    expect((await get(port, '/about')).text).toBe('a page at /about')
    await host.listening.close()
    expect(await inbox.closed).toBeUndefined()
    expect((await get(port, '/about')).text).toBe('a page at /about')
    expect(server.listenerCount('upgrade')).toBe(0)
  })

  test('has as many listeners as paths, and each path one', async () => {
    const { server, port } = await httpServer()
    const hosts = [
      await Host.at(webSocketServer({ server, path: '/a' })),
      await Host.at(webSocketServer({ server, path: '/b' })),
    ]
    await dial(webSocket(`ws://127.0.0.1:${port}/b`))
    expect((await hosts[1]!.end()).peer.local).toBe(true)
    expect(hosts[0]!.ends).toEqual([])
    await expect(webSocketServer({ server, path: '/b' }).listen(() => new Inbox())).rejects.toMatchObject({
      code: 'SYNCRO_ADDRESS_IN_USE',
      message: expect.stringContaining('/b'),
    })
    await hosts[1]!.listening.close()
    const again = await Host.at(webSocketServer({ server, path: '/b' }))
    await dial(webSocket(`ws://127.0.0.1:${port}/b`))
    await again.end()
  })

  test('may have WebSockets of others at other paths', async () => {
    const { server, port } = await httpServer()
    await Host.at(webSocketServer({ server, path: '/sync' }))
    const others = new WebSocketServer({ noServer: true })
    server.on('upgrade', (incoming, socket, head) => {
      if (incoming.url === '/other') others.handleUpgrade(incoming, socket, head, (theirs) => theirs.send('theirs'))
    })
    const { inbox } = await dial(webSocket(`ws://127.0.0.1:${port}/other`))
    expect(await inbox.text(6)).toBe('theirs')
    others.close()
  })

  test('that does not listen yet has no address to dial, and has one once it does', async () => {
    const server = createHttpsServer()
    onTestFinished(() => void server.close())
    const { listening } = await Host.at(webSocketServer({ server, path: '/sync' }))
    expect(listening.address).toBe('ws://(http server)/sync')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(listening.address).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/sync$/)
  })
})

describe('onUpgrade', () => {
  test('sees the request, and what it returns is there for whoever authenticates', async () => {
    const server = webSocketServer({
      port: 0,
      onUpgrade: async ({ headers }) => (headers.cookie === undefined ? refuse(401) : { user: headers.cookie }),
    })
    expectTypeOf(server.contextOf).returns.toEqualTypeOf<{ user: string } | undefined>()
    const host = await Host.at(server)
    await dial(webSocket({ url: host.listening.address, WebSocket: withHeaders({ cookie: 'alice' }) }))
    const { peer } = await host.end()
    expect(server.contextOf(peer)).toEqual({ user: 'alice' })
    expect(server.contextOf({ ...peer })).toBeUndefined()
    expect(server.contextOf(undefined)).toBeUndefined()
    await expect(dial(webSocket({ url: host.listening.address, WebSocket }))).rejects.toMatchObject({
      message: expect.stringContaining('HTTP 401'),
    })
    expect(host.ends).toHaveLength(1)
  })

  test.each([
    ['throws', () => Promise.reject(new Error('no database'))],
    [
      'throws at once',
      () => {
        throw new Error('no database')
      },
    ],
  ])('that %s refuses with 500, and is told', async (_, onUpgrade: () => Promise<string>) => {
    const told: unknown[] = []
    const host = await Host.at(webSocketServer({ port: 0, onUpgrade, onError: (error) => told.push(error) }))
    await expect(dial(webSocket({ url: host.listening.address, WebSocket }))).rejects.toMatchObject({
      message: expect.stringContaining('HTTP 500'),
    })
    expect(told).toEqual([new Error('no database')])
  })

  test('that has not decided when the listener stops accepts nobody', async () => {
    let asked: (() => void) | undefined
    let decide: ((context: string) => void) | undefined
    const asking = new Promise<void>((resolve) => {
      asked = resolve
    })
    const onUpgrade = () => {
      asked?.()
      return new Promise<string>((resolve) => {
        decide = resolve
      })
    }
    const host = await Host.at(webSocketServer({ port: 0, onUpgrade }))
    const rejected = expect(dial(webSocket({ url: host.listening.address, WebSocket }))).rejects.toMatchObject({
      code: 'SYNCRO_CONNECTION_REFUSED',
    })
    await asking
    await host.listening.close()
    decide?.('alice')
    await rejected
    expect(host.ends).toEqual([])
  })

  test.each([99, 200, 399, 600, 401.5])('cannot refuse with %d', (status) => {
    expect(() => refuse(status)).toThrow(RangeError)
  })
})

describe('a page', () => {
  const dialFrom = (origin: string, url: string) => dial(webSocket({ url, WebSocket: withHeaders({ origin }) }))

  test('of the host that is dialled may connect, one of another may not', async () => {
    const host = await Host.at(webSocketServer({ port: 0 }))
    const { address, port } = host.listening
    await dialFrom(`http://127.0.0.1:${port}`, address)
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${port}.evil.example`,
      'http://127.0.0.1:1',
    ])
      await expect(dialFrom(origin, address)).rejects.toMatchObject({ message: expect.stringContaining('HTTP 403') })
    expect(host.ends).toHaveLength(1)
  })

  test('of a listed origin may connect as well, and of any with *', async () => {
    const listed = await Host.at(webSocketServer({ port: 0, origins: ['https://app.example'] }))
    await dialFrom('https://app.example', listed.listening.address)
    await expect(dialFrom('http://app.example', listed.listening.address)).rejects.toThrow('HTTP 403')
    const open = await Host.at(webSocketServer({ port: 0, origins: '*' }))
    await dialFrom('null', open.listening.address)
  })
})

describe('a peer', () => {
  test.each([
    ['that dials this machine is local', {}, true],
    ['that comes through a proxy is not local', { 'x-forwarded-for': '192.0.2.7' }, false],
    ['that calls this machine by a name of its own is not local', { host: 'evil.example' }, false],
  ])('%s', async (_, headers, local) => {
    const host = await Host.at(webSocketServer({ port: 0 }))
    await dial(webSocket({ url: host.listening.address, WebSocket: withHeaders(headers) }))
    expect((await host.end()).peer).toEqual({ address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), local })
  })
})

describe('a listener', () => {
  test('ends its connections when it closes, and says so when all have ended', async () => {
    const host = await Host.at(webSocketServer({ port: 0 }))
    const near = await dial(webSocket(host.listening.address))
    const far = await host.end()
    far.connection.write(ascii('last words'))
    const closed = host.listening.close()
    expect(host.listening.close()).toBe(closed)
    await closed
    expect(far.inbox.closes).toEqual([undefined])
    expect(await near.inbox.closed).toBeUndefined()
    expect(await near.inbox.text(0)).toBe('last words')
  })

  test('refuses connections over maxConnections, and takes others when there is room again', async () => {
    const host = await Host.at(webSocketServer({ port: 0, maxConnections: 2 }))
    const transport = webSocket({ url: host.listening.address, WebSocket })
    const near = [await dial(transport), await dial(transport)]
    await expect(dial(transport)).rejects.toMatchObject({ message: expect.stringContaining('HTTP 503') })
    near[0]?.connection.close?.()
    await (await host.end(0)).inbox.closed
    await dial(transport)
    await host.end(2)
  })

  test('goes on when whoever accepts throws, and tells it', async () => {
    const thrown = new Error('not you')
    const told: unknown[] = []
    const listening = await webSocketServer({ port: 0, onError: (error) => told.push(error) }).listen(() => {
      throw thrown
    })
    onTestFinished(() => listening.close())
    for (let times = 0; times < 2; times++) await (await dial(webSocket(listening.address))).inbox.closed
    expect(told).toEqual([thrown, thrown])
  })

  test('survives what is no proper request for a WebSocket', async () => {
    const host = await Host.at(webSocketServer({ port: 0 }))
    const asked = request({ port: host.listening.port!, headers: { connection: 'Upgrade', upgrade: 'h2c' } }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(400)
    const socket = connect(host.listening.port!, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.resetAndDestroy()
    await dial(webSocket(host.listening.address))
    await host.end()
  })
})

test.each([
  ['a port over 65,535', { port: 65_536 }, 'SYNCRO_ADDRESS_INVALID'],
  ['neither port nor server', {}, 'SYNCRO_ADDRESS_INVALID'],
  ['a host without letters', { port: 0, host: '' }, 'SYNCRO_ADDRESS_INVALID'],
  ['a path that begins nowhere', { port: 0, path: 'sync' }, 'SYNCRO_ADDRESS_INVALID'],
  ['a path that asks something', { port: 0, path: '/sync?a' }, 'SYNCRO_ADDRESS_INVALID'],
  ['a port beside a server', { port: 0, server: {} }, 'SYNCRO_OPTION_INVALID'],
  ['an origin with a path', { port: 0, origins: ['https://example.org/'] }, 'SYNCRO_OPTION_INVALID'],
  ['a maxConnections of 0', { port: 0, maxConnections: 0 }, 'SYNCRO_OPTION_INVALID'],
])('%s is refused', (_, options, code) => {
  expect(() => webSocketServer(options as { port: number })).toThrow(
    expect.objectContaining({ name: 'TransportError', code }),
  )
})
