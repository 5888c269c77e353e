/**
 * A server and 20 clients behind a fault proxy, in processes that are killed and come back. The server and half of the clients keep their data in
 * files, so that a kill costs them nothing that they have called synced; the others begin anew.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SeededRandom } from '@syncro/scriber/testing'
import { onTestFinished } from 'vitest'
import { Child } from '../processes/child.js'
import { Accepted, type Row, type Write } from './accepted.js'
import type { FaultProxy } from './fault-proxy.js'

const crews = 5
const clientsPerCrew = 4
/** Few enough for everybody to write where others do. */
export const ids = 300

/** Short enough for a story of seconds to have many of each. */
const limits = {
  handshakeMs: 2000,
  heartbeatMs: 300,
  deadAfterMs: 1000,
  stallMs: 2000,
  redialFirstMs: 20,
  redialLongestMs: 500,
  stableMs: 1000,
  maxQueuedBytes: 32 * 1024,
  chunkBytes: 4 * 1024,
}

/** A victim that is no crew. */
const theServer = -1

export class Story {
  readonly uids = Array.from({ length: crews }, (_, number) => uidsOf(number)).flat()
  readonly accepted = new Accepted()
  readonly counts = { operations: 0, killedCrews: 0, killedServers: 0 }
  readonly #random: SeededRandom
  readonly #proxy: FaultProxy
  readonly #folder: string
  #server: Child | undefined
  readonly #crews: (Child | undefined)[] = Array.from({ length: crews }, () => undefined)
  /** Who is killed next, and in how many ticks. */
  readonly #victims: number[] = []
  #ticksToKill = 20

  constructor(seed: number, proxy: FaultProxy) {
    this.#random = new SeededRandom(seed)
    this.#proxy = proxy
    this.#folder = mkdtempSync(join(tmpdir(), 'syncro-churn-'))
    onTestFinished(() => rmSync(this.#folder, { recursive: true, force: true }))
  }

  /** Whoever was killed comes back. */
  async allReturn(): Promise<void> {
    if (this.#server === undefined) await this.#startServer()
    for (const [number, crew] of this.#crews.entries()) if (crew === undefined) await this.#startCrew(number)
  }

  /** Work, mostly; now and then somebody is killed, or comes back. */
  async tick(): Promise<void> {
    this.#ticksToKill -= 1
    if (this.#ticksToKill === 0) await this.#killNext()
    if (this.#server === undefined && this.#random.chance(0.1)) await this.#startServer()
    for (const [number, crew] of this.#crews.entries()) {
      if (crew === undefined) {
        if (this.#random.chance(0.05)) await this.#startCrew(number)
      } else if (this.#random.chance(0.5)) {
        const operations = 1 + this.#random.below(4)
        crew.tell({ type: 'work', operations, ids })
        this.counts.operations += operations * clientsPerCrew
      }
    }
  }

  /** Resolves when everybody has what the others did. Nobody may be killed any more. */
  async even(): Promise<void> {
    await Promise.all(this.#crews.map((crew) => crew?.ask({ type: 'finish', label: 'end of' })))
    const finishes = this.uids.map((uid) => `end of ${uid}`)
    await Promise.all(this.#everybody.map((child) => child.ask({ type: 'sees', finishes })))
  }

  /** Of the server's state, and of each client's. */
  async digests(): Promise<string[]> {
    const told = await Promise.all(this.#everybody.map((child) => child.ask<{ digests: object }>({ type: 'digest' })))
    return told.flatMap(({ digests }) => Object.values(digests))
  }

  /** What the server holds. */
  async rows(): Promise<Map<string, Row>> {
    return new Map((await this.#server!.ask<{ rows: readonly (readonly [string, Row])[] }>({ type: 'rows' })).rows)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#everybody.map((child) => child.stop()))
  }

  get #everybody(): readonly Child[] {
    return [this.#server, ...this.#crews].filter((child) => child !== undefined)
  }

  async #startServer(): Promise<void> {
    this.#server = new Child('server')
    await this.#server.ask({ type: 'start', clients: [this.#client('server', true)] })
    const { port } = await this.#server.ask<{ port: number }>({ type: 'listen', address: { port: 0 } })
    this.#proxy.target = port
  }

  async #startCrew(number: number): Promise<void> {
    const crew = new Child(`crew ${number}`)
    crew.on('accepted', ({ accepted }) => this.accepted.add(accepted as readonly Write[]))
    const clients = uidsOf(number).map((uid, at) => this.#client(uid, at % 2 === 0))
    await crew.ask({ type: 'start', clients, diaries: true })
    // Nobody waits for the answer: it comes when the network lets it.
    crew.tell({ type: 'dial', address: { port: this.#proxy.port } })
    this.#crews[number] = crew
  }

  /** One or two at once; everybody in turn, in an order that is drawn each time. */
  async #killNext(): Promise<void> {
    this.#ticksToKill = 10 + this.#random.below(25)
    if (this.#victims.length < 2) this.#victims.push(...this.#random.shuffled([theServer, ...this.#crews.keys()]))
    await Promise.all(this.#victims.splice(0, 1 + this.#random.below(2)).map((victim) => this.#kill(victim)))
  }

  async #kill(victim: number): Promise<void> {
    const child = victim === theServer ? this.#server : this.#crews[victim]
    if (child === undefined) return
    if (victim === theServer) {
      this.#server = undefined
      this.#proxy.target = undefined
      this.counts.killedServers += 1
    } else {
      this.#crews[victim] = undefined
      this.counts.killedCrews += 1
    }
    await child.kill()
  }

  #client(uid: string, isKept: boolean) {
    return { uid, seed: this.#random.next(), limits, ...(isKept && { file: join(this.#folder, uid) }) }
  }
}

function uidsOf(crew: number): string[] {
  return Array.from({ length: clientsPerCrew }, (_, at) => `client ${crew}.${at}`)
}
