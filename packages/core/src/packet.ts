/** What goes on the wire in one piece: a frame as it was given, or messages in the binary encoding that travel together. */

const firstCapacity = 256

/** Bytes of the length in front of a body, where there is one. */
const headerBytes = 4

export class Packet {
  /** How many transactions must be stored before it may leave. */
  readonly kept: number
  #bytes: Uint8Array
  #length: number
  readonly #header: number
  #isOpen: boolean

  private constructor(kept: number, bytes: Uint8Array, length: number, header: number, isOpen: boolean) {
    this.kept = kept
    this.#bytes = bytes
    this.#length = length
    this.#header = header
    this.#isOpen = isOpen
  }

  /** A frame, or on connections with borders a message. */
  static framed(bytes: Uint8Array, kept: number): Packet {
    return new Packet(kept, bytes, bytes.length, 0, false)
  }

  /** One frame for messages that are added. */
  static open(kept: number, hasBorders: boolean): Packet {
    const header = hasBorders ? 0 : headerBytes
    return new Packet(kept, new Uint8Array(firstCapacity), header, header, true)
  }

  get length(): number {
    return this.#length
  }

  /** More may be added. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  add(bytes: Uint8Array): void {
    const length = this.#length + bytes.length
    if (length > this.#bytes.length) this.#grow(length)
    this.#bytes.set(bytes, this.#length)
    this.#length = length
  }

  /** The bytes for the connection; nothing can be added from now on. */
  take(): Uint8Array {
    if (this.#isOpen && this.#header > 0) {
      const body = this.#length - headerBytes
      for (let index = 0; index < headerBytes; index++) this.#bytes[index] = body >>> (24 - index * 8)
    }
    this.#isOpen = false
    return this.#bytes.length === this.#length ? this.#bytes : this.#bytes.subarray(0, this.#length)
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
