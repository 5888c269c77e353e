/** A connection of the simulated network: two ends with a pipe each way, and all the ways in which it can break. */
import type { Connection, Receiver } from '@syncro/protocol'
import type { NetworkContext } from './conditions.js'
import type { Host } from './host.js'
import { NetworkError } from './network-error.js'
import { Pipe } from './pipe.js'

/** Milliseconds until an end that nobody answers is given up. */
const closeTimeoutMs = 5_000

export type Side = 'dialled' | 'accepted'

/** Which ends learn that a connection broke. */
type Learns = 'both' | Side | 'nobody'

export interface Break {
  readonly learns: Learns
  /** Whether an end that does not learn is told when it writes, as the kernel of the other machine does if that is there. Default: true. */
  readonly tellsWriters?: boolean
  readonly cause?: Error
}

const ends = new WeakMap<Connection, End>()

/** The end that a connection is, as Syncro holds it; undefined for a connection of somebody else's. */
export function endOf(connection: Connection): End | undefined {
  return ends.get(connection)
}

export class End {
  readonly side: Side
  readonly line: Line
  readonly host: Host
  /** What Syncro is given. */
  readonly connection: Connection
  /** What this end writes. */
  readonly out: Pipe
  isPaused = false
  /** It was written to after it had asked for a pause. */
  isOverrun = false
  readonly #network: NetworkContext
  readonly #drains: (() => void)[] = []
  readonly #whenOver: (() => void)[] = []
  #receiver: Receiver | undefined
  #closing = false
  #over = false
  #full = false

  constructor(network: NetworkContext, line: Line, side: Side, host: Host, other: () => End) {
    this.#network = network
    this.line = line
    this.side = side
    this.host = host
    this.out = new Pipe(network, host.address, side === 'dialled' ? line.to : line.from, {
      deliver: (bytes) => other().#deliver(bytes),
      ended: (cause) => other().#heard(cause),
      drained: () => this.#drained(),
    })
    this.connection = this.#capable()
    ends.set(this.connection, this)
    host.keep(this)
  }

  get other(): End {
    return this.side === 'dialled' ? this.line.accepted : this.line.dialled
  }

  get isClosing(): boolean {
    return this.#closing
  }

  /** True once this end knows, or has nobody to tell. */
  get isOver(): boolean {
    return this.#over
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver
    this.other.out.resume()
  }

  /** Calls back when this end is over. */
  whenOver(callback: () => void): void {
    if (this.#over) callback()
    else this.#whenOver.push(callback)
  }

  close(): void {
    if (this.#over || this.#closing) return
    this.#closing = true
    this.out.end()
    if (this.isPaused) this.#resume()
    this.#network.engine.after(closeTimeoutMs, 'close timeout', () => {
      if (this.#over) return
      this.line.break({ learns: this.other.side })
      this.tell(new NetworkError('SYNCRO_CLOSE_TIMEOUT', 'the other side did not end in time'))
    })
  }

  /** Tells this end, after what has yet to arrive here; at once where the reader has paused, and would not hear of it. */
  learn(cause: Error | undefined, isPaused: boolean): void {
    if (this.#over) return
    if (isPaused || this.other.out.isOver) this.tell(cause)
    else this.other.out.end(cause)
  }

  /** The end: once, and nothing follows. */
  tell(cause?: Error): void {
    if (this.#over) return
    this.#over = true
    // What is on its way to the other end, and the end itself, still gets there.
    if (!this.out.isEnding) this.out.drop()
    this.other.out.drop()
    this.host.forget(this)
    if (this.host.isAlive) this.#receiver?.close(cause)
    for (const callback of this.#whenOver.splice(0)) callback()
  }

  /** The machine that it is on is gone: nobody is left to tell. */
  vanish(): void {
    this.#over = true
    this.#whenOver.length = 0
  }

  #deliver(bytes: Uint8Array): void {
    if (!this.#over && !this.#closing && this.host.isAlive) this.#receiver?.receive(bytes)
  }

  /** The other end has ended, or broken: this one is told, and a little later the other. */
  #heard(cause: Error | undefined): void {
    const { other } = this
    const willHear = this.out.isEnding || this.line.isUnaware(other)
    this.tell(cause)
    if (!other.isOver && !willHear) this.#network.engine.after(this.#network.delayMs(), 'end', () => other.tell(cause))
  }

  #write(bytes: Uint8Array): boolean {
    if (this.#over || this.#closing || !this.host.isAlive) return true
    this.line.tap?.(this, bytes)
    this.line.written(this)
    if (this.#full && this.#network.capabilities.drain) this.isOverrun = true
    this.#full = !this.out.write(bytes)
    return !this.#full
  }

  #drained(): void {
    this.#full = false
    if (this.#over || !this.host.isAlive) return
    for (const listener of this.#drains.splice(0)) listener()
  }

  #capable(): Connection {
    const { borders, drain, pause } = this.#network.capabilities
    return {
      write: (bytes) => {
        const hasRoom = this.#write(bytes)
        return drain ? hasRoom : undefined
      },
      close: () => this.close(),
      ...(drain ? { once: (_event: 'drain', listener: () => void) => this.#drains.push(listener) } : undefined),
      ...(pause ? { pause: () => this.#pause(), resume: () => this.#resume() } : undefined),
      ...(borders ? { borders: true } : undefined),
    }
  }

  #pause(): void {
    if (this.#closing) return
    this.isPaused = true
    if (!this.#over) this.other.out.pause()
  }

  #resume(): void {
    this.isPaused = false
    if (!this.#over && this.#receiver !== undefined) this.other.out.resume()
  }
}

export class Line {
  readonly number: number
  readonly from: string
  readonly to: string
  readonly dialled: End
  readonly accepted: End
  readonly tap: ((end: End, bytes: Uint8Array) => void) | undefined
  readonly #network: NetworkContext
  #broken = false
  #tellsWriters = true
  /** The ends that were not told. */
  readonly #unaware = new Set<End>()

  constructor(
    network: NetworkContext,
    options: {
      readonly number: number
      readonly from: Host
      readonly to: Host
      readonly tap: ((end: End, bytes: Uint8Array) => void) | undefined
    },
  ) {
    this.#network = network
    this.number = options.number
    this.from = options.from.address
    this.to = options.to.address
    this.tap = options.tap
    this.dialled = new End(network, this, 'dialled', options.from, () => this.accepted)
    this.accepted = new End(network, this, 'accepted', options.to, () => this.dialled)
    // Nothing is delivered before a receiver is there.
    this.dialled.out.pause()
    this.accepted.out.pause()
  }

  get isOpen(): boolean {
    return !this.#broken && !this.dialled.isOver && !this.accepted.isOver
  }

  /** True for an end that still believes in the connection. */
  isUnaware(end: End): boolean {
    return this.#unaware.has(end)
  }

  /** Breaks: of what is under way a part arrives, drawn at random. */
  break({ learns, tellsWriters = true, cause = lost('the connection broke') }: Break): void {
    if (this.#broken) return
    this.#broken = true
    this.#tellsWriters = tellsWriters
    const { random } = this.#network
    for (const end of [this.dialled, this.accepted]) {
      const { out } = end.other
      out.truncate(random.below(out.underWay + 1))
      if (end.isOver) continue
      if (learns === 'both' || learns === end.side) end.learn(cause, end.isPaused)
      else {
        out.drop()
        this.#unaware.add(end)
      }
    }
  }

  /** For ends: the kernel of a machine that does not know the connection says so to an end that writes. */
  written(end: End): void {
    if (!this.#tellsWriters || !this.#unaware.delete(end)) return
    this.#network.engine.after(this.#network.delayMs() * 2, 'reset', () =>
      end.tell(lost('the other side does not know the connection')),
    )
  }
}

function lost(why: string): NetworkError {
  return new NetworkError('SYNCRO_CONNECTION_LOST', why)
}
