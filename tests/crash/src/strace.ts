/** System calls of a writer, by strace: which they are, and what becomes of the nth. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const calls = ['write', 'pwrite64', 'fdatasync', 'fsync', 'ftruncate', 'unlink', 'rename'] as const

/** A call, and which of its name it is in its thread: strace counts so. */
export interface Call {
  readonly name: string
  readonly nth: number
}

/** Why calls cannot be traced here; undefined where they can. */
export function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is for Linux'
  const { error, status } = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', process.execPath, '--version'])
  if (error !== undefined) return 'strace is not installed'
  return status === 0 ? undefined : 'strace may not trace'
}

/** What runs a writer so that its calls on a file are logged. @param fault what is done to one of them. */
export function strace(path: string, log: string, fault?: string): string[] {
  const files = ['', '-wal', '-shm', '-lock'].flatMap((end) => ['-P', path + end])
  const inject = fault === undefined ? [] : ['-e', `inject=${fault}`]
  return ['strace', '-f', '-qq', '-o', log, ...files, '-e', `trace=${calls.join()}`, ...inject]
}

export function logIn(folder: string): string {
  return join(folder, 'calls')
}

/** The calls of a log, in their order. */
export function callsOf(log: string): Call[] {
  const counts = new Map<string, number>()
  const found: Call[] = []
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (name === undefined) continue
    const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1
    counts.set(`${thread} ${name}`, nth)
    found.push({ name, nth })
  }
  return found
}

/** How often a fault was put in: strace counts calls in each thread, so that the nth can come in more than one. */
export function injections(log: string): number {
  return readFileSync(log, 'utf8').split('(INJECTED)').length - 1
}
