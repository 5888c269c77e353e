/**
 * 1,000 clients lose their server, go on working, and find it again where it was: first with its data, then without any. They come back by themselves, at
 * the default pace of dialling, and all are equal within a minute. 100 clients without CI set.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Child } from '../processes/child.js'
import { report } from './report.js'

const isFull = process.env['CI'] !== undefined
const crews = isFull ? 3 : 2
const clientsPerCrew = isFull ? 250 : 50
/** How often everybody loses the server, or does not find it, before it comes back. */
const times = isFull ? 3 : 2
/** As if each storm came long after the last, whose failures no longer count: but for that, the pace of dialling is the default. */
const limits = { stableMs: 1 }
/** One in so many works while the server is away. */
const every = 50
/**
 * Not 127.0.0.1: a client that dials a port from the range that it is itself given one from, while nobody listens there, may be given that very port,
 * and the server finds it in use when it comes back.
 */
const host = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'

class World {
  readonly #crews: Child[] = []
  readonly #workers: string[] = []
  readonly #folder: string
  #server: Child | undefined
  #port = 0

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'syncro-storm-'))
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }))
  }

  /** Starts the server where it was, with what is in its file. */
  async serve(file: string): Promise<void> {
    this.#server = new Child('server')
    await this.#server.ask({ type: 'start', clients: [{ uid: 'server', seed: 1, file: join(this.#folder, file) }] })
    const address = { host, port: this.#port }
    this.#port = (await this.#server.ask<{ port: number }>({ type: 'listen', address })).port
  }

  async join(number: number): Promise<void> {
    const crew = new Child(`crew ${number}`)
    const uids = Array.from({ length: clientsPerCrew }, (_, at) => `client ${number}.${at}`)
    this.#crews.push(crew)
    this.#workers.push(...uids.filter((_, at) => at % every === 0))
    await crew.ask({ type: 'start', clients: uids.map((uid, at) => ({ uid, seed: number * 1000 + at, limits })) })
    await crew.ask({ type: 'dial', address: { host, port: this.#port } })
  }

  /** The server is killed, and stays away until everybody has missed it several times. */
  async storm(): Promise<void> {
    await this.#server?.kill()
    const work = { type: 'work', operations: 2, ids: 400, every }
    await Promise.all(this.#crews.map((crew) => crew.ask(work)))
    await Promise.all(this.#crews.map((crew) => crew.ask({ type: 'failed', times })))
  }

  /** Resolves when everybody has what the others did. */
  async even(label: string): Promise<void> {
    const finishes = this.#workers.map((uid) => `${label} ${uid}`)
    await Promise.all(this.#crews.map((crew) => crew.ask({ type: 'finish', label, every })))
    await Promise.all([this.#server!, ...this.#crews].map((child) => child.ask({ type: 'sees', finishes })))
  }

  async digests(): Promise<string[]> {
    const all = [this.#server!, ...this.#crews]
    const told = await Promise.all(all.map((child) => child.ask<{ digests: object }>({ type: 'digest' })))
    return told.flatMap(({ digests }) => Object.values(digests))
  }

  /** Of the clients together, up to now; `serverCpuMs` is that of the server at hand. */
  async usage(): Promise<{ dials: number; clientsCpuMs: number; serverCpuMs: number }> {
    const ask = (child: Child) => child.ask<{ cpuMs: number; dials: number }>({ type: 'usage' })
    const [server, told] = await Promise.all([ask(this.#server!), Promise.all(this.#crews.map(ask))])
    const sum = (which: 'cpuMs' | 'dials') => told.reduce((total, usage) => total + usage[which], 0)
    return { dials: sum('dials'), clientsCpuMs: sum('cpuMs'), serverCpuMs: server.cpuMs }
  }
}

test('whoever has lost the server is back, and all are equal, within a minute of its return', async () => {
  const world = new World()
  await world.serve('first')
  await Promise.all(Array.from({ length: crews }, (_, number) => world.join(number)))
  await world.even('start of')
  for (const file of ['first', 'second']) {
    const before = await world.usage()
    await world.storm()
    const began = performance.now()
    await world.serve(file)
    await world.even(file)
    const tookMs = performance.now() - began
    const { dials, clientsCpuMs, serverCpuMs } = await world.usage()
    report(`${crews * clientsPerCrew} clients, the ${file} server`, {
      tookMs,
      dials: dials - before.dials,
      clientsCpuMs: clientsCpuMs - before.clientsCpuMs,
      serverCpuMs,
    })
    const digests = await world.digests()
    expect(digests.length).toBe(crews * clientsPerCrew + 1)
    expect(new Set(digests).size).toBe(1)
    expect(tookMs).toBeLessThan(60_000)
  }
}, 240_000)
