import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Program } from './support.js'

/** A server at a free port, and that port. */
async function startServer(): Promise<{ server: Program; port: string }> {
  const server = new Program('server', ['--port', '0'])
  const [, port] = await server.says(/listening at tcp:\/\/127\.0\.0\.1:(\d+)/)
  return { server, port: port! }
}

async function startClient(name: string, port: string): Promise<Program> {
  const client = new Program('client', [name, '--port', port])
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
    const alice = new Program('client', ['alice'], { SYNCRO_PORT: String(await freePort()) })
    const [, port] = await alice.says(/nobody answers at tcp:\/\/127\.0\.0\.1:(\d+); dialling on/)
    alice.type('add Buy milk')
    const server = new Program('server', ['--port', port!])
    await server.says(/\* alice added "Buy milk"/)
    await alice.says(/in step with server/)
  })

  test('says what is lost when it ends before anybody could take it', async () => {
    const alice = new Program('client', ['alice', '--port', String(await freePort())])
    await alice.says(/nobody answers/)
    alice.type('add Buy milk')
    alice.type('quit')
    expect(await alice.ended()).toBe(0)
    expect(alice.output).toContain('Nobody has taken one of your changes')
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
    const second = new Program('server', ['--port', port])
    expect(await second.ended()).toBe(1)
    expect(second.errors).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: somebody listens there already`))
  })

  test.each([
    ['no name', [], /Who are you\?/],
    ['two names', ['alice', 'bob'], /Too many words/],
    ['no port', ['alice', '--port', 'here'], /is no port/],
    ['an unknown option', ['alice', '--prot', '1'], /--prot/],
  ])('refuses to start with %s', async (_, args, reason) => {
    const client = new Program('client', args)
    expect(await client.ended()).toBe(2)
    expect(client.errors).toMatch(reason)
  })
})

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
