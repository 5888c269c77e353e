/** One connection of the floor: frames out in blocks of 64 KiB, frames in, and an empty frame for a barrier. */
import type { Change, FloorReplica } from './json-floor.js'
import type { Channel } from './subject.js'

const blockBytes = 64 * 1024

export interface FloorPipe {
  write(bytes: Uint8Array): void
  end(): void
  ended(): void
}

export class FloorSession {
  readonly #replica: FloorReplica
  readonly #pipe: FloorPipe
  readonly #ready: Promise<void>
  #becomeReady: () => void = () => {}
  #passed: (() => void) | undefined
  #block = Buffer.allocUnsafe(blockBytes)
  #filled = 0
  #scheduled = false
  #rest: Buffer = Buffer.alloc(0)
  #closed = false

  constructor(replica: FloorReplica, pipe: FloorPipe) {
    this.#replica = replica
    this.#pipe = pipe
    this.#ready = new Promise((resolve) => {
      this.#becomeReady = resolve
    })
  }

  /** The side that joined sees it so. */
  channel(queuedBytes: () => number): Channel {
    return {
      ready: this.#ready,
      get queuedBytes() {
        return queuedBytes()
      },
      barrier: () => this.#barrier(),
      close: () => this.close(),
    }
  }

  becomeReady(): void {
    this.#becomeReady()
  }

  send(change: Change): void {
    const text = JSON.stringify(change)
    // Three bytes a unit are the most that UTF-8 takes.
    if (this.#filled + 4 + text.length * 3 > blockBytes) this.#flush()
    const length = this.#block.write(text, this.#filled + 4)
    this.#block.writeUInt32BE(length, this.#filled)
    this.#filled += 4 + length
    this.#schedule()
  }

  receive(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (data.length - at >= 4) {
      const end = at + 4 + data.readUInt32BE(at)
      if (end > data.length) break
      if (end === at + 4) this.#onBarrier()
      else this.#replica.take(JSON.parse(data.toString('utf8', at + 4, end)), this)
      at = end
    }
    this.#rest = data.subarray(at)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#flush()
    this.#pipe.end()
    this.#pipe.ended()
  }

  /** An answer is awaited by whoever asked; anybody else gives one. */
  #onBarrier(): void {
    const passed = this.#passed
    this.#passed = undefined
    if (passed === undefined) this.#sendBarrier()
    else passed()
  }

  #barrier(): Promise<void> {
    return new Promise((resolve) => {
      this.#passed = resolve
      this.#sendBarrier()
    })
  }

  #sendBarrier(): void {
    if (this.#filled + 4 > blockBytes) this.#flush()
    this.#block.writeUInt32BE(0, this.#filled)
    this.#filled += 4
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#filled === 0) return
    const filled = this.#block.subarray(0, this.#filled)
    this.#filled = 0
    // A small part is copied, a large one given away.
    if (filled.length < blockBytes / 8) this.#pipe.write(Buffer.from(filled))
    else {
      this.#pipe.write(filled)
      this.#block = Buffer.allocUnsafe(blockBytes)
    }
  }
}
