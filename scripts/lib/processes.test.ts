import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { run } from './processes.mjs'

const module = JSON.stringify(fileURLToPath(new URL('./processes.mjs', import.meta.url)))
const node = process.execPath

/**
 * A program that starts another in the background, which holds a connection to us for as long as it lives, and that then
 * does `rest`. The connection's end is the one sign of a death that needs no polling and is not fooled by zombies.
 */
async function family(rest: string) {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const inner = `require('node:net').connect(${port}, '127.0.0.1', () => process.send('connected')).resume()`
  const script = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    ${rest}
  `
  return { script, connected: once(server, 'connection') as Promise<[Socket]> }
}

/** A module that runs a script the way our own scripts do. */
const wrapping = (script: string) => `
  import { endWithUs, run } from ${module}
  endWithUs()
  const { code } = await run(process.execPath, ['-e', ${JSON.stringify(script)}])
  process.exit(code)
`

/** Resolves once the process at the other end is dead. */
async function death(socket: Socket) {
  // A killed process may reset the connection instead of ending it; both are a death.
  socket.on('error', () => {}).resume()
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
}

test('returns the exit code and what was printed', async () => {
  const script = "console.log('out'); console.error('err'); process.exitCode = 3"
  const { code, output } = await run(node, ['-e', script], { output: 'keep' })
  expect(code).toBe(3)
  expect(output).toContain('out\n')
  expect(output).toContain('err\n')
})

test('says which program is not there', async () => {
  const { code, output } = await run('syncro-no-such-program', [], { output: 'keep' })
  expect(code).toBe(127)
  expect(output).toContain('syncro-no-such-program')
})

test.skipIf(process.platform === 'win32')('ends what a program leaves behind', async () => {
  const { script, connected } = await family("child.once('message', () => process.exit(7))")
  const { code } = await run(node, ['-e', script], { output: 'keep' })
  expect(code).toBe(7)
  const [socket] = await connected
  await death(socket)
})

test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'passes %s on and leaves nothing behind',
  async (signal) => {
    const { script, connected } = await family('setInterval(() => {}, 1000)')
    const outer = spawn(node, ['--input-type=module', '-e', wrapping(script)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const ended = once(outer, 'exit')
    const [socket] = await connected
    outer.kill(signal)
    await ended
    await death(socket)
  },
)

test.skipIf(process.platform === 'win32')(
  'ends when the shell that a package manager started it in has died',
  async () => {
    const { script, connected } = await family('setInterval(() => {}, 1000)')
    // The shell waits for the program, since something follows it.
    const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', node, wrapping(script)], {
      stdio: 'ignore',
      env: { ...process.env, npm_lifecycle_event: 'test' },
    })
    const [socket] = await connected
    shell.kill('SIGKILL')
    await death(socket)
  },
)
