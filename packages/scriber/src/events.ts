/** Typed events on eventemitter3: every listener is called, whatever another one throws, and `on` returns its own undo. */
import { EventEmitter } from 'eventemitter3'

/** Names of events with the listeners they take. */
export type Listeners<Events> = { [Name in keyof Events]: (...values: never[]) => void }

export class Events<Map extends Listeners<Map>> {
  readonly #emitter = new EventEmitter()
  readonly #report: (error: unknown, event: keyof Map) => void

  /** @param report takes what a listener throws. */
  constructor(report: (error: unknown, event: keyof Map) => void) {
    this.#report = report
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof Map & string>(name: Name, listener: Map[Name]): () => void {
    // The emitter takes any listener; what it is called with is checked in `emit`.
    const heard = listener as unknown as (...values: unknown[]) => void
    this.#emitter.on(name, heard)
    return () => {
      this.#emitter.off(name, heard)
    }
  }

  /** True if anybody listens. */
  has(name: keyof Map & string): boolean {
    return this.#emitter.listenerCount(name) > 0
  }

  emit<Name extends keyof Map & string>(name: Name, ...values: Parameters<Map[Name]>): void {
    for (const listener of this.#emitter.listeners(name)) {
      try {
        listener(...values)
      } catch (error) {
        this.#report(error, name)
      }
    }
  }
}
