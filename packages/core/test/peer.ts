/** The other side of a session, played by the test: says what the test wants, whatever the protocol thinks of it, and notes what it hears. */
import {
  decodeMessage,
  decodeV1,
  encodeFrame,
  encodeMessage,
  encodeV1,
  FrameDecoder,
  type Hello,
  type Message,
  type V1Message,
} from '@syncro/protocol'
import type { ConnectionPair, PairEnd } from '@syncro/protocol/testing'
import type { Session } from '../src/session.js'
import type { Syncro } from '../src/syncro.js'
import type { JoinOptions, World } from './world.js'

export type Heard = { readonly type: string; readonly [part: string]: unknown }

/** What a cursor, a mark or an ack says of the peer's ledger. */
export const ledger = 'aaaaaaaaaaaaaaaaaaaaaaaa'
export const era = 'bbbbbbbbbbbbbbbbbbbbbbbb'

export class Peer {
  readonly world: World
  readonly syncro: Syncro
  readonly session: Session
  readonly pair: ConnectionPair
  readonly heard: Heard[] = []
  isCut = false
  readonly #end: PairEnd
  readonly #decoder = new FrameDecoder()
  #version: 1 | 2 = 1

  /** @param role what the client under test does: it accepts the peer's connection, or has dialled it. */
  constructor(world: World, syncro: Syncro, role: 'accepts' | 'dials' = 'accepts', options: JoinOptions = {}) {
    this.world = world
    this.syncro = syncro
    this.pair = world.pair(options)
    this.#end = this.pair.a
    const { b } = this.pair
    this.session = role === 'accepts' ? syncro.accept(b, options.accept) : syncro.connect('peer', b, options.connect)
    b.attach({ receive: (bytes) => this.session.receive(bytes), close: (cause) => this.session.close(cause) })
    this.pair.a.attach({
      receive: (bytes) => this.#hear(bytes),
      close: () => {
        this.isCut = true
      },
    })
  }

  /** Everything heard of one type. */
  all(type: string): Heard[] {
    return this.heard.filter((message) => message.type === type)
  }

  sendBytes(bytes: Uint8Array): this {
    this.#end.write(bytes)
    return this
  }

  /** A frame around any text at all. */
  sendText(text: string, width: 16 | 32 = 32): this {
    const body = new TextEncoder().encode(text)
    return this.sendBytes(this.#end.borders ? body : encodeFrame(body, width))
  }

  sendV1(message: V1Message): this {
    const body = encodeV1(message)
    return this.sendBytes(this.#end.borders ? body : encodeFrame(body, 16))
  }

  send(...messages: readonly Message[]): this {
    for (const message of messages) {
      const body = encodeMessage(message)
      this.sendBytes(this.#end.borders ? body : encodeFrame(body, 32))
    }
    return this
  }

  hello(parts: Partial<Hello> = {}): this {
    return this.sendV1(helloOf(parts))
  }

  upgrade(): this {
    return this.sendV1({ type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1 })
  }

  /** The whole handshake of an empty peer. */
  shakeHands(parts: Partial<Hello> = {}): this {
    this.hello(parts).upgrade().send({ type: 'resume', cursor: null })
    this.world.settle()
    this.send(
      { type: 'resumed', good: false, rows: 0 },
      { type: 'catch-up', rows: 0 },
      { type: 'caught-up' },
      { type: 'mark', era: parts.era ?? era, position: 0 },
    )
    this.world.settle()
    return this
  }

  settle(): this {
    this.world.settle()
    return this
  }

  #hear(bytes: Uint8Array): void {
    if (this.#end.borders) {
      this.#note(bytes)
      return
    }
    this.#decoder.push(bytes)
    for (let body = this.#decoder.next(); body !== undefined; body = this.#decoder.next()) this.#note(body)
  }

  #note(body: Uint8Array): void {
    const message: Message | ReturnType<typeof decodeV1> = this.#version === 1 ? decodeV1(body) : decodeMessage(body)
    this.heard.push({ ...message })
    if (message.type !== 'upgrade') return
    this.#version = 2
    this.#decoder.width = 32
  }
}

export function helloOf(parts: Partial<Hello> = {}): Hello {
  return {
    type: 'hello',
    uid: 'peer',
    versions: [2],
    ledger,
    era,
    space: '',
    view: '',
    durable: true,
    clock: 1,
    number: 0,
    ...parts,
  }
}
