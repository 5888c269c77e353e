/** Clients joined by hand-flushed connections, with a clock that a test moves and a seeded random. */
import { Syncro, type SyncroOptions } from '@syncro/core'
import { type ConnectionPair, connectionPair } from '@syncro/protocol/testing'

export class World {
  nowMs = Date.UTC(2026, 0, 1)
  readonly reported: unknown[] = []
  readonly warnings: { readonly code: string; readonly message: string }[] = []
  readonly #pairs = new Set<ConnectionPair>()
  readonly #tasks: (() => void)[] = []
  readonly #timers = new Set<() => void>()
  #seed = 1

  client(uid: string, options: Partial<SyncroOptions> = {}): Syncro {
    const syncro = new Syncro({
      uid,
      mode: 'development',
      warn: (warning) => this.warnings.push(warning),
      environment: {
        now: () => this.nowMs,
        random: (bytes) => {
          for (let at = 0; at < bytes.length; at++) bytes[at] = this.#byte()
          return bytes
        },
        timers: {
          set: (_ms, callback) => {
            this.#timers.add(callback)
            return () => this.#timers.delete(callback)
          },
          soon: (callback) => this.#tasks.push(callback),
          defer: (callback) => this.#tasks.push(callback),
        },
      },
      ...options,
    })
    syncro.on('error', (error) => this.reported.push(error))
    return syncro
  }

  join(from: Syncro, to: Syncro): ConnectionPair {
    const pair = connectionPair()
    const dialled = from.connect(to.uid, pair.a)
    const accepted = to.accept(pair.b)
    pair.a.attach({ receive: (bytes) => dialled.receive(bytes), close: () => dialled.close() })
    pair.b.attach({ receive: (bytes) => accepted.receive(bytes), close: () => accepted.close() })
    this.#pairs.add(pair)
    return pair
  }

  /** Time passes: whatever waits for it now runs. */
  pass(): void {
    const due = [...this.#timers]
    this.#timers.clear()
    for (const callback of due) callback()
    this.settle()
  }

  /** Runs until nothing is under way. */
  settle(): void {
    for (let steps = 0; this.#step(); steps++) if (steps > 100_000) throw new Error('the world does not come to rest')
  }

  #step(): boolean {
    const task = this.#tasks.shift()
    if (task !== undefined) {
      task()
      return true
    }
    return [...this.#pairs].some((pair) => pair.flushOne())
  }

  /** Numerical Recipes' linear congruence: its high bits will do here. */
  #byte(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0
    return this.#seed >>> 24
  }
}

/** The code of the error that a function throws. */
export function codeOf(run: () => unknown): string | undefined {
  return errorOf(run)?.code
}

/** The error that a function throws. */
export function errorOf(run: () => unknown): (Error & { readonly code?: string }) | undefined {
  try {
    run()
  } catch (error) {
    if (error instanceof Error) return error
    throw new Error(`thrown was ${String(error)}`)
  }
  return undefined
}
