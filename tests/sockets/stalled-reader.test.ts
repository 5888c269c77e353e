/** A client that has stopped reading costs the server no more than its bound, and the others next to nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultCoreLimits } from '@syncro/core'
import { expect, onTestFinished, test } from 'vitest'
import { Child } from '../processes/child.js'
import { report } from './report.js'

const isFull = process.env['CI'] !== undefined
const rounds = isFull ? 9 : 5
const bytes = 16_384
const { maxQueuedBytes, writeBytes } = defaultCoreLimits

interface Held {
  readonly queuedBytes: number
  readonly socketBytes: number
  readonly memoryBytes: number
}

/** A server that is watched, and those who read, write and stall there. */
class Scene {
  readonly server: Child
  readonly #limits: object
  readonly #path: string
  #port = 0
  #written = 0

  private constructor(limits: object) {
    // However slow the machine: who is stalled is kept.
    this.#limits = { deadAfterMs: 600_000, stallMs: 600_000, ...limits }
    const folder = mkdtempSync(join(tmpdir(), 'syncro-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    this.#path = join(folder, 'server.sock')
    const file = new URL('./watched-server.mjs', import.meta.url)
    this.server = new Child('server', file, [this.#path, JSON.stringify(this.#limits)])
  }

  static async of(limits: object): Promise<Scene> {
    const scene = new Scene(limits)
    scene.#port = (await scene.server.heard<{ port: number }>('listening')).port
    return scene
  }

  /** A process of clients that are in step. */
  async crew(name: string, { clients = 1, overTcp = true } = {}): Promise<Child> {
    const crew = new Child(name)
    const uids = Array.from({ length: clients }, (_, at) => `${name} ${at}`)
    await crew.ask({ type: 'start', clients: uids.map((uid, seed) => ({ uid, seed, limits: this.#limits })) })
    await crew.ask({ type: 'dial', address: overTcp ? { port: this.#port } : { path: this.#path } })
    return crew
  }

  /** Streams updates; resolves, with the milliseconds that it took, when the readers have them. */
  async stream(writer: Child, readers: Child, count: number): Promise<number> {
    const began = performance.now()
    const finishes = [this.#finish(++this.#written)]
    writer.tell({ type: 'stream', uid: 'writer 0', id: finishes[0], count, bytes })
    await readers.ask({ type: 'sees', finishes })
    return performance.now() - began
  }

  async stall(stalled: Child): Promise<void> {
    await this.server.ask({ type: 'watch', uid: 'stalled 0' })
    await stalled.ask({ type: 'pause', uid: 'stalled 0' })
  }

  /** Lets it read again, until it has everything. */
  async goOn(stalled: Child): Promise<void> {
    await stalled.ask({ type: 'resume', uid: 'stalled 0' })
    await stalled.ask({ type: 'sees', finishes: [this.#finish(this.#written)] })
  }

  held(): Promise<Held> {
    return this.server.ask<Held>({ type: 'held' })
  }

  #finish(number: number): string {
    return `stream ${number}`
  }
}

test('what is held for a stalled reader is bounded, and it catches up when it reads again', async () => {
  const updates = 1600
  const scene = await Scene.of({})
  const [writer, readers, stalled] = await Promise.all([
    scene.crew('writer'),
    scene.crew('reader'),
    scene.crew('stalled'),
  ])
  await scene.stream(writer, readers, updates / 4)
  const before = await scene.held()
  await scene.stall(stalled)
  // The kernel takes about 4 MB of it.
  await scene.stream(writer, readers, updates)
  const { queuedBytes, socketBytes, memoryBytes } = await scene.held()
  report('held for a stalled reader', { queuedBytes, socketBytes, grownBytes: memoryBytes - before.memoryBytes })
  expect(queuedBytes).toBeGreaterThan(maxQueuedBytes)
  expect(queuedBytes).toBeLessThan(maxQueuedBytes + bytes + 1024)
  expect(socketBytes).toBeLessThan(4 * writeBytes)
  expect(memoryBytes - before.memoryBytes).toBeLessThan((updates * bytes) / 2)
  await scene.goOn(stalled)
}, 120_000)

test('who stalls for too long is cut off, and comes back when it reads again', async () => {
  const scene = await Scene.of({ heartbeatMs: 300, stallMs: 900 })
  const [writer, readers, stalled] = await Promise.all([
    scene.crew('writer'),
    scene.crew('reader'),
    scene.crew('stalled'),
  ])
  await scene.stall(stalled)
  await scene.stream(writer, readers, 448)
  let ended = { uid: '', code: '' }
  // On a busy machine another may be as slow.
  while (ended.uid !== 'stalled 0') ended = await scene.server.heard<typeof ended>('ended')
  expect(ended.code).toBe('SYNCRO_SLOW')
  await scene.goOn(stalled)
}, 120_000)

test('a stalled reader among many does not slow the others by half', async () => {
  const small = 128 * 1024
  const scene = await Scene.of({ maxQueuedBytes: small })
  const [writer, readers, stalled] = await Promise.all([
    scene.crew('writer'),
    scene.crew('reader', { clients: isFull ? 98 : 8 }),
    // The kernel keeps 200 KB for who does not read from a Unix socket, and 4 MB with TCP: so little has to be sent to all.
    scene.crew('stalled', { overTcp: false }),
  ])
  const alone: number[] = []
  const beside: number[] = []
  await scene.stream(writer, readers, 64)
  const isSlower = () => median(beside) > 2 * median(alone)
  // In turns, so that whatever else the machine does falls on both; and longer where it seems to fall on one of them.
  for (let round = 0; round < rounds || (isSlower() && round < 4 * rounds); round++) {
    alone.push(await scene.stream(writer, readers, 64))
    await scene.stall(stalled)
    beside.push(await scene.stream(writer, readers, 64))
    expect((await scene.held()).queuedBytes).toBeGreaterThan(small)
    await scene.goOn(stalled)
  }
  report('milliseconds for the others', { alone, beside })
  expect(isSlower()).toBe(false)
}, 120_000)

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}
