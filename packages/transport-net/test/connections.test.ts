import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tcp } from '@syncro/transport-net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ascii, dial, Host, Inbox } from './support.js'

/** A server of plain sockets, whose half of a connection the test plays by hand. */
async function plainServer(allowHalfOpen = false): Promise<{ port: number; socket: Promise<Socket> }> {
  const server: Server = createServer({ allowHalfOpen })
  const socket = once(server, 'connection').then(([accepted]) => {
    onTestFinished(() => void (accepted as Socket).destroy())
    return accepted as Socket
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, socket }
}

/** A client of plain sockets. */
async function plainClient(port: number, allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

describe('bytes', () => {
  test('arrive whole and in order when they come one by one', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const socket = await plainClient(host.listening.port!)
    const text = 'one byte at a time, as a bad line would'
    socket.setNoDelay(true)
    for (const byte of ascii(text)) await new Promise((resolve) => socket.write(Uint8Array.of(byte), resolve))
    const { inbox } = await host.end()
    expect(await inbox.text(text.length)).toBe(text)
  })

  test('that were written before closing all arrive before the end', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const { connection, inbox } = await dial(tcp({ port: host.listening.port! }))
    const megabyte = new Uint8Array(1_048_576).fill(7)
    for (let written = 0; written < 8; written++) connection.write(megabyte)
    connection.close?.()
    const far = (await host.end()).inbox
    expect(await far.closed).toBeUndefined()
    expect(far.length).toBe(8 * megabyte.length)
    expect(await inbox.closed).toBeUndefined()
  })

  test('are not written after the end, and nobody minds', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const { connection, inbox } = await dial(tcp({ port: host.listening.port! }))
    connection.close?.()
    expect(connection.write(ascii('late'))).toBe(true)
    connection.close?.()
    expect(await inbox.closed).toBeUndefined()
    expect(connection.write(ascii('later'))).toBe(true)
    const far = (await host.end()).inbox
    await far.closed
    expect(far.length).toBe(0)
  })

  test('that still come after our close are dropped', async () => {
    const plain = await plainServer(true)
    const { connection, inbox } = await dial(tcp({ port: plain.port }))
    const socket = await plain.socket
    connection.close?.()
    socket.resume()
    await once(socket, 'end')
    socket.end('too late')
    expect(await inbox.closed).toBeUndefined()
    expect(inbox.length).toBe(0)
  })
})

describe('a slow reader', () => {
  test('makes write ask for a pause, and drain ends it', async () => {
    const plain = await plainServer()
    const { connection } = await dial(tcp({ port: plain.port }))
    const socket = await plain.socket
    const chunk = new Uint8Array(65_536)
    let written = 0
    // It ends: buffers of kernels are finite. Two refusals in a row in one tick would prove nothing, so a drain is tried in between.
    let drained = false
    while (!drained) {
      while (connection.write(chunk) !== false) written += chunk.length
      written += chunk.length
      drained = await Promise.race([
        new Promise<boolean>((resolve) => connection.once?.('drain', () => resolve(false))),
        new Promise<boolean>((resolve) => setImmediate(() => setImmediate(() => resolve(true)))),
      ])
    }
    const drain = new Promise<void>((resolve) => connection.once?.('drain', resolve))
    let read = 0
    socket.on('data', (bytes) => {
      read += bytes.length
    })
    await drain
    connection.close?.()
    await once(socket, 'end')
    expect(read).toBe(written)
  })

  test('is not delivered to while it pauses, and misses nothing', async () => {
    const plain = await plainServer()
    const inbox = new Inbox()
    const size = 16_777_216
    let paused = false
    let connection: { resume?(): unknown } | undefined
    await tcp({ port: plain.port }).open((opened) => {
      connection = opened
      return {
        receive(bytes) {
          inbox.receive(bytes)
          if (!paused) opened.pause?.()
          paused = true
        },
        close: (cause) => inbox.close(cause),
      }
    })
    const socket = await plain.socket
    const sent = new Promise<void>((resolve) => socket.end(new Uint8Array(size), () => resolve()))
    await inbox.text(1)
    // More than the kernels' buffers hold was sent, so the sender cannot be done before the reader goes on.
    expect(await Promise.race([sent.then(() => 'sent'), immediates(50).then(() => 'waits')])).toBe('waits')
    expect(inbox.length).toBeLessThan(1_048_576)
    connection?.resume?.()
    await sent
    await inbox.closed
    expect(inbox.length).toBe(size)
  })

  test('that has paused sees the end of a connection that it closes itself', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const { connection, inbox } = await dial(tcp({ port: host.listening.port! }))
    connection.pause?.()
    connection.close?.()
    connection.pause?.()
    expect(await inbox.closed).toBeUndefined()
  })
})

async function immediates(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await new Promise((resolve) => setImmediate(resolve))
}

describe('an end', () => {
  test.each([
    ['the dialling side', 0],
    ['the accepting side', 1],
  ])('by %s is told exactly once on both sides, without a cause', async (_, closer) => {
    const host = await Host.at(tcp({ port: 0 }))
    const near = await dial(tcp({ port: host.listening.port! }))
    const far = await host.end()
    const ends = [near, far]
    ends[closer]!.connection.close?.()
    await Promise.all(ends.map((end) => end.inbox.closed))
    await host.listening.close()
    expect(ends.map((end) => end.inbox.closes)).toEqual([[undefined], [undefined]])
  })

  test('by both sides at once is told exactly once, without a cause', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const near = await dial(tcp({ port: host.listening.port! }))
    const far = await host.end()
    near.connection.close?.()
    far.connection.close?.()
    await Promise.all([near.inbox.closed, far.inbox.closed])
    await host.listening.close()
    expect([near.inbox.closes, far.inbox.closes]).toEqual([[undefined], [undefined]])
  })

  test('of one side ends the other, after what it had written', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const socket = await plainClient(host.listening.port!, true)
    const { connection, inbox } = await host.end()
    connection.write(ascii('goodbye'))
    socket.end()
    const read = new Inbox()
    socket.on('data', (bytes) => read.receive(bytes))
    await once(socket, 'end')
    expect(await read.text(0)).toBe('goodbye')
    expect(await inbox.closed).toBeUndefined()
  })

  test('by a reset is told with a cause', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const socket = await plainClient(host.listening.port!)
    const { inbox } = await host.end()
    socket.resetAndDestroy()
    expect(await inbox.closed).toMatchObject({ name: 'TransportError', code: 'SYNCRO_CONNECTION_LOST' })
    expect(inbox.closes).toHaveLength(1)
  })

  test('by a reset while we write is told with a cause, once', async () => {
    const plain = await plainServer()
    const { connection, inbox } = await dial(tcp({ port: plain.port }))
    const socket = await plain.socket
    connection.write(new Uint8Array(4_194_304))
    socket.resetAndDestroy()
    connection.write(new Uint8Array(4_194_304))
    expect(await inbox.closed).toMatchObject({ code: 'SYNCRO_CONNECTION_LOST' })
    expect(inbox.closes).toHaveLength(1)
  })

  test('that the peer does not answer is made by force after closeTimeoutMs', async () => {
    const plain = await plainServer(true)
    const { connection, inbox } = await dial(tcp({ port: plain.port, closeTimeoutMs: 5 }))
    await plain.socket
    connection.close?.()
    expect(await inbox.closed).toMatchObject({ code: 'SYNCRO_CLOSE_TIMEOUT' })
    expect(inbox.closes).toHaveLength(1)
  })

  test('by a peer that no longer reads is made by force after closeTimeoutMs', async () => {
    const host = await Host.at(tcp({ port: 0, closeTimeoutMs: 5 }))
    const socket = await plainClient(host.listening.port!, true)
    const { connection, inbox } = await host.end()
    connection.write(new Uint8Array(33_554_432))
    socket.pause()
    socket.end()
    expect(await inbox.closed).toMatchObject({ code: 'SYNCRO_CLOSE_TIMEOUT' })
  })

  test('in the tick of opening is told too', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const inbox = new Inbox()
    await tcp({ port: host.listening.port! }).open((connection) => {
      connection.write(ascii('in and out'))
      connection.close?.()
      return inbox
    })
    expect(await inbox.closed).toBeUndefined()
    const far = (await host.end()).inbox
    await far.closed
    expect(await far.text(0)).toBe('in and out')
  })
})
