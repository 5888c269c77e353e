import { join } from 'node:path'
import { tcp, unix } from '@syncro/transport-net'
import { describe, expect, test } from 'vitest'
import { dial, Host, Inbox, temporaryDirectory } from './support.js'

/** A look-up that never answers: dialling stays where it is until the test ends it. */
const silence = () => {}

/** A port of this machine at which nobody listens any more. */
async function freePort(): Promise<number> {
  const listening = await tcp({ port: 0 }).listen(() => new Inbox())
  await listening.close()
  return listening.port!
}

describe('dialling', () => {
  test('rejects as refused where nobody listens', async () => {
    const port = await freePort()
    await expect(dial(tcp({ port }))).rejects.toMatchObject({
      name: 'TransportError',
      code: 'SYNCRO_CONNECTION_REFUSED',
      address: `tcp://127.0.0.1:${port}`,
    })
    const path = join(temporaryDirectory(), 'nobody.sock')
    await expect(dial(unix({ path }))).rejects.toMatchObject({ code: 'SYNCRO_CONNECTION_REFUSED' })
  })

  test('rejects when the name of the host is not known', async () => {
    const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    const lookup = (_host: string, _options: unknown, answer: (error: Error, address: string) => void) =>
      answer(unknown, '')
    const rejected = dial(tcp({ host: 'nowhere.invalid', port: 1, lookup }))
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_HOST_NOT_FOUND', cause: unknown })
  })

  test('rejects when the host does not answer within connectTimeoutMs', async () => {
    const rejected = dial(tcp({ host: 'slow.invalid', port: 1, lookup: silence, connectTimeoutMs: 5 }))
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_CONNECT_TIMEOUT' })
  })

  test('rejects when its signal has aborted, or aborts before it is through', async () => {
    const reason = new Error('enough')
    const transport = tcp({ host: 'slow.invalid', port: 1, lookup: silence })
    await expect(dial(transport, AbortSignal.abort(reason))).rejects.toMatchObject({
      code: 'SYNCRO_ABORTED',
      cause: reason,
    })
    const controller = new AbortController()
    const rejected = dial(transport, controller.signal)
    controller.abort(reason)
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_ABORTED', cause: reason })
  })

  test('that is aborted while the other side answers leaves nothing open', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const controller = new AbortController()
    const rejected = dial(tcp({ port: host.listening.port! }), controller.signal)
    controller.abort()
    await expect(rejected).rejects.toMatchObject({ code: 'SYNCRO_ABORTED' })
    await host.listening.close()
    await Promise.all(host.ends.map((end) => end.inbox.closed))
  })

  test('does not mind an abort once it is through', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const controller = new AbortController()
    const { connection } = await dial(tcp({ port: host.listening.port! }), controller.signal)
    controller.abort()
    connection.write(Uint8Array.of(1, 2, 3))
    const { inbox } = await host.end()
    await inbox.text(3)
    expect(inbox.closes).toEqual([])
  })

  test('rejects with what attach throws, and ends the connection', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const thrown = new Error('not today')
    const rejected = tcp({ port: host.listening.port! }).open(() => {
      throw thrown
    })
    await expect(rejected).rejects.toBe(thrown)
    await (await host.end()).inbox.closed
  })

  test('takes what a listener says as its address', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    await dial(tcp(host.listening.address))
    const files = await Host.at(unix({ path: join(temporaryDirectory(), 'a.sock') }))
    await dial(unix(files.listening.address))
    expect([host.ends.length, files.ends.length]).toEqual([1, 1])
  })
})

describe('options', () => {
  test.each([
    ['a port that is missing', {}],
    ['a port over 65,535', { port: 65_536 }],
    ['a port below 0', { port: -1 }],
    ['a port that is no whole number', { port: 1.5 }],
    ['a port that is text', { port: '10000' }],
    ['a host without letters', { port: 1, host: '' }],
    ['text that is no address', '127.0.0.1'],
  ])('refuse %s', (_, options) => {
    expect(() => tcp(options as { port: number })).toThrow(expect.objectContaining({ code: 'SYNCRO_ADDRESS_INVALID' }))
  })

  test.each([
    ['a connectTimeoutMs of 0', { port: 1, connectTimeoutMs: 0 }],
    ['a closeTimeoutMs longer than timers take', { port: 1, closeTimeoutMs: 2_147_483_648 }],
    ['a maxConnections of 0', { port: 1, maxConnections: 0 }],
  ])('refuse %s', (_, options) => {
    expect(() => tcp(options)).toThrow(expect.objectContaining({ code: 'SYNCRO_OPTION_INVALID' }))
  })

  test.each([0, 65_535])('take port %i', (port) => {
    expect(tcp({ port }).label).toBe(`tcp://127.0.0.1:${port}`)
  })

  test('refuse to dial port 0', async () => {
    await expect(dial(tcp({ port: 0 }))).rejects.toMatchObject({ code: 'SYNCRO_ADDRESS_INVALID' })
  })

  test.each(['', 'nul\0.sock', undefined])('refuse the path %j', (path) => {
    expect(() => unix({ path: path as string })).toThrow(expect.objectContaining({ code: 'SYNCRO_ADDRESS_INVALID' }))
  })

  test('write an IPv6 address in brackets', () => {
    expect(tcp({ host: '::1', port: 7 }).label).toBe('tcp://[::1]:7')
    expect(tcp('tcp://[::1]:7').label).toBe('tcp://[::1]:7')
  })
})
