/** Connections within a process: bytes cross when what runs now has ended, or are kept while the pipe is held. */
import type { Connection, Receiver } from '@syncro/protocol'

export class PipeEnd implements Connection {
  /** What was written and has not crossed. */
  readonly kept: Uint8Array[] = []
  writtenBytes = 0
  #other: PipeEnd | undefined
  #receiver: Receiver | undefined
  #held = false
  #scheduled = false
  #closed = false

  /** Two ends of one pipe. */
  static pair(): [PipeEnd, PipeEnd] {
    const a = new PipeEnd()
    const b = new PipeEnd()
    a.#other = b
    b.#other = a
    return [a, b]
  }

  deliverTo(receiver: Receiver): void {
    this.#receiver = receiver
  }

  write(bytes: Uint8Array): void {
    this.kept.push(bytes)
    this.writtenBytes += bytes.length
    this.#schedule()
  }

  /** Keeps what is written, until `release`. */
  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.#schedule()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    queueMicrotask(() => {
      this.#receiver?.close()
      this.#other?.close()
    })
  }

  #schedule(): void {
    if (this.#scheduled || this.#held) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      if (!this.#held) this.#deliver()
    })
  }

  #deliver(): void {
    const receiver = this.#other!.#receiver
    for (const bytes of this.kept.splice(0)) receiver?.receive(bytes)
  }
}
