/** A link to another client: dials, and dials again whenever the session ends, until it is closed. */
import type { Connection, Receiver, Transport, Value } from '@syncro/protocol'
import { Events } from '@syncro/scriber'
import type { Environment } from './environment.js'
import { codeOf, isLasting, SessionError } from './errors.js'
import type { CoreLimits } from './limits.js'
import type { Session } from './session.js'

/** `waiting` is the pause before dialling again. */
export type LinkState = 'dialling' | 'open' | 'waiting' | 'closed'

export interface LinkEvents {
  state: (state: LinkState) => void
  /** A session began on a new connection. */
  session: (session: Session) => void
  /** An attempt failed, or a session ended. The link goes on, unless its state says `closed`. */
  failed: (error: Error) => void
}

export interface LinkOptions {
  /** The client that is expected at the other end; checked where given. */
  readonly uid?: string
  /** What the other side's `authenticate` is to judge. */
  readonly credentials?: Value
}

/** What a link knows of the other side. */
export interface LinkedPeer {
  readonly uid: string | undefined
  /** The ledger that it found there: another device of the same uid is another place. */
  readonly ledger: string | undefined
}

export interface LinkContext {
  readonly environment: Environment
  readonly limits: CoreLimits
  /** Resolves when sessions can be opened. */
  readonly ready: Promise<void>
  /** True once no session can be opened any more. */
  isClosing(): boolean
  open(connection: Connection, options: LinkOptions): Session
  /** Another open session with this client: with the ledger that was met before, or, where none was, with any of the uid's. */
  sessionWith(peer: LinkedPeer): Session | undefined
  closed(link: Link): void
  report(error: unknown): void
}

/** Errors of a transport that dialling again does not cure: what was given to it is wrong. */
const lastingTransportCodes: ReadonlySet<string> = new Set([
  'SYNCRO_ADDRESS_INVALID',
  'SYNCRO_OPTION_INVALID',
  'SYNCRO_PATH_TOO_LONG',
])

export class Link {
  /** Resolves when first caught up. Rejects only for what cannot heal: a refused identity, a bad address, or `close` before. */
  readonly ready: Promise<void>
  readonly #transport: Transport
  readonly #options: LinkOptions
  readonly #context: LinkContext
  readonly #events: Events<LinkEvents>
  readonly #settleReady: { readonly resolve: () => void; readonly reject: (error: Error) => void }
  readonly #abort = new AbortController()
  #state: LinkState = 'dialling'
  #session: Session | undefined
  #peer: LinkedPeer
  /** Failures in a row. */
  #failures = 0
  /** Numbers what is dialled: a connection that comes when its attempt is over is ended. */
  #attempt = 0
  #opening: Promise<void> = Promise.resolve()
  /** Settles when the connection at hand has ended. */
  #connected: Promise<void> = Promise.resolve()
  #cancelWait: (() => void) | undefined
  /** Lets go of the session at hand: ends it, if it is this link's own. */
  #leaveSession: (() => void) | undefined
  /** When the session at hand will have lasted long enough. */
  #stableFromMs = Number.POSITIVE_INFINITY

  constructor(transport: Transport, options: LinkOptions, context: LinkContext) {
    this.#transport = transport
    this.#options = options
    this.#context = context
    this.#events = new Events((error) => context.report(error))
    this.#peer = { uid: options.uid, ledger: undefined }
    let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
    this.ready = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
    })
    this.#settleReady = settle!
    // Whoever awaits `ready` gets the error; nobody having done so is no unhandled rejection, since `failed` tells it too.
    this.ready.catch(() => undefined)
    context.ready.then(
      () => this.#dial(),
      (error: Error) => this.#giveUp(error),
    )
  }

  get state(): LinkState {
    return this.#state
  }

  /** The session that is open: over a connection of this link's, or one that the other client opened to us. */
  get session(): Session | undefined {
    return this.#session
  }

  /** The address that is dialled, for people. */
  get label(): string {
    return this.#transport.label
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof LinkEvents>(name: Name, listener: LinkEvents[Name]): () => void {
    return this.#events.on(name, listener)
  }

  /**
   * Ends the link's session, after what is queued was written, and dials no more. Resolves when its connection has ended, or an attempt that was
   * under way is over.
   */
  async close(): Promise<void> {
    this.#giveUp(new SessionError('SYNCRO_CLOSED', 'The link was closed.'))
    await this.#opening
    await this.#connected
  }

  #dial(): void {
    if (this.#state === 'closed') return
    const other = this.#context.sessionWith(this.#peer)
    if (other !== undefined) {
      this.#adopt(other)
      return
    }
    this.#attempt += 1
    this.#setState('dialling')
    this.#opening = this.#open(this.#attempt)
  }

  async #open(attempt: number): Promise<void> {
    try {
      await this.#transport.open((connection) => this.#attach(connection, attempt), this.#abort.signal)
    } catch (error) {
      if (attempt === this.#attempt)
        this.#failed(error instanceof Error ? error : new Error(String(error), { cause: error }))
    }
  }

  #attach(connection: Connection, attempt: number): Receiver {
    const isLate = this.#state === 'closed' || attempt !== this.#attempt
    if (isLate || this.#context.isClosing()) return turnAway(connection)
    // This attempt has succeeded: nothing else of it counts.
    this.#attempt += 1
    const session = this.#begin(connection)
    this.#follow(session, (reason) => this.#failed(reason))
    this.#leaveSession = () => session.close()
    this.#setState('open')
    this.#events.emit('session', session)
    if (session.reason !== undefined && this.#leave(session)) this.#failed(session.reason)
    let ended: (() => void) | undefined
    this.#connected = new Promise((resolve) => {
      ended = resolve
    })
    return {
      receive: (bytes) => session.receive(bytes),
      close: (cause) => {
        session.close(cause)
        ended!()
      },
    }
  }

  /** What is wrong with a session before it begins (its credentials, say) is so the next time as well. */
  #begin(connection: Connection): Session {
    try {
      return this.#context.open(connection, this.#options)
    } catch (error) {
      this.#giveUp(error as Error)
      throw error
    }
  }

  /** The same client came to us, or another link to it is open: that session serves as long as it lasts. */
  #adopt(session: Session): void {
    this.#leaveSession = this.#follow(session, () => this.#waitAndDial())
    if (session.state === 'live') this.#caughtUp(session)
    this.#setState('open')
  }

  #follow(session: Session, over: (reason: SessionError) => void): () => void {
    this.#session = session
    const caughtUp = session.on('caught-up', () => this.#caughtUp(session))
    const closed = session.on('closed', (reason) => {
      if (this.#leave(session)) over(reason)
    })
    return () => {
      caughtUp()
      closed()
    }
  }

  #caughtUp(session: Session): void {
    this.#met(session)
    this.#stableFromMs = Math.min(this.#stableFromMs, this.#context.environment.now() + this.#context.limits.stableMs)
    this.#settleReady.resolve()
  }

  /** The session is over; false if it is not the link's any more. */
  #leave(session: Session): boolean {
    if (this.#session !== session) return false
    this.#session = undefined
    // Kept from the first hello on: of two clients that dial each other, each would else replace the other's session, for ever.
    this.#met(session)
    if (this.#context.environment.now() >= this.#stableFromMs) this.#failures = 0
    this.#stableFromMs = Number.POSITIVE_INFINITY
    return true
  }

  #met({ uid, replica }: Session): void {
    this.#peer = { uid: uid ?? this.#peer.uid, ledger: replica?.ledger ?? this.#peer.ledger }
  }

  #failed(error: Error): void {
    if (this.#state === 'closed') return
    const code = codeOf(error)
    if (code !== undefined && (isLasting(code) || lastingTransportCodes.has(code))) {
      this.#giveUp(error)
      return
    }
    this.#waitAndDial()
    this.#events.emit('failed', error)
  }

  /** Pauses before the next attempt: drawn evenly from 0 to a bound that doubles ("full jitter"), so that many clients do not come at once. */
  #waitAndDial(): void {
    const { environment, limits } = this.#context
    const bound = Math.min(limits.redialLongestMs, limits.redialFirstMs * 2 ** Math.min(this.#failures, 30))
    this.#failures += 1
    this.#cancelWait?.()
    // A program that has nothing else to do than to wait for its server goes on waiting.
    this.#cancelWait = environment.timers.set(Math.floor(fraction(environment) * bound), () => this.#dial(), {
      holdsProcess: true,
    })
    this.#setState('waiting')
  }

  #giveUp(error: Error): void {
    if (this.#state === 'closed') return
    const session = this.#session
    this.#session = undefined
    this.#cancelWait?.()
    this.#abort.abort()
    if (session !== undefined) this.#leaveSession?.()
    this.#settleReady.reject(error)
    this.#setState('closed')
    if (codeOf(error) !== 'SYNCRO_CLOSED') this.#events.emit('failed', error)
    this.#context.closed(this)
  }

  #setState(state: LinkState): void {
    if (this.#state === state || this.#state === 'closed') return
    this.#state = state
    this.#events.emit('state', state)
  }
}

/** A connection that came too late. */
export function turnAway(connection: Connection): Receiver {
  if (connection.close !== undefined) connection.close()
  else connection.end?.()
  return { receive: () => undefined, close: () => undefined }
}

/** A random number from 0 to 1. */
function fraction({ random }: Environment): number {
  const [a = 0, b = 0, c = 0] = random(new Uint8Array(3))
  return (a * 65_536 + b * 256 + c) / 2 ** 24
}
