/** Clients of ours and gems, joined by hand-flushed connections, under a clock and timers that move when everything else rests. */
import { Syncro, type SyncroOptions } from '@syncro/core'
import { type ConnectionPair, connectionPair, type PairOptions } from '@syncro/protocol/testing'
import type { Value } from '@syncro/scriber'
import { ManualClock, SeededRandom } from '@syncro/scriber/testing'
import type { Gem } from './gem.js'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** At rest nothing happens any more: no sign of life is asked for, and nothing is trimmed. Timers that long never ring. */
const neverMs = 3_600_000

/** What runs for ever is a fault, and not a slow test. */
const maxTurns = 200_000

export class World {
  readonly random: SeededRandom
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1))
  readonly pairs = new Set<ConnectionPair>()
  readonly problems: unknown[] = []
  readonly warnings: string[] = []
  readonly #soon: (() => void)[] = []
  readonly #deferred: (() => void)[] = []
  readonly #timers = new Set<Timer>()

  constructor(seed = 1) {
    this.random = new SeededRandom(seed)
  }

  client(uid: string, options: Partial<SyncroOptions> = {}): Syncro {
    const syncro = new Syncro({
      uid,
      warn: ({ code, message }) => this.warnings.push(`${code}: ${message}`),
      ...options,
      limits: { heartbeatMs: 3 * neverMs, ...options.limits },
      environment: {
        now: this.clock.now,
        random: this.random.bytes,
        timers: {
          set: (ms, callback) => this.#set(ms, callback),
          soon: (callback) => this.#soon.push(callback),
          defer: (callback) => this.#deferred.push(callback),
        },
      },
    })
    syncro.on('error', (error) => this.problems.push(error))
    return syncro
  }

  /** Joins a client of ours with another: `a` opened the connection. */
  join(a: Syncro, b: Syncro): ConnectionPair {
    const pair = this.#pair()
    const [ours, theirs] = [a.connect(b.uid, pair.a), b.accept(pair.b)]
    pair.a.attach({ receive: (bytes) => ours.receive(bytes), close: () => ours.close() })
    pair.b.attach({ receive: (bytes) => theirs.receive(bytes), close: () => theirs.close() })
    return pair
  }

  /** Joins a client of ours with a gem. Who opened the connection is the same to both. */
  joinGem(
    client: Syncro,
    gem: Gem,
    options: { readonly dials?: boolean; readonly sync?: boolean } = {},
  ): ConnectionPair {
    const pair = this.#pair()
    const { dials = true, ...rest } = options
    const connection = { write: (bytes: Uint8Array) => this.#inPieces(pair, bytes), close: () => pair.a.close() }
    const ours = dials ? client.connect(gem.name, connection) : client.accept(connection, { uid: gem.name })
    const theirs = gem.connect(client.uid, (bytes) => pair.b.write(bytes), rest)
    pair.a.attach({ receive: (bytes) => ours.receive(bytes), close: () => ours.close() })
    pair.b.attach({ receive: (bytes) => theirs.receive(bytes), close: () => theirs.close() })
    return pair
  }

  /** Joins two gems: each knows the other under its name. */
  joinGems(a: Gem, b: Gem): ConnectionPair {
    const pair = this.#pair()
    const ends = [
      a.connect(b.name, (bytes) => pair.a.write(bytes)),
      b.connect(a.name, (bytes) => pair.b.write(bytes)),
    ] as const
    pair.a.attach({ receive: (bytes) => ends[0].receive(bytes), close: () => ends[0].close() })
    pair.b.attach({ receive: (bytes) => ends[1].receive(bytes), close: () => ends[1].close() })
    return pair
  }

  cut(pair: ConnectionPair): void {
    this.pairs.delete(pair)
    pair.cut()
  }

  /** Does one thing that could happen now, drawn at random; false if nothing could. */
  turn(): boolean {
    const task = this.#soon.shift()
    if (task !== undefined) {
      task()
      return true
    }
    for (const pair of this.random.shuffled([...this.pairs])) {
      const from = this.random.chance(0.5) ? 'a' : 'b'
      if (pair.flushOne({ from }) || pair.flushOne({ from: from === 'a' ? 'b' : 'a' })) return true
    }
    const deferred = this.#deferred.shift()
    deferred?.()
    return deferred !== undefined
  }

  /** Runs until nothing happens any more, timers included; returns how many turns that took. */
  settle(): number {
    for (let turns = 0; ; turns++) {
      if (turns > maxTurns) throw new Error(`the world does not come to rest in ${maxTurns} turns`)
      if (!this.turn() && !this.#ring()) return turns
    }
  }

  #pair(options?: PairOptions): ConnectionPair {
    const pair = connectionPair(options)
    this.pairs.add(pair)
    return pair
  }

  /** What is written at once may be read in pieces: what lies between two messages may then happen between them. */
  #inPieces(pair: ConnectionPair, bytes: Uint8Array): void {
    const at = this.random.below(bytes.length)
    if (at > 0) pair.a.write(bytes.slice(0, at))
    pair.a.write(bytes.slice(at))
  }

  #set(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.clock.now() + ms, callback }
    if (ms < neverMs) this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass until the next timer. */
  #ring(): boolean {
    const [next] = [...this.#timers].sort((a, b) => a.atMs - b.atMs)
    if (next === undefined) return false
    this.#timers.delete(next)
    this.clock.set(Math.max(this.clock.now(), next.atMs))
    next.callback()
    return true
  }
}

export type Shown = Record<string, Record<string, unknown>>

/** The records of a client of ours, without what is null: the gem lists every attribute that its class has. */
export function recordsOf(syncro: Syncro): Shown {
  const shown: Shown = {}
  for (const table of syncro.scriber.ledger.tables())
    for (const slot of table.livingSlots()) {
      const fields: [string, Value | undefined][] = [...table.columns.values()].map((column) => [
        column.name,
        column.get(slot),
      ])
      shown[`${table.name} ${JSON.stringify(table.id(slot))}`] = present(fields)
    }
  return sorted(shown)
}

export function recordsOfGem(gem: Gem): Shown {
  return shownRecords(
    [...gem.records].flatMap(([klass, records]) =>
      [...records].map(([id, attributes]) => [klass, id, attributes] as const),
    ),
  )
}

/** Records of a gem. */
export function shownRecords(records: readonly (readonly [klass: string, id: unknown, fields: object])[]): Shown {
  return sorted(
    Object.fromEntries(
      records.map(([klass, id, fields]) => [`${klass} ${JSON.stringify(id)}`, present(Object.entries(fields))]),
    ),
  )
}

function present(fields: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return sorted(Object.fromEntries(fields.filter(([, value]) => value !== undefined && value !== null)))
}

function sorted<Part>(record: Record<string, Part>): Record<string, Part> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
