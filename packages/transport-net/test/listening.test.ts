import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tcp, unix } from '@syncro/transport-net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ascii, dial, Host, Inbox, temporaryDirectory } from './support.js'

describe('a listener', () => {
  test('at port 0 says which port it got', async () => {
    const { listening } = await Host.at(tcp({ port: 0 }))
    expect(listening.port).toBeGreaterThan(0)
    expect(listening.address).toBe(`tcp://127.0.0.1:${listening.port}`)
  })

  test('rejects when its port is in use', async () => {
    const { listening } = await Host.at(tcp({ port: 0 }))
    await expect(tcp({ port: listening.port! }).listen(() => new Inbox())).rejects.toMatchObject({
      name: 'TransportError',
      code: 'SYNCRO_ADDRESS_IN_USE',
      message: expect.stringContaining('port 0'),
    })
  })

  test("rejects an address that is not this machine's", async () => {
    // 192.0.2.0/24 is kept for documentation: no machine has it.
    await expect(tcp({ host: '192.0.2.1', port: 0 }).listen(() => new Inbox())).rejects.toMatchObject({
      code: 'SYNCRO_ADDRESS_UNAVAILABLE',
    })
  })

  test('says where a peer is and that it is local', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    await dial(tcp({ port: host.listening.port! }))
    expect((await host.end()).peer).toEqual({ address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), local: true })
    const path = join(temporaryDirectory(), 'a.sock')
    const files = await Host.at(unix({ path }))
    await dial(unix({ path }))
    expect((await files.end()).peer).toEqual({ address: path, local: true })
  })

  test('ends its connections when it closes, and says so when all have ended', async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const near = await dial(tcp({ port: host.listening.port! }))
    const far = await host.end()
    far.connection.write(ascii('last words'))
    const closed = host.listening.close()
    expect(host.listening.close()).toBe(closed)
    await closed
    expect(far.inbox.closes).toEqual([undefined])
    expect(await near.inbox.closed).toBeUndefined()
    expect(await near.inbox.text(0)).toBe('last words')
    await expect(dial(tcp({ port: host.listening.port! }))).rejects.toMatchObject({ code: 'SYNCRO_CONNECTION_REFUSED' })
  })

  test('takes a thousand connections at once, and ends them all', { timeout: 30_000 }, async () => {
    const host = await Host.at(tcp({ port: 0 }))
    const transport = tcp({ port: host.listening.port! })
    const near = await Promise.all(Array.from({ length: 1_000 }, () => dial(transport)))
    const far = await Promise.all(near.map((_, index) => host.end(index)))
    near.forEach((end, index) => {
      end.connection.write(ascii(`number ${index}.`))
    })
    const texts = await Promise.all(far.map((end) => end.inbox.text('number 0.'.length)))
    expect(new Set(texts).size).toBe(1_000)
    await host.listening.close()
    expect(await Promise.all(near.map((end) => end.inbox.closed))).toEqual(near.map(() => undefined))
  })

  test('closes connections over maxConnections and keeps the others', async () => {
    const host = await Host.at(tcp({ port: 0, maxConnections: 2 }))
    const transport = tcp({ port: host.listening.port! })
    const near = [await dial(transport), await dial(transport), await dial(transport)]
    await near[2]?.inbox.closed
    expect(near.map((end) => end.inbox.closes.length)).toEqual([0, 0, 1])
    expect(host.ends).toHaveLength(2)
  })

  test('goes on when whoever accepts throws, and tells it', async () => {
    const thrown = new Error('not you')
    const told: unknown[] = []
    const listening = await tcp({ port: 0, onError: (error) => told.push(error) }).listen(() => {
      throw thrown
    })
    onTestFinished(() => listening.close())
    for (let times = 0; times < 2; times++) await (await dial(tcp(listening.address))).inbox.closed
    expect(told).toEqual([thrown, thrown])
  })
})

describe('a Unix socket', () => {
  test('of a killed process is replaced', async () => {
    const path = join(temporaryDirectory(), 'a.sock')
    const child = fork(
      '-e',
      [`require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.send('ready'))`],
      { execArgv: [] },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child, 'message')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(path)).toBe(true)
    const host = await Host.at(unix({ path }))
    const { connection } = await dial(unix({ path }))
    connection.write(ascii('hello'))
    expect(await (await host.end()).inbox.text(5)).toBe('hello')
  })

  test('that somebody listens on is in use, and stays theirs', async () => {
    const path = join(temporaryDirectory(), 'a.sock')
    const host = await Host.at(unix({ path }))
    await expect(unix({ path }).listen(() => new Inbox())).rejects.toMatchObject({ code: 'SYNCRO_ADDRESS_IN_USE' })
    const { connection } = await dial(unix({ path }))
    connection.write(ascii('still here'))
    // The first connection was the question whether somebody listens.
    expect(await (await host.end(1)).inbox.text(10)).toBe('still here')
  })

  test('does not replace a file of another kind', async () => {
    const path = join(temporaryDirectory(), 'notes.txt')
    writeFileSync(path, 'keep me')
    await expect(unix({ path }).listen(() => new Inbox())).rejects.toMatchObject({ code: 'SYNCRO_ADDRESS_IN_USE' })
    expect(existsSync(path)).toBe(true)
  })

  test('is gone when its listener has closed', async () => {
    const path = join(temporaryDirectory(), 'a.sock')
    const { listening } = await Host.at(unix({ path }))
    await listening.close()
    expect(existsSync(path)).toBe(false)
  })

  test('says when its directory is not there', async () => {
    const path = join(temporaryDirectory(), 'missing', 'a.sock')
    await expect(unix({ path }).listen(() => new Inbox())).rejects.toMatchObject({ code: 'SYNCRO_PATH_NOT_FOUND' })
  })

  test('takes a path as long as the platform does, and refuses one byte more', async () => {
    const limit = process.platform === 'linux' ? 107 : 103
    const directory = temporaryDirectory()
    const longest = join(directory, 'x'.repeat(limit - directory.length - 1))
    expect(longest).toHaveLength(limit)
    await Host.at(unix({ path: longest }))
    expect(existsSync(longest)).toBe(true)
    await dial(unix({ path: longest }))
    expect(() => unix({ path: `${longest}x` })).toThrow(expect.objectContaining({ code: 'SYNCRO_PATH_TOO_LONG' }))
    // Counted in bytes, not in letters.
    expect(() => unix({ path: 'ü'.repeat(60) })).toThrow(expect.objectContaining({ code: 'SYNCRO_PATH_TOO_LONG' }))
  })
})
