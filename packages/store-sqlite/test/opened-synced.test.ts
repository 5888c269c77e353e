import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newPath } from './places.js'

const program = (path: string, level: string) => `
  import { sqlite } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
  const store = sqlite(${JSON.stringify(path)}, { level: '${level}' })
  await store.open()
  if ('${level}' === 'os') await store.keep({ ledger: '0123456789abcdef01234567' })
  process.kill(process.pid, 'SIGKILL')`

const hasStrace = spawnSync('strace', ['-V']).status === 0

// A process that was killed has left what the system has and the disk may lack: that it is synced only its calls tell.
test.skipIf(!hasStrace)('what a store of level disk gives when it is opened is on the disk', () => {
  const path = newPath()
  const run = (level: string, ...tracer: readonly string[]) => {
    const [command, ...args] = [...tracer, process.execPath, '--input-type=module', '-e', program(path, level)]
    spawnSync(command!, args, { stdio: 'inherit' })
  }
  run('os')
  const calls = `${path}.calls`
  run('disk', 'strace', '-f', '-qq', '-o', calls, '-P', `${path}-wal`, '-e', 'trace=fdatasync,fsync')
  expect(readFileSync(calls, 'utf8')).toMatch(/f(data)?sync\(/)
})
