/**
 * Virtual time, and everything that happens in it, one event after the other. Between two events every microtask is run, and everything that
 * Node would do before its loop turns; since nothing in the world waits for anything real, the order of promises is the same in each run.
 */
import { EventQueue } from './event-queue.js'
import type { Trace } from './trace.js'

export class Engine {
  readonly trace: Trace
  readonly #queue = new EventQueue()
  #nowMs = 0
  #events = 0
  #failure: unknown
  #failed = false

  constructor(trace: Trace) {
    this.trace = trace
  }

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events
  }

  /** How many are to happen. */
  get waiting(): number {
    return this.#queue.size
  }

  get failed(): boolean {
    return this.#failed
  }

  /** What went wrong first. */
  get failure(): unknown {
    return this.#failure
  }

  /** Has something done so many milliseconds from now; the result calls it off. */
  after(delayMs: number, label: string, run: () => void): () => void {
    return this.#queue.push({ atMs: this.#nowMs + Math.max(0, delayMs), label, run })
  }

  /** Ends the run: what went wrong first is its failure. */
  fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#failure = error
  }

  /**
   * Runs until `untilMs`, until `done` says so after an event, or until something fails.
   *
   * @param options `idle`: what to do when nothing is left to happen: `stop`, or `wait` for what comes from outside (in tests only).
   */
  run(options: {
    readonly untilMs?: number
    readonly done?: () => boolean
    readonly idle?: 'stop' | 'wait'
  }): Promise<void> {
    const { untilMs = Number.POSITIVE_INFINITY, done = () => false, idle = 'stop' } = options
    return new Promise((resolve) => {
      const turn = () => {
        if (this.#failed || done()) return resolve()
        const nextAtMs = this.#queue.nextAtMs
        if (nextAtMs > untilMs || (nextAtMs === Number.POSITIVE_INFINITY && idle === 'stop')) {
          if (Number.isFinite(untilMs)) this.#nowMs = Math.max(this.#nowMs, untilMs)
          return resolve()
        }
        if (nextAtMs !== Number.POSITIVE_INFINITY) this.#step()
        // The loop turns: no microtask and no tick is left when the next event begins.
        setImmediate(turn)
      }
      setImmediate(turn)
    })
  }

  #step(): void {
    const event = this.#queue.pop()!
    this.#nowMs = event.atMs
    this.#events += 1
    this.trace.event(event.atMs, event.label)
    try {
      event.run()
    } catch (error) {
      this.fail(error)
    }
  }
}
