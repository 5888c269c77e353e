/** The timers of a process in the world: they run on virtual time, and stop when the process does. */
import type { Timers } from '@syncro/core'
import type { Engine } from '../engine/engine.js'

export interface TimerOwner {
  readonly name: string
  readonly isAlive: boolean
  /** What a callback threw. */
  threw(error: unknown): void
}

export class SimTimers implements Timers {
  readonly #engine: Engine
  readonly #owner: TimerOwner
  readonly #label: string
  #waiting = 0
  /** What was due while the machine slept; undefined while it does not. */
  #missed: (() => void)[] | undefined

  constructor(engine: Engine, owner: TimerOwner) {
    this.#engine = engine
    this.#owner = owner
    this.#label = `timer of ${owner.name}`
  }

  /** How many timers are set. */
  get waiting(): number {
    return this.#waiting
  }

  /** The machine sleeps: nothing is called back until it wakes up. */
  sleep(): void {
    this.#missed ??= []
  }

  wake(): void {
    const missed = this.#missed ?? []
    this.#missed = undefined
    for (const callback of missed) this.#engine.after(0, this.#label, callback)
  }

  set(ms: number, callback: () => void): () => void {
    let isSet = true
    this.#waiting += 1
    const unset = () => {
      if (!isSet) return false
      isSet = false
      this.#waiting -= 1
      return true
    }
    const due = () => {
      if (this.#missed !== undefined) this.#missed.push(due)
      else if (unset()) this.#call(callback)
    }
    const cancel = this.#engine.after(ms, this.#label, due)
    return () => {
      if (unset()) cancel()
    }
  }

  soon(callback: () => void): void {
    queueMicrotask(() => this.#call(callback))
  }

  defer(callback: () => void): void {
    const due = () => {
      if (this.#missed !== undefined) this.#missed.push(due)
      else this.#call(callback)
    }
    this.#engine.after(0, this.#label, due)
  }

  #call(callback: () => void): void {
    if (!this.#owner.isAlive) return
    try {
      callback()
    } catch (error) {
      this.#owner.threw(error)
    }
  }
}
