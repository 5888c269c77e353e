import { once } from 'node:events'
import { type Connection, encodeV1, MAX_FRAME_BYTES } from '@syncro/protocol'
import { webSocket } from '@syncro/transport-ws/client'
import { webSocketServer } from '@syncro/transport-ws/server'
import { describe, expect, test } from 'vitest'
import { ascii, CLASSES, dial, type End, Host, handClient, handServer, Inbox, immediates } from './support.js'

/** An open end of ours, and a WebSocket of the other side's that is played by hand. */
const pairs = [
  ...CLASSES.map(([name, WebSocket]) => [
    `dialled with ${name}`,
    async (options = {}) => {
      const { url, socket } = await handServer()
      const end = await dial(webSocket({ url, WebSocket, ...options }))
      return { end, socket: await socket }
    },
  ]),
  [
    'accepted',
    async (options = {}) => {
      const host = await Host.at(webSocketServer({ port: 0, ...options }))
      const socket = await handClient(host.listening.address)
      return { end: await host.end(), socket }
    },
  ],
] as [string, (options?: { readonly closeTimeoutMs?: number }) => Promise<Pair>][]

interface Pair {
  readonly end: End
  readonly socket: Awaited<ReturnType<typeof handClient>>
}

describe.each(pairs)('a connection that was %s', (_, open) => {
  test('sends JSON as text and everything else as binary, and takes the bytes of both', async () => {
    const { end, socket } = await open()
    const frames: [string, boolean][] = []
    const both = new Promise<void>((resolve) => {
      socket.on('message', (data, isBinary) => {
        if (frames.push([data.toString('latin1'), isBinary]) === 3) resolve()
      })
    })
    const noop = encodeV1({ type: 'noop', id: 2 })
    end.connection.write(noop)
    end.connection.write(Uint8Array.of(16, 1, 2))
    // It begins like JSON, but is no text.
    end.connection.write(Uint8Array.of(0x7b, 0xff, 0xc0))
    await both
    expect(frames).toEqual([
      ['{"type":"noop","id":2}', false],
      ['\x10\x01\x02', true],
      ['{\xff\xc0', true],
    ])
    socket.send('{"type":"noop","id":"ü"}')
    socket.send(Uint8Array.of(255, 0))
    await end.inbox.text(27)
    expect(end.inbox.chunks.map((chunk) => [...chunk])).toEqual([
      [...new TextEncoder().encode('{"type":"noop","id":"ü"}')],
      [255, 0],
    ])
  })

  test.each([
    ['one byte below the limit', -1],
    ['of the limit', 0],
  ])('takes a message %s', async (_, more) => {
    const { end, socket } = await open()
    socket.send(new Uint8Array(MAX_FRAME_BYTES + more))
    await end.inbox.text(MAX_FRAME_BYTES + more)
    expect(end.inbox.chunks).toHaveLength(1)
  })

  test('ends with a message that is one byte over the limit, and does not deliver it', async () => {
    const { end, socket } = await open()
    socket.send(new Uint8Array(MAX_FRAME_BYTES + 1))
    expect(await end.inbox.closed).toMatchObject({ code: 'SYNCRO_FRAME_TOO_LARGE', name: 'TransportError' })
    expect(end.inbox.length).toBe(0)
  })

  test('counts the bytes of text, not its letters', async () => {
    const { end, socket } = await open()
    socket.send('ü'.repeat(MAX_FRAME_BYTES / 2 + 1))
    expect(await end.inbox.closed).toMatchObject({ code: 'SYNCRO_FRAME_TOO_LARGE' })
    expect(end.inbox.length).toBe(0)
  })

  test.each([[1000], [1001], [undefined]])('ends in order when the other side closes it with code %s', async (code) => {
    const { end, socket } = await open()
    socket.send('last words')
    socket.close(code)
    expect(await end.inbox.closed).toBeUndefined()
    expect(await end.inbox.text(0)).toBe('last words')
  })

  test.each([
    [1008, 'your token is old', 'SYNCRO_CONNECTION_LOST', '1008 "your token is old"'],
    [1011, '', 'SYNCRO_CONNECTION_LOST', '(WebSocket code 1011)'],
    [4000, 'x', 'SYNCRO_CONNECTION_LOST', '4000'],
    [1009, '', 'SYNCRO_FRAME_TOO_LARGE', 'raise its limit'],
  ])('says why when the other side closes it with code %i', async (code, reason, expected, text) => {
    const { end, socket } = await open()
    socket.close(code, reason)
    expect(await end.inbox.closed).toMatchObject({ code: expected, message: expect.stringContaining(text) })
  })

  test('is lost when the other side is gone without a word', async () => {
    const { end, socket } = await open()
    socket.terminate()
    expect(await end.inbox.closed).toMatchObject({ name: 'TransportError', code: 'SYNCRO_CONNECTION_LOST' })
    expect(end.connection.write(ascii('late'))).toBe(true)
    end.connection.close?.()
    expect(end.inbox.closes).toHaveLength(1)
  })

  test('is cut off when the other side does not end its own', async () => {
    const { end, socket } = await open({ closeTimeoutMs: 5 })
    // It does not read that it is to end.
    socket.pause()
    end.connection.close?.()
    expect(await end.inbox.closed).toMatchObject({
      code: 'SYNCRO_CLOSE_TIMEOUT',
      message: expect.stringContaining('closeTimeoutMs'),
    })
    expect(end.inbox.closes).toHaveLength(1)
  })

  test('delivers nothing any more once it was closed', async () => {
    const { end, socket } = await open()
    end.connection.close?.()
    socket.send('too late')
    expect(await end.inbox.closed).toBeUndefined()
    expect(end.inbox.length).toBe(0)
  })

  test('asks for a pause while the other side does not read, and tells when it does', async () => {
    const { end, socket } = await open()
    socket.pause()
    const written = await fill(end.connection)
    let read = 0
    socket.on('message', (data) => {
      read += (data as Buffer).length
    })
    const drained = new Promise<void>((resolve) => end.connection.once?.('drain', resolve))
    socket.resume()
    await drained
    end.connection.close?.()
    await once(socket, 'close')
    expect(read).toBe(written)
  })
})

/** Writes until nothing goes any more: buffers of kernels are finite. */
async function fill(connection: Connection): Promise<number> {
  const chunk = new Uint8Array(65_536)
  let written = 0
  for (;;) {
    while (connection.write(chunk) !== false) written += chunk.length
    written += chunk.length
    const drain = new Promise<'drain'>((resolve) => connection.once?.('drain', () => resolve('drain')))
    if ((await Promise.race([drain, immediates(200)])) !== 'drain') return written
  }
}

test('an accepted connection is not delivered to while it pauses, holds the other side up, and misses nothing', async () => {
  const inbox = new Inbox()
  let accepted: Connection | undefined
  const listening = await webSocketServer({ port: 0 }).listen((connection) => {
    accepted = connection
    return {
      receive(bytes) {
        if (inbox.length === 0) connection.pause?.()
        inbox.receive(bytes)
      },
      close: (cause) => inbox.close(cause),
    }
  })
  const socket = await handClient(listening.address)
  const size = 16_777_216
  for (let sent = 0; sent < size; sent += 65_536) socket.send(new Uint8Array(65_536))
  await inbox.text(1)
  await immediates(50)
  // More than the kernels' buffers hold was sent.
  expect(inbox.length).toBeLessThan(size / 2)
  expect(socket.bufferedAmount).toBeGreaterThan(0)
  accepted?.resume?.()
  await inbox.text(size)
  socket.close()
  expect(await inbox.closed).toBeUndefined()
  expect(inbox.length).toBe(size)
  await listening.close()
})

test('a connection that has paused sees the end of one that it closes itself', async () => {
  const host = await Host.at(webSocketServer({ port: 0 }))
  const socket = await handClient(host.listening.address)
  const { connection, inbox } = await host.end()
  connection.pause?.()
  connection.close?.()
  connection.pause?.()
  expect(await inbox.closed).toBeUndefined()
  expect(socket.readyState).not.toBe(socket.OPEN)
})

test.each(CLASSES)('both sides of one that was dialled with %s may close it at once', async (_, WebSocket) => {
  const host = await Host.at(webSocketServer({ port: 0 }))
  const near = await dial(webSocket({ url: host.listening.address, WebSocket }))
  const far = await host.end()
  near.connection.close?.()
  far.connection.close?.()
  await Promise.all([near.inbox.closed, far.inbox.closed])
  expect([near.inbox.closes, far.inbox.closes]).toEqual([[undefined], [undefined]])
})
