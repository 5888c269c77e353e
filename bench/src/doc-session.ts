/** One connection of a replica: a hello is answered with everything, then changes go both ways; an empty message is a barrier, and is echoed. */
import type { Socket } from 'node:net'
import type { DocReplica, Outlet } from './doc-replica.js'
import { FrameReader, FrameWriter } from './frames.js'
import type { Channel } from './subject.js'

const hello = Uint8Array.of(1)
const nothing = Uint8Array.of(0)
const snapshotFollows = Uint8Array.of(1)
const barrier = new Uint8Array(0)

export class DocSession implements Channel, Outlet {
  readonly ready: Promise<void>
  readonly #replica: DocReplica
  readonly #socket: Socket
  readonly #writer: FrameWriter
  readonly #reader: FrameReader
  /** What the next message is. */
  #expects: 'hello' | 'answer' | 'snapshot' | 'changes' = 'hello'
  #becomeReady: () => void = () => {}
  #passed: (() => void) | undefined

  constructor(replica: DocReplica, socket: Socket) {
    this.#replica = replica
    this.#socket = socket
    this.#writer = new FrameWriter((bytes) => socket.write(bytes))
    this.#reader = new FrameReader((message) => this.#take(message))
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve
    })
  }

  get queuedBytes(): number {
    return this.#socket.writableLength
  }

  sayHello(): void {
    this.#expects = 'answer'
    this.#writer.push(hello)
  }

  send(message: Uint8Array): void {
    this.#writer.push(message)
  }

  receive(bytes: Uint8Array): void {
    this.#reader.receive(bytes)
  }

  barrier(): Promise<void> {
    this.#replica.flush()
    return new Promise((resolve) => {
      this.#passed = resolve
      this.#writer.push(barrier)
    })
  }

  close(): void {
    this.#writer.flush()
    this.#socket.end()
  }

  #take(message: Uint8Array): void {
    if (this.#expects !== 'changes') this.#shakeHands(message)
    else if (message.length > 0) this.#replica.take(message, this)
    else this.#onBarrier()
  }

  #shakeHands(message: Uint8Array): void {
    if (this.#expects === 'hello') this.#answer()
    else if (this.#expects === 'answer' && message[0] === snapshotFollows[0]) {
      this.#expects = 'snapshot'
      return
    } else if (this.#expects === 'snapshot') this.#replica.load(message)
    this.#expects = 'changes'
    this.#replica.tellTo(this)
    this.#becomeReady()
  }

  #answer(): void {
    this.#writer.push(this.#replica.isEmpty ? nothing : snapshotFollows)
    if (!this.#replica.isEmpty) this.#writer.push(this.#replica.doc.snapshot())
  }

  /** An answer is awaited by whoever asked; anybody else gives one. */
  #onBarrier(): void {
    const passed = this.#passed
    this.#passed = undefined
    if (passed === undefined) this.#writer.push(barrier)
    else passed()
  }
}
