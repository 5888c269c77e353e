/** A receiver that keeps what it is told, and lets a test wait for it. */

import type { Receiver } from '../connection.js'

export class Recorder implements Receiver {
  readonly messages: Uint8Array[] = []
  bytesReceived = 0
  closes = 0
  cause: Error | undefined

  /** What came after the close, which nothing may. */
  late = 0

  /** Called with each piece, after it was kept. */
  onReceive: (() => void) | undefined

  #waiting: { readonly until: () => boolean; readonly resolve: () => void }[] = []

  receive(bytes: Uint8Array): void {
    if (this.closes > 0) this.late++
    this.messages.push(Uint8Array.from(bytes))
    this.bytesReceived += bytes.length
    this.onReceive?.()
    this.#wake()
  }

  close(cause?: Error): void {
    this.closes++
    this.cause = cause
    this.#wake()
  }

  /** Everything that came, joined. */
  get bytes(): Uint8Array {
    const joined = new Uint8Array(this.bytesReceived)
    let offset = 0
    for (const message of this.messages) {
      joined.set(message, offset)
      offset += message.length
    }
    return joined
  }

  received(bytes: number): Promise<void> {
    return this.#until(() => this.bytesReceived >= bytes)
  }

  closed(): Promise<void> {
    return this.#until(() => this.closes > 0)
  }

  #until(until: () => boolean): Promise<void> {
    if (until()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until, resolve }))
  }

  #wake(): void {
    const due = this.#waiting.filter(({ until }) => until())
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting))
    for (const { resolve } of due) resolve()
  }
}
