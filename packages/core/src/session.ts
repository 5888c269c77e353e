/**
 * One live connection to a replica, from its handshake until it closes. The session knows the connection and which version is spoken; what
 * is said is the business of its dialogue. Whatever goes wrong in it ends it, and nothing else (DESIGN section 7).
 */
import type { Connection, Hello, PeerInfo, V1Message, Value } from '@syncro/protocol'
import { Events, UsageError } from '@syncro/scriber'
import { Bridge } from './bridge.js'
import type { Replica } from './clients.js'
import { type CoreUsageErrorCode, codeOf, SessionError, type SessionErrorCode } from './errors.js'
import { Exchange } from './exchange.js'
import { framedV1 } from './frames.js'
import { Handshake } from './handshake.js'
import { Heartbeat, type Vitals } from './heartbeat.js'
import { type Authenticate, wholeMs } from './hello.js'
import { Inbound } from './inbound.js'
import { Outbound } from './outbound.js'
import type { OutgoingStep } from './outgoing-step.js'
import type { SessionContext } from './session-context.js'
import { BinarySpeech, JsonSpeech, type Speech } from './speech.js'
import { isThenable } from './thenable.js'
import type { TimeSample } from './timekeeper.js'

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
  /** Whether this side opened the connection. */
  readonly isDialled: boolean
  /** The client that is expected; without one its hello has to say. */
  readonly uid?: string | undefined
  readonly credentials?: Value | undefined
  readonly authenticate?: Authenticate | undefined
  readonly peer?: PeerInfo | undefined
}

export class Session implements Vitals {
  readonly #context: SessionContext
  readonly #options: SessionOptions
  readonly #outbound: Outbound
  readonly #events: Events<SessionEvents>
  readonly #inbound: Inbound
  readonly #heartbeat: Heartbeat
  readonly #number: number
  readonly #handshake: Handshake
  #state: SessionState = 'handshaking'
  #reason: SessionError | undefined
  #dialogue: Bridge | Exchange | undefined
  #replica: Replica | undefined
  #speech: Speech | undefined
  #cancelTimeout: () => void
  #received = 0
  #rowsReceived = 0
  #isLate = false
  #rowsExpected = 0

  constructor(context: SessionContext, options: SessionOptions) {
    this.#context = context
    this.#options = options
    this.#events = new Events((error) => context.report(error))
    this.#number = context.nextNumber()
    this.#outbound = new Outbound(options.connection, context.environment, context.limits, {
      stored: () => context.scriber.stored,
      flushing: () => this.run(() => this.#dialogue?.flushing()),
      drained: () => this.run(() => this.#dialogue?.drained()),
      emptied: () => context.emptied(),
      failed: (cause) =>
        this.#end(
          new SessionError('SYNCRO_CONNECTION_FAILED', 'The connection threw when it was written to.', { cause }),
        ),
      overrun: () =>
        this.end('SYNCRO_SLOW', `More is to be sent than the ${context.limits.maxOutboundBytes} bytes that are held.`),
    })
    this.#inbound = new Inbound(options.connection, context, {
      v1: (message) => {
        if (this.#dialogue instanceof Bridge) this.#dialogue.receive(message)
        else this.#handshake.take(message)
      },
      v2: (message, most, rows) => {
        if (this.#dialogue instanceof Exchange) this.#dialogue.receive(message, most, rows)
      },
    })
    this.#handshake = new Handshake(this, context, options, {
      inbound: this.#inbound,
      send: (message) => this.sendV1(message),
      version1: (bridge) => {
        this.#dialogue = bridge
      },
      version2: (hello) => this.#exchangeWith(hello),
    })
    this.#heartbeat = new Heartbeat(context.environment.timers, context.limits, this, {
      ask: () => this.run(() => this.#dialogue?.ask()),
      end: (reason) => this.#end(reason),
    })
    this.#cancelTimeout = context.environment.timers.set(context.limits.handshakeMs, () =>
      this.#end(
        new SessionError(
          'SYNCRO_HANDSHAKE_TIMEOUT',
          `The other side did not complete the handshake within ${context.limits.handshakeMs} ms.`,
        ),
      ),
    )
  }

  /** The uid of the client on the other side; undefined until its hello has come, where none was given. */
  get uid(): string | undefined {
    return this.#handshake.uid
  }

  get state(): SessionState {
    return this.#state
  }

  /** The version of the protocol that is spoken; undefined until the first message has come. */
  get version(): 1 | 2 | undefined {
    return this.#handshake.version
  }

  get connection(): Connection {
    return this.#options.connection
  }

  get replica(): Replica | undefined {
    return this.#replica
  }

  /** Whether this side opened the connection: then the clock on the other side is measured. */
  get isDialled(): boolean {
    return this.#options.isDialled
  }

  /** The number of this session among those of this client's era. */
  get number(): number {
    return this.#number
  }

  /** What the other side said of itself; undefined before it did, and from a peer of version 1. */
  get hello(): Hello | undefined {
    return this.#handshake.hello
  }

  /** Why the session ended; undefined while it has not. */
  get reason(): SessionError | undefined {
    return this.#reason
  }

  /** Bytes that wait to be written. */
  get queuedBytes(): number {
    return this.#outbound.queuedBytes
  }

  get isFull(): boolean {
    return this.#outbound.full
  }

  /** True while the peer has been sent all that is there; also before anybody is known to be there. */
  get isEven(): boolean {
    if (this.#state === 'closed' || this.version === undefined) return true
    return this.#outbound.queuedBytes === 0 && (this.#dialogue?.isEven ?? true)
  }

  /** How often the connection has given us something. */
  get received(): number {
    return this.#received
  }

  /** How many writes the connection was given. */
  get written(): number {
    return this.#outbound.written
  }

  /** True while the connection has asked for a pause. */
  get isBlocked(): boolean {
    return this.#outbound.isBlocked
  }

  /** True while there is no more room for what the connection does not take. */
  get isStuck(): boolean {
    return this.isBlocked && this.isFull
  }

  /** True while we have asked the connection for a pause. */
  get isDeaf(): boolean {
    return this.#inbound.isPaused
  }

  /** For dialogues: says messages of version 2 in the encoding that was agreed upon. */
  get speech(): Speech {
    this.#speech ??=
      this.#handshake.encoding === 'binary'
        ? new BinarySpeech(this.#outbound, this.hasBorders, this.#context.encoder, this.#handshake.compression)
        : new JsonSpeech(this.#outbound, this.hasBorders)
    return this.#speech
  }

  get hasBorders(): boolean {
    return this.#options.connection.borders === true
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof SessionEvents>(name: Name, listener: SessionEvents[Name]): () => void {
    return this.#events.on(name, listener)
  }

  /**
   * Says hello, and to a client whose uid is known `sync` as well, since it may speak version 1. Waits for nothing.
   *
   * @throws ProtocolError `SYNCRO_MESSAGE_INVALID` or `SYNCRO_FRAME_TOO_LARGE` for credentials that cannot be sent.
   */
  begin(): void {
    try {
      this.#handshake.begin()
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /**
   * Takes what the connection has read: any piece of the stream, or one message where the connection keeps borders. Bad input ends the
   * session; nothing is thrown for it.
   *
   * @throws UsageError `SYNCRO_TRANSACTION_OPEN` within `transact`, `SYNCRO_BYTES_INVALID` for anything but bytes.
   */
  receive(bytes: Uint8Array): void {
    if (this.#state === 'closed') return
    if (!ArrayBuffer.isView(bytes))
      throw new UsageError<CoreUsageErrorCode>(
        'SYNCRO_BYTES_INVALID',
        'receive() takes bytes (Uint8Array, Buffer). If the socket gives text, leave out setEncoding().',
      )
    if (this.#context.scriber.isTransacting)
      throw new UsageError(
        'SYNCRO_TRANSACTION_OPEN',
        'receive() was called inside transact(). Let the transaction end first.',
      )
    this.#received += 1
    try {
      this.#inbound.take(bytes)
      this.#inbound.pace()
    } catch (error) {
      this.#fail(error)
    }
  }

  /**
   * Ends the session, and its connection after what is queued and stored was written. Also to be called when the connection has closed.
   *
   * @param cause why the connection has closed, where it did not do so in order.
   */
  close(cause?: Error): void {
    // How far things have gone is said once more, so that the next session need not begin further back.
    this.run(() => this.#dialogue?.flushing())
    if (this.#state === 'closed') return
    const options = cause instanceof Error ? { cause } : {}
    this.#end(
      this.#inbound.isCut
        ? new SessionError(
            'SYNCRO_FRAME_CUT',
            'The connection closed in the middle of a frame; what it began is dropped and comes again with the next session.',
            options,
          )
        : new SessionError('SYNCRO_CLOSED', 'The session was closed.', options),
    )
  }

  /** Ends the session for a reason that the other side is told. */
  end(code: SessionErrorCode, message: string): void {
    this.#end(new SessionError(code, message))
  }

  /** Finds out whether the peer is there: asks it, and calls back once it has answered, or the time for that is over. */
  probe(answered: (isAlive: boolean) => void): void {
    if (this.#state !== 'closed' && this.#dialogue instanceof Exchange) this.#dialogue.probe(answered)
    else answered(false)
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

  /** Rows are forgotten: their numbers may soon be other records'. */
  trimmed(rows: readonly number[]): void {
    this.run(() => this.#dialogue?.trimmed(rows))
  }

  /** More is stored: what waited for it may leave. */
  stored(): void {
    if (this.#state === 'closed') return
    if (this.#outbound.queuedBytes > 0) this.#outbound.schedule()
    this.run(() => this.#inbound.pace())
  }

  /** For the bridge: queues a message as it goes on the wire. */
  push(bytes: Uint8Array, kept = 0): void {
    this.#outbound.push(bytes, kept)
  }

  /** For dialogues: does what a timer brought. What it throws ends the session. */
  run(work: () => void): void {
    if (this.#state === 'closed') return
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** For dialogues: has `flushing` called and the queue written when what runs now has ended. */
  schedule(): void {
    this.#outbound.schedule()
  }

  /**
   * For dialogues: the same once the event loop has turned. What only says how far things have gone goes with what the program says to what has just
   * come, if it says anything: a write of its own takes longer than the whole change.
   */
  scheduleLate(): void {
    if (this.#isLate) return
    this.#isLate = true
    this.#context.environment.timers.defer(() => {
      this.#isLate = false
      this.#outbound.schedule()
    })
  }

  /**
   * For the handshake and version 1: sends a version-1 message.
   *
   * @throws ProtocolError `SYNCRO_FRAME_TOO_LARGE` if it does not fit in a version-1 frame.
   */
  sendV1(message: V1Message, kept = 0): void {
    this.push(framedV1(message, this.hasBorders), kept)
  }

  /** For dialogues: the peer announced a catch-up. */
  catchingUp(expected: number): void {
    this.#rowsReceived = 0
    this.#rowsExpected = expected
    this.#setState('catching-up')
  }

  /** For dialogues: rows of a catch-up have come. */
  progressed(rows: number): void {
    if (this.#state !== 'catching-up') return
    this.#rowsReceived += rows
    const received = this.#rowsReceived
    this.#events.emit('progress', { received, expected: Math.max(this.#rowsExpected, received) })
  }

  /** For dialogues: the peer has said that we have what it has. */
  caughtUp(): void {
    this.#setState('live')
    this.#events.emit('caught-up')
    this.#context.changed(this)
  }

  /** For dialogues: the peer has told when it got a question of ours, and when its answer left, in ms of its raw wall clock. */
  answeredAt(times: Omit<TimeSample, 'answered'>): void {
    const { timeSetting, environment, time } = this.#context
    if (!this.isDialled) timeSetting.look(Math.max(time.now(), times.sent))
    else if (this.#replica !== undefined)
      timeSetting.measured(this.#replica, { ...times, answered: wholeMs(environment.now()) })
  }

  /** For dialogues: the peer has acknowledged something. */
  acknowledged(): void {
    this.#context.changed(this)
  }

  /** For the bridge: the peer speaks version 1, and this is what we know of it. */
  speaksVersion1(replica: Replica): void {
    this.#replica = replica
    this.shakenHands()
    this.#established()
  }

  /** For dialogues: the other side has said all that the handshake waits for. */
  shakenHands(): void {
    this.#cancelTimeout()
  }

  #exchangeWith({ uid, ledger, era, durable }: Hello): void {
    const { clients, time } = this.#context
    this.#replica = clients.open(uid, ledger, durable, this, time.now())
    clients.met(this.#replica, era)
    const exchange = new Exchange(this, this.#context, this.#replica, era)
    this.#dialogue = exchange
    this.#established()
    exchange.begin()
  }

  #established(): void {
    this.#heartbeat.begin()
    this.#setState('catching-up')
    this.#context.changed(this)
  }

  #fail(error: unknown): void {
    const code = codeOf(error)
    if (error instanceof SessionError) this.#end(error)
    else if (code !== undefined) this.#end(new SessionError(code, (error as Error).message, { cause: error }))
    else {
      // Not the peer's fault, and not foreseen. The application learns why; a peer that finds such a way must not end the process.
      const text = `The session ended by an error that was not foreseen: ${String(error)}`
      const unforeseen = new SessionError('SYNCRO_INTERNAL', text, { cause: error })
      this.#end(unforeseen)
      this.#context.problem(unforeseen, String(error))
    }
  }

  #end(reason: SessionError): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#reason = reason
    this.#cancelTimeout()
    this.#heartbeat.end()
    this.#handshake.end()
    this.#dialogue?.end()
    this.#outbound.end(this.#handshake.lastWords(reason))
    this.#endConnection()
    if (this.#replica !== undefined) {
      this.#context.clients.close(this.#replica, this, this.#context.time.now())
      if (this.#replica.session === undefined) this.#context.timeSetting.left(this.#replica)
    }
    this.#events.emit('state', 'closed')
    this.#events.emit('closed', reason)
    this.#context.changed(this)
    this.#context.emptied()
    this.#heed(reason)
  }

  /** What the reason says of ourselves. */
  #heed({ code, remote, timeMs }: SessionError): void {
    const { scriber, timeSetting, copied } = this.#context
    const isOwnLedger = this.hello?.ledger === scriber.ledgerId
    if (code === 'SYNCRO_COPIED' && (remote || (isOwnLedger && this.isDialled))) copied()
    if (this.#replica === undefined) return
    // The peer has refused a stamp and said what time it is; if it did not, what was known of its time may be no longer true.
    if (!remote || code !== 'SYNCRO_CLOCK' || timeMs === undefined) this.#replica.lagMs = 0
    else timeSetting.refused(this.#replica, timeMs, this.isDialled)
  }

  #endConnection(): void {
    const { connection } = this.#options
    try {
      this.#inbound.end()
      const ending: unknown = connection.close !== undefined ? connection.close() : connection.end?.()
      if (isThenable(ending)) ending.then(undefined, (cause: unknown) => this.#closedBadly(cause))
    } catch (cause) {
      this.#closedBadly(cause)
    }
  }

  #closedBadly(cause: unknown): void {
    this.#context.problem(
      new SessionError('SYNCRO_CONNECTION_FAILED', `The connection threw when it was closed: ${String(cause)}`, {
        cause,
      }),
      String(cause),
    )
  }

  #setState(state: SessionState): void {
    if (this.#state === state || this.#state === 'closed') return
    this.#state = state
    this.#events.emit('state', state)
  }
}
