/** A transport whose line can be held up: nothing is lost, everything comes later. It is how the tour makes two edits cross on their way. */

import type { Connection, Receiver, Transport } from '@syncro/protocol'

export class SlowLine implements Transport {
  readonly label: string
  readonly #transport: Transport
  #held: (() => void)[] | undefined

  constructor(transport: Transport) {
    this.#transport = transport
    this.label = transport.label
  }

  open(attach: (connection: Connection) => Receiver, signal?: AbortSignal): Promise<void> {
    return this.#transport.open((connection) => {
      const receiver = attach({
        write: (bytes) => this.#pass(() => connection.write(bytes)),
        close: () => this.#pass(() => connection.close?.()),
      })
      return {
        // The array may be used again after the call, so what waits is a copy.
        receive: (bytes) => {
          const kept = this.#held ? bytes.slice() : bytes
          this.#pass(() => receiver.receive(kept))
        },
        close: (cause) => this.#pass(() => receiver.close(cause)),
      }
    }, signal)
  }

  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const pass of held) pass()
  }

  #pass(step: () => unknown): void {
    if (this.#held) this.#held.push(step)
    else step()
  }
}
