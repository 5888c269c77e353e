import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Program, temporaryFolder } from './support.js'

/** A program of the list that keeps its data in a folder. */
function start(program: 'server' | 'client', args: readonly string[], data = temporaryFolder()): Program {
  return new Program(program, [...args, '--data', data])
}

/** A server at a free port, and that port. */
async function startServer(): Promise<{ server: Program; port: string }> {
  const server = start('server', ['--port', '0'])
  const [, port] = await server.says(/listening at tcp:\/\/127\.0\.0\.1:(\d+)/)
  return { server, port: port! }
}

async function startClient(name: string, port: string, data?: string): Promise<Program> {
  const client = start('client', [name, '--port', port], data)
  await client.says(/in step with server/)
  return client
}

/** Each test starts processes, which takes its time on a busy machine. */
describe('the shared list', { timeout: 30_000 }, () => {
  test('shows what the others do, and who does it', async () => {
    const { server, port } = await startServer()
    const [alice, bob] = [await startClient('alice', port), await startClient('bob', port)]
    await server.says(/here: alice, bob/)
    alice.type('add Buy milk')
    await bob.says(/\* alice added "Buy milk"/)
    await server.says(/\* alice added "Buy milk"/)
    bob.type('done 1')
    await alice.says(/\* bob ticked off "Buy milk"/)
    bob.type('edit 1 Buy oat milk')
    await alice.says(/\* bob changed "Buy milk" to "Buy oat milk"/)
    alice.type('list')
    await alice.says(/1\. \[x\] Buy oat milk {2}\(bob\)/)
    bob.type('done 1')
    await alice.says(/\* bob put back "Buy oat milk"/)
    server.type('remove 1')
    await alice.says(/\* server removed "Buy oat milk"/)
    alice.type('list')
    await alice.says(/The list is empty/)
    for (const program of [alice, bob, server]) {
      program.type('quit')
      expect(await program.ended(), program.errors).toBe(0)
      expect(program.output).toMatch(/Goodbye\.\n$/)
    }
  })

  test('shows nothing that others send as a command to the terminal', async () => {
    const { server, port } = await startServer()
    const alice = await startClient('alice', port)
    alice.type('add \u001b[2JBuy\u0007 milk')
    await server.says(/\* alice added "\[2JBuy milk"/)
    server.type('list')
    await server.says(/1\. \[ \] \[2JBuy milk {2}\(alice\)/)
    expect(server.output).not.toContain('\u001b')
  })

  test('goes on offline, and exchanges what was done on both sides', async () => {
    const { server, port } = await startServer()
    const alice = await startClient('alice', port)
    alice.type('offline')
    await server.says(/nobody is here yet[\s\S]*here: alice[\s\S]*nobody is here yet/)
    alice.type('add Read a book')
    alice.type('list')
    await alice.says(/1\. \[ \] Read a book {2}\(alice, unsent\)/)
    server.type('add Buy milk')
    server.type('list')
    await server.says(/1\. \[ \] Buy milk {2}\(server, unsent\)/)
    alice.type('online')
    await server.says(/\* alice added "Read a book"/)
    await alice.says(/\* server added "Buy milk"/)
    await alice.says(/in step[\s\S]*in step/)
    alice.endInput()
    expect(await alice.ended()).toBe(0)
    expect(alice.output).toMatch(/Goodbye\.\n$/)
  })

  test('waits for a server that is not there yet', async () => {
    const env = { SYNCRO_PORT: String(await freePort()), SYNCRO_DATA: temporaryFolder() }
    const alice = new Program('client', ['alice'], env)
    const [, port] = await alice.says(/nobody answers at tcp:\/\/127\.0\.0\.1:(\d+); dialling on/)
    alice.type('add Buy milk')
    const server = start('server', ['--port', port!])
    await server.says(/\* alice added "Buy milk"/)
    await alice.says(/in step with server/)
  })

  test('says what nobody could take before it ends, and has it the next time', async () => {
    const [data, port] = [temporaryFolder(), String(await freePort())]
    const alice = start('client', ['alice', '--port', port], data)
    await alice.says(/nobody answers/)
    alice.type('add Buy milk')
    alice.type('quit')
    expect(await alice.ended()).toBe(0)
    expect(alice.output).toContain(`Nobody has taken one of your changes yet. It is kept in ${data} for the next time.`)
    const again = start('client', ['alice', '--port', port], data)
    await again.says(/nobody answers/)
    again.type('done 1')
    again.type('list')
    await again.says(/1\. \[x\] Buy milk {2}\(alice, unsent\)/)
  })

  test('keeps nothing where that is wished, and says what is lost by it', async () => {
    const data = temporaryFolder()
    const env = { SYNCRO_DATA: data }
    const alice = new Program('client', ['alice', '--port', String(await freePort()), '--data', 'none'], env)
    await alice.says(/nobody answers/)
    alice.type('add Buy milk')
    alice.type('quit')
    expect(await alice.ended()).toBe(0)
    expect(alice.output).toContain('Nobody has taken one of your changes, and you keep nothing on disk')
    expect(readdirSync(data)).toEqual([])
  })

  test('brings what was typed offline to the others after it was killed and started again', async () => {
    const [data, port] = [temporaryFolder(), String(await freePort())]
    const alice = start('client', ['alice', '--port', port], data)
    await alice.says(/nobody answers/)
    alice.type('add Buy milk')
    await vi.waitFor(() => expect(written(join(data, 'alice.db'))).toContain('Buy milk'), { timeout: 10_000 })
    alice.kill('SIGKILL')
    expect(await alice.ended()).toBe('SIGKILL')

    const again = start('client', ['alice', '--port', port], data)
    await again.says(/nobody answers/)
    again.type('list')
    await again.says(/1\. \[ \] Buy milk {2}\(alice, unsent\)/)

    const server = start('server', ['--port', port])
    await server.says(/\* alice added "Buy milk"/)
    const bob = await startClient('bob', port)
    bob.type('list')
    await bob.says(/1\. \[ \] Buy milk {2}\(alice\)/)
  })

  test('the server has the list again after it was killed', async () => {
    const [data, port] = [temporaryFolder(), String(await freePort())]
    const server = start('server', ['--port', port], data)
    await server.says(/listening/)
    const alice = await startClient('alice', port)
    alice.type('add Buy milk')
    // Goodbye is said when the server has acknowledged it, and it acknowledges what it has stored.
    alice.type('quit')
    expect(await alice.ended()).toBe(0)
    expect(alice.output).toMatch(/Goodbye\.\n$/)
    server.kill('SIGKILL')
    await server.ended()
    const again = start('server', ['--port', port], data)
    await again.says(/listening/)
    again.type('list')
    await again.says(/1\. \[ \] Buy milk {2}\(alice\)/)
  })

  test('refuses to open data that somebody has open, in one sentence', async () => {
    const { port } = await startServer()
    const data = temporaryFolder()
    await startClient('alice', port, data)
    const second = start('client', ['alice', '--port', port], data)
    expect(await second.ended()).toBe(1)
    expect(second.errors).toMatch(/^[^\n]*alice\.db is open already: [^\n.]*\.\n$/)
    expect(second.output).toBe('')
  })

  test('keeps the data of any name in a file of its folder', async () => {
    const { port } = await startServer()
    const data = temporaryFolder()
    await startClient('../a b/ü', port, data)
    expect(existsSync(join(data, '..%2Fa%20b%2F%C3%BC.db'))).toBe(true)
  })

  test('serves on without anybody who types, until it is told to end', async () => {
    const { server, port } = await startServer()
    server.endInput()
    const alice = await startClient('alice', port)
    server.kill('SIGTERM')
    expect(await server.ended()).toBe(0)
    await alice.says(/nobody answers|dialling tcp[\s\S]*dialling tcp/)
  })

  test('refuses what it does not understand, with the commands', async () => {
    const { port } = await startServer()
    const alice = await startClient('alice', port)
    alice.type('dance')
    await alice.says(/"dance" is no command; these are: add TEXT/)
    alice.type('done 7')
    await alice.says(/There is no number 7/)
    alice.type('help')
    await alice.says(/offline +cuts the line/)
  })

  test('says when its port is in use, and what to do', async () => {
    const { port } = await startServer()
    const second = start('server', ['--port', port])
    expect(await second.ended()).toBe(1)
    expect(second.errors).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: somebody listens there already`))
  })

  test.each([
    ['no name', [], /Who are you\?/],
    ['two names', ['alice', 'bob'], /Too many words/],
    ['no port', ['alice', '--port', 'here'], /is no port/],
    ['an unknown option', ['alice', '--prot', '1'], /--prot/],
    ['no folder', ['alice', '--data', ''], /--data takes a folder/],
  ])('refuses to start with %s', async (_, args, reason) => {
    const client = new Program('client', args, { SYNCRO_DATA: temporaryFolder() })
    expect(await client.ended()).toBe(2)
    expect(client.errors).toMatch(reason)
  })
})

/** What a file holds, as text, together with what is written and not yet in its place. */
function written(file: string): string {
  return [file, `${file}-wal`].map((one) => (existsSync(one) ? readFileSync(one, 'latin1') : '')).join()
}

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
