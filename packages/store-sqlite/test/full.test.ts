/** A disk without room, for real: the files of a process may grow to so many bytes, and then, it may be, further. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { newPath, reread } from './places.js'

const program = fileURLToPath(new URL('./filling-process.mjs', import.meta.url))

/** The program that changes a limit of a running process; Linux has it. */
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0

/** Runs the program; calls `stalled` when it has said that it is. */
async function fill(path: string, then: 'go on' | 'close', stalled: (pid: number) => void): Promise<string[][]> {
  // A write over the limit is an error then, and no signal.
  const script = `trap '' XFSZ; ulimit -S -f 600; exec "$0" "$@"`
  const child = spawn('sh', ['-c', script, process.execPath, program, path, then], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let said = ''
  let isTold = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (isTold || !said.includes('no-backup')) return
    isTold = true
    stalled(child.pid!)
    child.stdin.end()
  })
  await once(child, 'close')
  return said
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(' '))
}

const numbers = (said: readonly string[][], word: string) =>
  said.filter(([first]) => first === word).map(([, number]) => Number(number))

describe.skipIf(!hasPrlimit)('a disk that is full', () => {
  test('stalls the store, which keeps everything once there is room again', async () => {
    const path = newPath()
    const said = await fill(path, 'go on', (pid) => {
      expect(spawnSync('prlimit', ['--pid', String(pid), '--fsize=unlimited']).status).toBe(0)
    })
    const count = Number(said.at(-1)![1])
    expect(count).toBeGreaterThan(10)
    const story = said.filter(([word]) => word !== 'kept').map((words) => words.join(' '))
    expect(story).toEqual([
      'stalled SYNCRO_STORE_STALLED',
      'no-backup SYNCRO_STORE_STALLED',
      'goes-on',
      `done ${count}`,
    ])
    expect(numbers(said, 'kept')).toEqual(Array.from({ length: count }, (_, at) => at + 1))
    const stall = said.findIndex(([word]) => word === 'stalled')
    const goesOn = said.findIndex(([word]) => word === 'goes-on')
    expect(numbers(said.slice(stall, goesOn), 'kept')).toEqual([])
    const { rows, image } = await reread(path, { classes: [] })
    expect([rows.length, image!.clock]).toEqual([count, count])
  })

  test('is told of when the store is closed, and nothing is lost but what was not kept', async () => {
    const path = newPath()
    const said = await fill(path, 'close', () => undefined)
    const count = Number(said.at(-1)![1])
    const kept = numbers(said, 'kept')
    expect(said).toContainEqual(['close-failed', 'SYNCRO_STORE_STALLED'])
    expect(kept.length).toBeGreaterThan(5)
    expect(numbers(said, 'refused')).toEqual(
      Array.from({ length: count - kept.length }, (_, at) => kept.length + at + 1),
    )
    const { rows, image } = await reread(path, { classes: [] })
    expect([rows.length, image!.clock]).toEqual([kept.length, kept.length])
  })
})
