/**
 * Short lives of a file, the same each time, for faults at each of their system calls: a new file, one that is recovered and changes, and one
 * whose log is full.
 */
import { copyFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sqlite } from '@syncro/store-sqlite'
import { classesOf } from './classes.js'
import { History } from './history.js'
import type { Order } from './order.js'
import { Place } from './place.js'
import { type Call, callsOf, logIn, strace } from './strace.js'
import { WriterProcess } from './writer-process.js'

export interface Scene {
  readonly name: string
  readonly calls: readonly Call[]
  /** What a writer is to do in a folder, which is filled for it. */
  set(folder: string): Promise<{ readonly place: Place; readonly order: Order }>
}

interface Script {
  readonly name: string
  /** Bytes in the log when the writer before was killed; absent for a new file. */
  readonly logBytes?: number
  /** Of the classes that the writer declares; the one before declared the first. */
  readonly version: number
  readonly count: number
  readonly compactEvery?: number
}

/** SQLite moves what is in the log into the file once there are so many pages in it. */
const fullLogBytes = 1_000 * 4_120

const scripts: readonly Script[] = [
  { name: 'a new file', version: 0, count: 4 },
  { name: 'a file recovered and changed', logBytes: 200_000, version: 2, count: 3 },
  { name: 'a file with a full log', logBytes: fullLogBytes - 30_000, version: 0, count: 6 },
  { name: 'a file that is compacted', logBytes: 100_000, version: 0, count: 2, compactEvery: 1 },
]

/** @param folder for what the scenes begin with. */
export async function makeScenes(folder: string, seed: number): Promise<readonly Scene[]> {
  const scenes: Scene[] = []
  for (const [at, script] of scripts.entries()) {
    const own = join(folder, `scene ${at}`)
    mkdirSync(own)
    scenes.push(await makeScene(own, script, seed))
  }
  return scenes
}

async function makeScene(folder: string, { name, logBytes, ...script }: Script, seed: number): Promise<Scene> {
  const before = logBytes === undefined ? undefined : await fill(folder, seed, logBytes)
  const set = async (own: string) => {
    const place = new Place(own, seed)
    const { path } = place
    if (before !== undefined) {
      copyFiles(before.path, path)
      await place.check(before.number, 0)
    }
    return { place, order: { path, level: 'disk', seed, inFlight: 1, ...script } as const }
  }
  const own = join(folder, 'reference')
  mkdirSync(own)
  const { order } = await set(own)
  const writer = new WriterProcess(order, strace(order.path, logIn(own)))
  const { code } = await writer.ended
  if (code !== 0) throw new Error(`strace ended with ${code} where nothing was to go wrong: ${writer.said.join('; ')}`)
  return { name, calls: callsOf(logIn(own)), set }
}

/** Writes a file until its log is so long, and takes it as a kill at that moment leaves it. */
async function fill(folder: string, seed: number, logBytes: number) {
  const path = join(folder, 'data.db')
  const left = join(folder, 'left.db')
  const store = sqlite(path, { level: 'os' })
  for (const declared of classesOf(0)) store.declare(declared)
  await store.open()
  const history = new History(seed)
  while (statSync(`${path}-wal`).size < logBytes) await store.keep(history.next())
  copyFiles(path, left)
  await store.close()
  return { path: left, number: history.number }
}

function copyFiles(from: string, to: string): void {
  for (const end of ['', '-wal', '-shm']) copyFileSync(from + end, to + end)
}
