/**
 * One live connection to a replica, from its handshake until it closes. The session knows the connection and which version is spoken; what
 * is said is the business of its dialogue. Whatever goes wrong in it ends it, and nothing else (DESIGN section 7).
 */
import {
  type Connection,
  decodeMessage,
  decodeV1,
  encodeFrame,
  encodeMessage,
  encodeV1,
  FrameDecoder,
  type Hello,
  type PeerInfo,
  type ReceivedV1Message,
  type V1Message,
  V1Reader,
  type Value,
} from '@syncro/protocol'
import { Events, UsageError } from '@syncro/scriber'
import { Bridge } from './bridge.js'
import type { Replica } from './clients.js'
import { codeOf, SessionError, type SessionErrorCode } from './errors.js'
import { Exchange } from './exchange.js'
import { type Authenticate, type Claim, checkHello, ourHello, outlasts, wholeMs } from './handshake.js'
import type { OutgoingStep } from './outgoing-step.js'
import { Outbound } from './outbound.js'
import type { SessionContext } from './session-context.js'

/** `handshaking`, then `catching-up` until the peer says that we have what it has, then `live`; `closed` in the end. */
export type SessionState = 'handshaking' | 'catching-up' | 'live' | 'closed'

export interface SessionEvents {
  state: (state: SessionState) => void
  /** Rows of a catch-up have come; `expected` is what the peer announced. */
  progress: (progress: { readonly received: number; readonly expected: number }) => void
  /** We have what the peer had. Once, or again after it fell behind. */
  'caught-up': () => void
  /** The session is over, and why: `SYNCRO_CLOSED` if nothing was wrong. */
  closed: (reason: SessionError) => void
}

export interface SessionOptions {
  readonly connection: Connection
  /** The client that is expected; without one its hello has to say. */
  readonly uid?: string | undefined
  readonly credentials?: Value | undefined
  readonly authenticate?: Authenticate | undefined
  readonly peer?: PeerInfo | undefined
}

export class Session {
  readonly #context: SessionContext
  readonly #options: SessionOptions
  readonly #outbound: Outbound
  readonly #events: Events<SessionEvents>
  readonly #decoder = new FrameDecoder()
  readonly #reader = new V1Reader(this.#decoder)
  readonly #number: number
  #uid: string | undefined
  #state: SessionState = 'handshaking'
  #version: 1 | 2 | undefined
  #hello: Hello | undefined
  #helloReceivedMs = 0
  /** The peer has said `upgrade`: what follows is version 2. */
  #upgraded = false
  /** Bytes that came while a peer's identity was being examined. */
  #held: Uint8Array[] | undefined
  #heldBytes = 0
  #reading = false
  #pausedInbound = false
  #bridge: Bridge | undefined
  #exchange: Exchange | undefined
  #replica: Replica | undefined
  #cancelTimeout: () => void
  #received = 0
  #expected = 0

  constructor(context: SessionContext, options: SessionOptions) {
    this.#context = context
    this.#options = options
    this.#events = new Events((error) => context.report(error))
    this.#uid = options.uid
    this.#number = context.nextNumber()
    this.#outbound = new Outbound(options.connection, context.environment, context.limits, {
      stored: () => context.scriber.stored,
      flushing: () => this.#dialogue?.flushing(),
      drained: () => this.#dialogue?.drained(),
      failed: (error) => this.#fail(error),
    })
    this.#cancelTimeout = context.environment.timers.set(context.limits.handshakeMs, () =>
      this.#end(new SessionError('SYNCRO_HANDSHAKE_TIMEOUT', `The other side did not complete the handshake within ${context.limits.handshakeMs} ms.`)),
    )
  }

  /** The uid of the client on the other side; undefined until its hello has come, where none was given. */
  get uid(): string | undefined {
    return this.#uid
  }

  get state(): SessionState {
    return this.#state
  }

  /** The version of the protocol that is spoken; undefined until the first message has come. */
  get version(): 1 | 2 | undefined {
    return this.#version
  }

  get connection(): Connection {
    return this.#options.connection
  }

  get replica(): Replica | undefined {
    return this.#replica
  }

  /** The number of this session among those of this client's era. */
  get number(): number {
    return this.#number
  }

  /** What the other side said of itself; undefined before it did, and from a peer of version 1. */
  get hello(): Hello | undefined {
    return this.#hello
  }

  /** Bytes that wait to be written. */
  get queuedBytes(): number {
    return this.#outbound.queuedBytes
  }

  get isFull(): boolean {
    return this.#outbound.full
  }

  get hasBorders(): boolean {
    return this.#options.connection.borders === true
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof SessionEvents>(name: Name, listener: SessionEvents[Name]): () => void {
    return this.#events.on(name, listener)
  }

  /** Says hello, and to a client whose uid is known `sync` as well, since it may speak version 1. Waits for nothing. */
  begin(): void {
    this.sendV1(ourHello(this.#context, this.#number, this.#options.credentials))
    if (this.#uid === undefined) return
    this.#bridge = new Bridge(this, this.#context, this.#uid)
    this.#bridge.begin()
  }

  /**
   * Takes what the connection has read: any piece of the stream, or one message where the connection keeps borders. Bad input ends the
   * session; nothing is thrown for it.
   *
   * @throws UsageError `SYNCRO_TRANSACTION_OPEN` within `transact`.
   */
  receive(bytes: Uint8Array): void {
    if (this.#state === 'closed') return
    if (this.#context.scriber.isTransacting)
      throw new UsageError('SYNCRO_TRANSACTION_OPEN', 'receive() was called inside transact(). Let the transaction end first.')
    try {
      this.#take(bytes)
    } catch (error) {
      this.#fail(error)
    }
    this.#pace()
  }

  /** Ends the session, and its connection after what is queued was written. Also to be called when the connection has closed. */
  close(): void {
    if (this.#state === 'closed') return
    const cut = this.#decoder.pendingBytes > 0
    this.#end(
      cut
        ? new SessionError('SYNCRO_FRAME_CUT', 'The connection closed in the middle of a frame; what it began is dropped and comes again with the next session.')
        : new SessionError('SYNCRO_CLOSED', 'The session was closed.'),
    )
  }

  /** Ends the session for a reason that the other side is told. */
  end(code: SessionErrorCode, message: string): void {
    this.#end(new SessionError(code, message))
  }

  /** A step of the ledger, for the peer. */
  step(outgoing: OutgoingStep): void {
    if (this.#state === 'closed') return
    try {
      this.#dialogue?.step(outgoing)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** More is stored: what waited for it may leave. */
  stored(): void {
    if (this.#state === 'closed') return
    if (this.#outbound.queuedBytes > 0) this.#outbound.schedule()
    this.#pace()
  }

  /** For dialogues: queues a message as it goes on the wire. */
  push(bytes: Uint8Array, kept = 0): void {
    this.#outbound.push(bytes, kept)
  }

  /** For dialogues: has `flushing` called and the queue written when what runs now has ended. */
  schedule(): void {
    this.#outbound.schedule()
  }

  /**
   * For the handshake and version 1: sends a version-1 message.
   *
   * @throws ProtocolError `SYNCRO_FRAME_TOO_LARGE` if it does not fit in a version-1 frame.
   */
  sendV1(message: V1Message, kept = 0): void {
    const body = encodeV1(message)
    this.push(this.hasBorders ? body : encodeFrame(body, 16), kept)
  }

  /** For dialogues: the peer announced a catch-up. */
  catchingUp(expected: number): void {
    this.#received = 0
    this.#expected = expected
    this.#setState('catching-up')
  }

  /** For dialogues: rows of a catch-up have come. */
  progressed(rows: number): void {
    if (this.#state !== 'catching-up') return
    this.#received += rows
    this.#events.emit('progress', { received: this.#received, expected: Math.max(this.#expected, this.#received) })
  }

  /** For dialogues: the peer has said that we have what it has. */
  caughtUp(): void {
    this.#setState('live')
    this.#events.emit('caught-up')
    this.#context.changed(this)
  }

  /** For dialogues: the peer has acknowledged something. */
  acknowledged(): void {
    this.#context.changed(this)
  }

  /** For the bridge: the peer speaks version 1, and this is what we know of it. */
  speaksVersion1(replica: Replica): void {
    this.#replica = replica
    this.#established()
  }

  get #dialogue(): Bridge | Exchange | undefined {
    return this.#version === 1 ? this.#bridge : this.#exchange
  }

  #take(bytes: Uint8Array): void {
    if (this.#held !== undefined) {
      this.#hold(bytes)
      return
    }
    if (this.hasBorders) {
      if (this.#upgraded) this.#exchange!.receive(decodeMessage(bytes))
      else this.#takeV1(decodeV1(bytes))
      return
    }
    this.#decoder.push(bytes)
    // Called again from within: whoever reads now goes on with what was pushed.
    if (!this.#reading) this.#read()
  }

  #read(): void {
    this.#reading = true
    try {
      while (this.#state !== 'closed' && this.#held === undefined) {
        if (this.#upgraded) {
          const body = this.#decoder.next()
          if (body === undefined) return
          this.#exchange!.receive(decodeMessage(body))
        } else {
          const message = this.#reader.next()
          if (message === undefined) return
          this.#takeV1(message)
        }
      }
    } finally {
      this.#reading = false
    }
  }

  #takeV1(message: ReceivedV1Message): void {
    if (this.#version === 1) this.#bridge!.receive(message)
    else if (this.#hello === undefined) this.#takeFirst(message)
    else if (message.type === 'upgrade' && this.#exchange !== undefined) {
      this.#upgraded = true
      this.#decoder.width = 32
    } else if (message.type !== 'sync') throw unexpected(message.type)
    // The other's version-1 sync came before it had read our hello: it is void.
  }

  #takeFirst(message: ReceivedV1Message): void {
    if (message.type === 'hello') {
      this.#takeHello(message)
      return
    }
    if (message.type === 'upgrade') throw unexpected(message.type)
    const { uid } = this.#options
    if (this.#bridge === undefined || uid === undefined)
      throw new SessionError('SYNCRO_UID_UNKNOWN', 'The client said no hello, so it speaks version 1, which does not say who speaks: accept it with a uid.')
    const bridge = this.#bridge
    this.#prove({ uid, version: 1, credentials: undefined, peer: this.#options.peer }, () => {
      this.#version = 1
      bridge.receive(message)
    })
  }

  #takeHello(hello: Hello): void {
    this.#hello = hello
    this.#reader.mends = false
    this.#helloReceivedMs = wholeMs(this.#context.environment.now())
    this.#bridge?.end()
    this.#bridge = undefined
    checkHello(hello, this.#context, this.#uid)
    this.#prove({ uid: hello.uid, version: 2, credentials: hello.auth, peer: this.#options.peer }, () => this.#upgrade(hello))
  }

  /** Lets the application judge who this is, and holds what comes in the meantime. */
  #prove(claim: Claim, proven: () => void): void {
    const { authenticate } = this.#options
    const verdict = authenticate === undefined ? true : authenticate(claim)
    if (verdict === true) return proven()
    const refused = new SessionError('SYNCRO_UNAUTHENTICATED', `The client ${JSON.stringify(claim.uid)} was refused.`)
    if (!(verdict instanceof Promise)) throw refused
    this.#held = []
    verdict.then(
      (allowed) => this.#judged(allowed === true ? proven : undefined, refused),
      (cause: unknown) => this.#judged(undefined, new SessionError('SYNCRO_UNAUTHENTICATED', refused.message, { cause })),
    )
  }

  #judged(proven: (() => void) | undefined, refused: SessionError): void {
    if (this.#state === 'closed') return
    const held = this.#held ?? []
    this.#held = undefined
    if (proven === undefined) return this.#end(refused)
    try {
      proven()
      // What was read of the same piece as the claim lies in the decoder still.
      if (!this.hasBorders) this.#read()
    } catch (error) {
      this.#fail(error)
    }
    for (const bytes of held) this.receive(bytes)
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length
    if (this.#heldBytes > this.#context.limits.maxUnprovenBytes)
      throw new SessionError('SYNCRO_SLOW', 'The other side sent more than is kept of a client that is not authenticated yet.')
    this.#held!.push(bytes.slice())
  }

  #upgrade(hello: Hello): void {
    const { clients, environment } = this.#context
    this.#uid = hello.uid
    this.#sendUpgrade(hello)
    this.#version = 2
    const other = clients.find(hello.uid, hello.ledger)?.session
    if (other !== undefined && !outlasts(this, other, this.#context.scriber.ledgerId)) {
      this.end('SYNCRO_REPLACED', 'Another session with this client was opened at the same time and stays.')
      return
    }
    other?.end('SYNCRO_REPLACED', 'A newer session with this client has taken its place.')
    this.#replica = clients.open(hello.uid, hello.ledger, hello.durable, this, environment.now())
    this.#replica.eras.add(hello.era)
    this.#exchange = new Exchange(this, this.#context, this.#replica, hello.era)
    this.#established()
    this.#exchange.begin()
  }

  #established(): void {
    this.#cancelTimeout()
    this.#setState('catching-up')
    this.#context.changed(this)
  }

  /** Stops reading while the store is behind, and ends a session that cannot be stopped. */
  #pace(): void {
    if (this.#state === 'closed') return
    const { scriber, limits } = this.#context
    const waiting = scriber.kept - scriber.stored
    const { connection } = this.#options
    if (this.#pausedInbound) {
      if (waiting > limits.pauseAfterWaiting / 2) return
      this.#pausedInbound = false
      connection.resume?.()
    } else if (waiting > limits.pauseAfterWaiting && connection.pause !== undefined) {
      this.#pausedInbound = true
      connection.pause()
    } else if (waiting > limits.maxWaiting) this.end('SYNCRO_SLOW', 'More came than the store here can take, and the connection cannot be paused.')
  }

  #fail(error: unknown): void {
    if (error instanceof SessionError) return this.#end(error)
    const code = codeOf(error)
    if (code !== undefined) return this.#end(new SessionError(code, (error as Error).message, { cause: error }))
    // Not the peer's fault, and not foreseen: the session ends, and the application learns why.
    this.#end(new SessionError('SYNCRO_INTERNAL', 'The session ended by an error that was not foreseen.', { cause: error }))
    this.#context.report(error)
  }

  #end(reason: SessionError): void {
    if (this.#state === 'closed') return
    this.#tellWhy(reason)
    this.#state = 'closed'
    this.#cancelTimeout()
    this.#bridge?.end()
    this.#exchange?.end()
    this.#held = undefined
    this.#outbound.end()
    this.#endConnection()
    if (this.#replica !== undefined) this.#context.clients.close(this.#replica, this)
    this.#events.emit('state', 'closed')
    this.#events.emit('closed', reason)
    this.#context.changed(this)
  }

  /** Tells a peer that speaks version 2 why; one that speaks version 1 would break on it (WIRE 6.6). */
  #tellWhy({ code, message, remote }: SessionError): void {
    if (remote || code === 'SYNCRO_CLOSED' || code === 'SYNCRO_FRAME_CUT' || !this.#hello?.versions.includes(2)) return
    if (this.#version === undefined) this.#sendUpgrade(this.#hello)
    const body = encodeMessage({ type: 'error', code, message })
    this.push(this.hasBorders ? body : encodeFrame(body, 32))
  }

  #sendUpgrade({ clock }: Hello): void {
    this.sendV1({ type: 'upgrade', version: 2, clock, received: this.#helloReceivedMs, sent: wholeMs(this.#context.environment.now()) })
  }

  #endConnection(): void {
    const { connection } = this.#options
    try {
      if (connection.close !== undefined) connection.close()
      else connection.end?.()
    } catch (error) {
      this.#context.report(error)
    }
  }

  #setState(state: SessionState): void {
    if (this.#state === state || this.#state === 'closed') return
    this.#state = state
    this.#events.emit('state', state)
  }
}

function unexpected(type: string): SessionError {
  return new SessionError('SYNCRO_MESSAGE_UNEXPECTED', `The message "${type}" came where the handshake does not have it.`)
}
