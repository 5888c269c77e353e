/** A network of machines: who listens where, which ways are blocked, and how it behaves. */
import type { Connection, PeerInfo, Receiver } from '@syncro/protocol'
import type { SeededRandom } from '@syncro/scriber/testing'
import { between, exponential } from '../engine/draw.js'
import type { Engine } from '../engine/engine.js'
import { Attempt, refused } from './attempt.js'
import { type Capabilities, type Conditions, calm, type NetworkContext } from './conditions.js'
import { Host } from './host.js'
import { type End, Line } from './line.js'
import { NetworkError } from './network-error.js'

export interface NetworkOptions {
  readonly engine: Engine
  readonly random: SeededRandom
  readonly capabilities?: Partial<Capabilities>
  readonly conditions?: Partial<Conditions>
  /** Sees what is written, before it leaves. */
  readonly tap?: (end: End, bytes: Uint8Array) => void
  /** Takes what whoever accepts throws. */
  readonly acceptFailed?: (error: unknown) => void
  /** Counts what only the network sees. */
  readonly count?: (what: string) => void
}

type Accepting = (connection: Connection, peer: PeerInfo, end: End) => Receiver

const readingBytesPerSecond = 10_000_000

export class Network implements NetworkContext {
  readonly engine: Engine
  readonly random: SeededRandom
  readonly capabilities: Capabilities
  readonly conditions: Conditions
  readonly count: (what: string) => void
  readonly #tap: NetworkOptions['tap']
  readonly #acceptFailed: (error: unknown) => void
  readonly #listeners = new Map<string, { readonly host: Host; readonly accept: Accepting }>()
  readonly #lines = new Set<Line>()
  readonly #blocked = new Map<string, number>()
  readonly #speeds = new Map<string, number>()
  #numbers = 0

  constructor({ engine, random, capabilities, conditions, tap, acceptFailed, count }: NetworkOptions) {
    this.engine = engine
    this.random = random
    this.capabilities = { borders: false, drain: true, pause: true, ...capabilities }
    this.conditions = { ...calm, ...conditions }
    this.#tap = tap
    this.#acceptFailed = acceptFailed ?? ((error) => engine.fail(error))
    this.count = count ?? (() => undefined)
  }

  /** A process at an address; it may dial at once. */
  host(address: string, owner?: unknown): Host {
    return new Host(this, address, owner)
  }

  /** The connections that are open, the oldest first. */
  get lines(): readonly Line[] {
    for (const line of this.#lines) if (line.dialled.isOver && line.accepted.isOver) this.#lines.delete(line)
    return [...this.#lines].filter((line) => line.isOpen)
  }

  delayMs(): number {
    return 0.05 + exponential(this.random, this.conditions.meanDelayMs)
  }

  bytesPerSecond(to: string): number {
    return this.#speeds.get(to) ?? readingBytesPerSecond
  }

  /** Has a machine read slowly, or, without a speed, as it always did. */
  setSpeed(to: string, bytesPerSecond?: number): void {
    if (bytesPerSecond === undefined) this.#speeds.delete(to)
    else this.#speeds.set(to, bytesPerSecond)
  }

  isBlocked(from: string, to: string): boolean {
    return this.#blocked.size > 0 && (this.#blocked.get(`${from} ${to}`) ?? 0) > 0
  }

  /** Lets nothing through from one machine to another until the result is called. Bytes wait, as they do where a kernel sends them again. */
  block(from: string, to: string): () => void {
    const way = `${from} ${to}`
    this.#blocked.set(way, (this.#blocked.get(way) ?? 0) + 1)
    let isBlocking = true
    return () => {
      if (!isBlocking) return
      isBlocking = false
      const left = this.#blocked.get(way)! - 1
      if (left > 0) this.#blocked.set(way, left)
      else this.#blocked.delete(way)
      if (left === 0) for (const line of this.#lines) for (const end of [line.dialled, line.accepted]) end.out.poke()
    }
  }

  listen(host: Host, accept: Accepting): void {
    if (this.#listeners.has(host.address))
      throw new NetworkError('SYNCRO_ADDRESS_IN_USE', `somebody listens at ${host.address}`)
    this.#listeners.set(host.address, { host, accept })
  }

  /** Nobody is accepted there any more. */
  deafen(host: Host): void {
    if (this.#listeners.get(host.address)?.host === host) this.#listeners.delete(host.address)
  }

  open(
    host: Host,
    address: string,
    attach: (connection: Connection) => Receiver,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const givesUpAtMs = this.engine.nowMs + between(this.random, 4_000, 20_000)
      const attempt = new Attempt(host, { address, attach, resolve, reject, givesUpAtMs })
      if (attempt.heeds(signal)) return
      const hangs = this.random.chance(this.conditions.hangChance)
      this.engine.after(this.delayMs(), 'dial', () => (hangs ? this.#again(attempt) : this.#arrive(attempt, 500)))
    })
  }

  /** The first packet is there, unless the way is blocked: then it is sent again, later each time. */
  #arrive(attempt: Attempt, pauseMs: number): void {
    const { host, address } = attempt
    if (attempt.isOver || !host.isAlive) return
    if (this.isBlocked(host.address, address) || this.isBlocked(address, host.address)) {
      this.count('dial blocked')
      this.#again(attempt, pauseMs)
      return
    }
    const listener = this.#listeners.get(address)
    if (listener === undefined || this.random.chance(this.conditions.refuseChance)) {
      this.engine.after(this.delayMs(), 'refused', () => attempt.fail(refused(address)))
      return
    }
    const line = new Line(this, { number: this.#numbers++, from: host, to: listener.host, tap: this.#tap })
    this.#lines.add(line)
    attempt.line = line
    this.#accept(line, listener.accept, host.address)
    this.engine.after(this.delayMs(), 'accepted', () => this.#attach(attempt, line))
  }

  /** Whoever accepts may throw: its program closes, say. Then the connection is over before it is open. */
  #accept({ accepted }: Line, accept: Accepting, from: string): void {
    try {
      accepted.attach(accept(accepted.connection, { address: from, local: true }, accepted))
    } catch (error) {
      accepted.tell()
      this.#acceptFailed(error)
    }
  }

  #again(attempt: Attempt, pauseMs = Number.POSITIVE_INFINITY): void {
    const leftMs = attempt.givesUpAtMs - this.engine.nowMs
    if (pauseMs < leftMs) this.engine.after(pauseMs, 'dial again', () => this.#arrive(attempt, pauseMs * 2))
    else
      this.engine.after(leftMs, 'dial timeout', () => {
        this.count('dial timeout')
        attempt.fail(new NetworkError('SYNCRO_CONNECT_TIMEOUT', `${attempt.address} does not answer`))
      })
  }

  #attach(attempt: Attempt, line: Line): void {
    if (attempt.isOver || !attempt.host.isAlive) return
    if (!line.isOpen) {
      line.dialled.tell()
      attempt.fail(refused(attempt.address))
      return
    }
    attempt.succeed(line)
  }
}
