/** Messages over a stream of bytes: a 32-bit length in front of each, and an empty one for a barrier. */

const blockBytes = 64 * 1024
const headerBytes = 4

/** Collects messages, and writes when 64 KiB are full or what runs now has ended. */
export class FrameWriter {
  readonly #write: (bytes: Uint8Array) => void
  #block = Buffer.allocUnsafe(blockBytes)
  #filled = 0
  #scheduled = false

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write
  }

  push(message: Uint8Array): void {
    if (this.#filled + headerBytes + message.length > blockBytes) this.flush()
    this.#filled = this.#block.writeUInt32BE(message.length, this.#filled)
    if (this.#filled + message.length > blockBytes) this.#writeLarge(message)
    else {
      this.#block.set(message, this.#filled)
      this.#filled += message.length
    }
    this.#schedule()
  }

  flush(): void {
    if (this.#filled === 0) return
    const filled = this.#block.subarray(0, this.#filled)
    this.#filled = 0
    // A small part is copied, a large one given away.
    if (filled.length < blockBytes / 8) this.#write(Buffer.from(filled))
    else {
      this.#write(filled)
      this.#block = Buffer.allocUnsafe(blockBytes)
    }
  }

  #writeLarge(message: Uint8Array): void {
    this.flush()
    this.#write(message)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.flush()
    })
  }
}

/** Gives out messages as they become whole. What it gives is good until it returns. */
export class FrameReader {
  readonly #take: (message: Uint8Array) => void
  #rest: Uint8Array[] = []
  #restBytes = 0
  /** Bytes that are needed before anything can be given out: what is large is put together once. */
  #needed = headerBytes

  constructor(take: (message: Uint8Array) => void) {
    this.#take = take
  }

  receive(bytes: Uint8Array): void {
    this.#rest.push(bytes)
    this.#restBytes += bytes.length
    if (this.#restBytes < this.#needed) return
    const [first] = this.#rest
    const data = this.#rest.length === 1 ? asBuffer(first!) : Buffer.concat(this.#rest)
    this.#keep(data.subarray(this.#takeAll(data)))
  }

  /** @returns how many bytes were whole messages. */
  #takeAll(data: Buffer): number {
    let at = 0
    while (data.length - at >= headerBytes) {
      const end = at + headerBytes + data.readUInt32BE(at)
      if (end > data.length) {
        this.#needed = end - at
        return at
      }
      this.#take(data.subarray(at + headerBytes, end))
      at = end
    }
    this.#needed = headerBytes
    return at
  }

  #keep(rest: Buffer): void {
    this.#rest = rest.length === 0 ? [] : [rest]
    this.#restBytes = rest.length
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
