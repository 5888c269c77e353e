/**
 * The first messages of a session: both say hello, the peer's version is found out, the application judges who it is, and of two sessions with
 * one replica one is chosen (DESIGN section 6). Then the session has a dialogue, and the handshake is over.
 */
import type { Compression, Hello, ReceivedV1Message, Upgrade, V1Message } from '@syncro/protocol'
import { Bridge } from './bridge.js'
import { SessionError } from './errors.js'
import { framedV1 } from './frames.js'
import { type Claim, checkHello, deflate, ourHello, outlasts, wholeMs } from './hello.js'
import type { Inbound } from './inbound.js'
import { prove } from './proof.js'
import type { Session, SessionOptions } from './session.js'
import type { Encoding, SessionContext } from './session-context.js'

export interface HandshakeHooks {
  readonly inbound: Pick<Inbound, 'hold' | 'release' | 'pace' | 'trustLengths' | 'upgrade'>
  send(message: V1Message): void
  /** The peer speaks version 1. */
  version1(bridge: Bridge): void
  /** The peer speaks version 2, and this session is the one that stays. */
  version2(hello: Hello): void
}

export class Handshake {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #options: SessionOptions
  readonly #hooks: HandshakeHooks
  #uid: string | undefined
  #version: 1 | 2 | undefined
  #hello: Hello | undefined
  #helloSentMs = 0
  #helloReceivedMs = 0
  /** Asks a client whose uid is known, since it may speak version 1. */
  #bridge: Bridge | undefined
  /** What comes is held: something has to be known first. */
  #isHolding = false

  constructor(session: Session, context: SessionContext, options: SessionOptions, hooks: HandshakeHooks) {
    this.#session = session
    this.#context = context
    this.#options = options
    this.#hooks = hooks
    this.#uid = options.uid
  }

  get uid(): string | undefined {
    return this.#uid
  }

  /** The version that is spoken; undefined until that is known. */
  get version(): 1 | 2 | undefined {
    return this.#version
  }

  get hello(): Hello | undefined {
    return this.#hello
  }

  /** Says hello, and to a client whose uid is known `sync` as well. Waits for nothing. */
  begin(): void {
    const hello = ourHello(this.#context, this.#session.number, this.#options.credentials)
    this.#helloSentMs = hello.clock
    this.#hooks.send(hello)
    if (this.#uid === undefined) {
      // The gem would be nobody here, so there are no lengths of its to be mended, and up to 4 MiB to be held for that.
      this.#hooks.inbound.trustLengths()
      return
    }
    this.#bridge = new Bridge(this.#session, this.#context, this.#uid)
    this.#bridge.begin()
  }

  /** Takes a message of version 1, while that is not known to be the peer's version. */
  take(message: ReceivedV1Message): void {
    if (this.#hello === undefined) this.#takeFirst(message)
    else if (message.type === 'upgrade' && this.#version === 2) this.#takeUpgrade(message)
    // The other's version-1 sync came before it had read our hello: it is void. And a type that nobody knows is nobody's business.
    else if (message.type !== 'sync' && message.type !== 'unknown') throw unexpected(message.type)
  }

  end(): void {
    this.#bridge?.end()
  }

  /** The encoding in which the peer is spoken to from our upgrade on. */
  get encoding(): Encoding {
    return this.#context.encoding === 'binary' && this.#hello?.encodings?.includes('binary') === true
      ? 'binary'
      : 'json'
  }

  /** Deflates, where the peer can inflate. */
  get compression(): Compression | undefined {
    return this.#hello?.encodings?.includes(deflate) === true ? this.#context.environment.compression : undefined
  }

  /** Tells a peer that speaks version 2 why the session ends; one that speaks version 1 would break on it (WIRE 6.6). */
  lastWords({ code, message, remote, timeMs }: SessionError): Uint8Array[] {
    if (remote || untold.has(code) || !this.#hello?.versions.includes(2)) return []
    // What a peer may know of an error that is none of its business.
    const text = code === 'SYNCRO_INTERNAL' ? 'The session ended by an error that was not foreseen.' : message
    const time = timeMs === undefined ? undefined : { time: wholeMs(timeMs) }
    const { hasBorders, speech } = this.#session
    const error = speech.written({ type: 'error', code, message: text, ...time })
    return this.#version === undefined ? [framedV1(this.#upgradeTo(this.#hello), hasBorders), error] : [error]
  }

  #takeFirst(message: ReceivedV1Message): void {
    if (message.type === 'hello') {
      this.#takeHello(message)
      return
    }
    if (message.type === 'upgrade') throw unexpected(message.type)
    const { uid, peer } = this.#options
    if (this.#bridge === undefined || uid === undefined)
      throw new SessionError(
        'SYNCRO_UID_UNKNOWN',
        'The client said no hello, so it speaks version 1, which does not say who speaks: accept it with a uid.',
      )
    const bridge = this.#bridge
    this.#prove({ uid, version: 1, credentials: undefined, peer }, () => {
      this.#version = 1
      this.#hooks.version1(bridge)
      bridge.receive(message)
    })
  }

  #takeHello(hello: Hello): void {
    this.#hello = hello
    this.#hooks.inbound.trustLengths()
    this.#helloReceivedMs = wholeMs(this.#context.environment.now())
    this.#bridge?.end()
    this.#bridge = undefined
    checkHello(hello, this.#context, this.#uid)
    const { uid, auth } = hello
    this.#prove({ uid, version: 2, credentials: auth, peer: this.#options.peer }, () => {
      this.#uid = uid
      this.#hooks.send(this.#upgradeTo(hello))
      this.#version = 2
      this.#meet(hello)
    })
  }

  #takeUpgrade({ clock, received, sent, encoding }: Upgrade): void {
    if (encoding !== undefined && encoding !== this.#context.encoding) throw unexpected('upgrade')
    this.#hooks.inbound.upgrade(encoding)
    if (clock === this.#helloSentMs) this.#session.answeredAt({ asked: clock, received, sent })
  }

  /** Has the application judge who this is, and holds what comes in the meantime. */
  #prove(claim: Claim, proven: () => void): void {
    const verdict = prove(this.#options.authenticate, claim, (cause) =>
      this.#context.warn(
        'SYNCRO_UNAUTHENTICATED',
        'authenticate',
        `authenticate() threw, which refuses the client: ${String(cause)}`,
      ),
    )
    if (verdict === true) {
      if (this.#session.state !== 'closed') proven()
      return
    }
    // First of all: a refusal that nobody waits for would end the process.
    verdict.then(
      () => this.#goOn(proven),
      (error: unknown) =>
        this.#session.run(() => {
          throw error
        }),
    )
    if (this.#session.state !== 'closed') this.#hold()
  }

  #hold(): void {
    this.#isHolding = true
    this.#hooks.inbound.hold()
  }

  /** Does what was waited for, then takes what has come in the meantime, unless something else is waited for now. */
  #goOn(work: () => void): void {
    const { inbound } = this.#hooks
    this.#session.run(() => {
      this.#isHolding = false
      work()
      if (this.#isHolding) return
      inbound.release()
      inbound.pace()
    })
  }

  /** There may be another session with this replica: one of the two stays. */
  #meet(hello: Hello): void {
    const session = this.#session
    const other = this.#context.clients.find(hello.uid, hello.ledger)?.session
    if (other === undefined) this.#hooks.version2(hello)
    else if (other.hello?.era !== hello.era) this.#meetCopy(hello, other)
    else if (outlasts(session, other, this.#context.scriber.ledgerId)) this.#replace(hello, other)
    else session.end('SYNCRO_REPLACED', 'Another session with this client was opened at the same time and stays.')
  }

  /** The same ledger, opened twice: it has begun anew and the other session is dead, or one of the two is a copy. */
  #meetCopy(hello: Hello, other: Session): void {
    this.#hold()
    other.probe((isAlive) =>
      this.#goOn(() => {
        if (!isAlive) this.#replace(hello, other)
        else
          throw new SessionError(
            'SYNCRO_COPIED',
            'This ledger is open elsewhere, and was there first: this is a copy. It goes on under a new id.',
          )
      }),
    )
  }

  #replace(hello: Hello, other: Session): void {
    other.end('SYNCRO_REPLACED', 'A newer session with this client has taken its place.')
    // Whoever was told of that may have closed this one.
    if (this.#session.state !== 'closed') this.#meet(hello)
  }

  #upgradeTo({ clock }: Hello): V1Message {
    const sent = wholeMs(this.#context.environment.now())
    const { encoding } = this
    return {
      ...{ type: 'upgrade', version: 2, clock, received: this.#helloReceivedMs, sent },
      ...(encoding === 'binary' ? { encoding } : undefined),
    }
  }
}

/** Reasons that are no use to the other side, or cannot reach it. */
const untold: ReadonlySet<string> = new Set(['SYNCRO_CLOSED', 'SYNCRO_FRAME_CUT', 'SYNCRO_CONNECTION_FAILED'])

function unexpected(type: string): SessionError {
  return new SessionError(
    'SYNCRO_MESSAGE_UNEXPECTED',
    `The message "${type}" came where the handshake does not have it.`,
  )
}
