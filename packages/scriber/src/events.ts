/** Typed events on eventemitter3: every listener is called, whatever another one throws, and `on` returns its own undo. */
import { EventEmitter } from 'eventemitter3'

/** Names of events with the listeners they take. */
export type Listeners<Events> = { [Name in keyof Events]: (...values: never[]) => void }

export class Events<Map extends Listeners<Map>> {
  readonly #emitter = new EventEmitter()
  readonly #report: (error: unknown, event: keyof Map) => void
  /** Who listens, by event; made anew when somebody has come or gone: the emitter makes a list each time it is asked. */
  #heard: { [Name in keyof Map]?: readonly ((...values: unknown[]) => void)[] } = {}

  /** @param report takes what a listener throws. */
  constructor(report: (error: unknown, event: keyof Map) => void) {
    this.#report = report
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof Map & string>(name: Name, listener: Map[Name]): () => void {
    // The emitter takes any listener; what it is called with is checked in `emit`.
    const heard = listener as unknown as (...values: unknown[]) => void
    this.#emitter.on(name, heard)
    this.#heard = {}
    return () => {
      this.#emitter.off(name, heard)
      this.#heard = {}
    }
  }

  /** True if anybody listens. */
  has(name: keyof Map & string): boolean {
    return this.#listeners(name).length > 0
  }

  emit<Name extends keyof Map & string>(name: Name, ...values: Parameters<Map[Name]>): void {
    for (const listener of this.#listeners(name)) {
      try {
        listener(...values)
      } catch (error) {
        this.#report(error, name)
      }
    }
  }

  #listeners(name: keyof Map & string): readonly ((...values: unknown[]) => void)[] {
    let listeners = this.#heard[name]
    if (listeners === undefined) {
      listeners = this.#emitter.listeners(name)
      this.#heard[name] = listeners
    }
    return listeners
  }
}
