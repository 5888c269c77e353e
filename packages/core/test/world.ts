/** Clients joined by hand-flushed connections, under a clock and timers that move when a test says so. */
import { type ConnectionPair, connectionPair, type PairOptions } from '@syncro/protocol/testing'
import { MemoryStore, type RecordId, type Store, type Value } from '@syncro/scriber'
import { SlowStore } from '@syncro/scriber/testing'
import { defaultCoreLimits } from '../src/limits.js'
import { Syncro } from '../src/syncro.js'
import type { SyncroOptions } from '../src/syncro-types.js'

const { trimMs } = defaultCoreLimits

/** The encoding that clients offer: some tests run once in each. */
const encoding = process.env['SYNCRO_TEST_ENCODING'] === 'json' ? 'json' : 'binary'

export interface JoinOptions extends PairOptions {
  readonly connect?: Parameters<Syncro['connect']>[2]
  readonly accept?: Parameters<Syncro['accept']>[1]
}

export class World {
  nowMs = Date.UTC(2026, 0, 1)
  readonly pairs = new Set<ConnectionPair>()
  readonly reported: unknown[] = []
  readonly warnings: { readonly code: string; readonly message: string }[] = []
  /** Called whenever a client lets the event loop turn. */
  onDefer: () => void = () => undefined
  readonly #tasks: (() => void)[] = []
  readonly #timers = new Map<number, { readonly ms: number; readonly atMs: number; readonly callback: () => void }>()
  #timerNumber = 0
  #seed: number

  constructor(seed = 1) {
    this.#seed = seed
  }

  client(uid: string, options: Partial<SyncroOptions> & { readonly store?: Store } = {}): Syncro {
    const syncro = new Syncro({
      uid,
      models: [{ name: 'Todo', play: () => undefined }],
      warn: (warning) => this.warnings.push(warning),
      encoding,
      ...options,
      environment: {
        now: () => this.nowMs,
        random: (bytes) => {
          for (let at = 0; at < bytes.length; at++) bytes[at] = this.draw(256)
          return bytes
        },
        timers: {
          set: (ms, callback) => {
            const number = ++this.#timerNumber
            this.#timers.set(number, { ms, atMs: this.nowMs + ms, callback })
            return () => this.#timers.delete(number)
          },
          soon: (callback) => this.#tasks.push(callback),
          defer: (callback) => {
            this.onDefer()
            this.#tasks.push(callback)
          },
        },
        ...options.environment,
      },
    })
    syncro.on('error', (error) => this.reported.push(error))
    return syncro
  }

  /** A durable store that keeps when it is told to. */
  slowStore(): SlowStore {
    return new SlowStore(new MemoryStore({ level: 'disk' }))
  }

  /** A connection whose bytes move with this world. */
  pair(options: PairOptions = {}): ConnectionPair {
    const pair = connectionPair(options)
    this.pairs.add(pair)
    return pair
  }

  /** A connection that `from` opened and `to` accepts. */
  join(from: Syncro, to: Syncro, options: JoinOptions = {}): ConnectionPair {
    const pair = this.pair(options)
    const dialled = from.connect(to.uid, pair.a, options.connect)
    const accepted = to.accept(pair.b, options.accept)
    pair.a.attach({ receive: (bytes) => dialled.receive(bytes), close: (cause) => dialled.close(cause) })
    pair.b.attach({ receive: (bytes) => accepted.receive(bytes), close: (cause) => accepted.close(cause) })
    return pair
  }

  /** Breaks a connection, with whatever is under way. */
  cut(pair: ConnectionPair): void {
    pair.cut()
    this.pairs.delete(pair)
  }

  /** How many timers wait, but for the one that each open client has for trimming. */
  get timers(): number {
    return [...this.#timers.values()].filter(({ ms }) => ms !== trimMs).length
  }

  get trimTimers(): number {
    return this.#timers.size - this.timers
  }

  /** Runs what waits for the event loop, without delivering anything. */
  turn(): void {
    for (const task of this.#tasks.splice(0)) task()
  }

  /** One task or one delivery; false if there was nothing to do. */
  step(): boolean {
    // Neither is always first: a chunk may be sent before the last one has arrived, or after.
    return this.draw(2) === 0 ? this.#work() || this.#deliver() : this.#deliver() || this.#work()
  }

  #work(): boolean {
    const task = this.#tasks.shift()
    task?.()
    return task !== undefined
  }

  #deliver(): boolean {
    for (const pair of this.pairs) if (pair.flushOne()) return true
    return false
  }

  /** Runs until nothing is under way. */
  settle(): void {
    for (let steps = 0; this.step(); steps++) if (steps > 1_000_000) throw new Error('the world does not come to rest')
  }

  /** Lets time pass, timers included. */
  advance(ms: number): void {
    this.nowMs += ms
    for (const [number, { atMs, callback }] of [...this.#timers]) {
      if (atMs > this.nowMs || !this.#timers.delete(number)) continue
      callback()
    }
    this.settle()
  }

  /** A random integer below a bound (mulberry32). */
  draw(below: number): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** What a client shows: the records that live, with their fields. */
export function shown(syncro: Syncro, name = 'Todo'): Record<string, Record<string, Value>> {
  const table = syncro.scriber.ledger.findTable(name)
  const records: Record<string, Record<string, Value>> = {}
  if (table === undefined) return records
  for (const slot of table.livingSlots()) {
    const fields: Record<string, Value> = {}
    for (const column of table.columns.values()) {
      const value = column.get(slot)
      if (value !== undefined) fields[column.name] = value
    }
    records[JSON.stringify(table.id(slot))] = sorted(fields)
  }
  return sorted(records)
}

/** All that has to be equal where everybody has seen the same: life and stamps included. */
export function state(syncro: Syncro): unknown {
  const { ledger } = syncro.scriber
  const rows: Record<string, unknown> = {}
  for (const table of ledger.tables()) {
    for (let slot = 0; slot < table.end; slot++) {
      const id = table.id(slot) as RecordId | undefined
      if (id === undefined) continue
      const fields: Record<string, unknown> = {}
      for (const column of table.columns.values()) {
        const stamp = column.stamp(slot)
        if (stamp < 0 || !table.counts(slot, stamp, column.writer(slot))) continue
        fields[column.name] = [column.get(slot), stamp, ledger.writers.id(column.writer(slot))]
      }
      rows[`${table.name} ${JSON.stringify(id)}`] = { ...ledger.life(table, slot), fields: sorted(fields) }
    }
  }
  return sorted(rows)
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
