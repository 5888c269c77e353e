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
  /** An attempt failed, or a session ended by an error. The link goes on, unless its state says `closed`. */
  failed: (error: Error) => void
}

export interface LinkOptions {
  /** The client that is expected at the other end; checked where given. */
  readonly uid?: string
  /** What the other side's `authenticate` is to judge. */
  readonly credentials?: Value
}

export interface LinkContext {
  readonly environment: Environment
  readonly limits: CoreLimits
  /** Resolves when sessions can be opened. */
  readonly ready: Promise<void>
  open(connection: Connection, options: LinkOptions): Session
  /** Another open session with this client. */
  sessionWith(uid: string): Session | undefined
  closed(link: Link): void
  report(error: unknown): void
}

/** Errors of a transport that dialling again does not cure. */
const lastingTransportCodes: ReadonlySet<string> = new Set(['SYNCRO_ADDRESS_INVALID'])

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
  #uid: string | undefined
  #attempts = 0
  #cancelWait: (() => void) | undefined

  constructor(transport: Transport, options: LinkOptions, context: LinkContext) {
    this.#transport = transport
    this.#options = options
    this.#context = context
    this.#events = new Events((error) => context.report(error))
    this.#uid = options.uid
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

  /** The session that is open. */
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

  /** Ends the session, after what is queued was written, and dials no more. */
  close(): void {
    this.#giveUp(new SessionError('SYNCRO_CLOSED', 'The link was closed.'))
  }

  #dial(): void {
    if (this.#state === 'closed') return
    // The same client came to us, or another link to it is open: that session serves.
    const other = this.#uid === undefined ? undefined : this.#context.sessionWith(this.#uid)
    if (other !== undefined) {
      this.#setState('waiting')
      other.on('closed', () => this.#waitAndDial())
      return
    }
    this.#setState('dialling')
    this.#transport.open((connection) => this.#attach(connection), this.#abort.signal).catch((error: Error) => this.#failed(error))
  }

  #attach(connection: Connection): Receiver {
    if (this.#state === 'closed') {
      if (connection.close !== undefined) connection.close()
      else connection.end?.()
      return { receive: () => undefined, close: () => undefined }
    }
    const began = this.#context.environment.now()
    const session = this.#context.open(connection, this.#options)
    this.#session = session
    session.on('caught-up', () => {
      this.#uid = session.uid
      this.#settleReady.resolve()
    })
    session.on('closed', (reason) => {
      this.#session = undefined
      if (this.#context.environment.now() - began >= this.#context.limits.stableMs) this.#attempts = 0
      this.#failed(reason)
    })
    this.#setState('open')
    this.#events.emit('session', session)
    return { receive: (bytes) => session.receive(bytes), close: () => session.close() }
  }

  #failed(error: Error): void {
    if (this.#state === 'closed') return
    const code = codeOf(error)
    if (code !== undefined && (isLasting(code) || lastingTransportCodes.has(code))) return this.#giveUp(error)
    this.#events.emit('failed', error)
    this.#waitAndDial()
  }

  /** Pauses before the next attempt: drawn evenly from 0 to a bound that doubles ("full jitter"), so that many clients do not come at once. */
  #waitAndDial(): void {
    if (this.#state === 'closed') return
    const { environment, limits } = this.#context
    const bound = Math.min(limits.redialLongestMs, limits.redialFirstMs * 2 ** Math.min(this.#attempts, 30))
    this.#attempts += 1
    this.#setState('waiting')
    this.#cancelWait?.()
    this.#cancelWait = environment.timers.set(Math.floor(fraction(environment) * bound), () => this.#dial())
  }

  #giveUp(error: Error): void {
    if (this.#state === 'closed') return
    this.#setState('closed')
    this.#cancelWait?.()
    this.#abort.abort()
    this.#session?.close()
    this.#settleReady.reject(error)
    if (codeOf(error) !== 'SYNCRO_CLOSED') this.#events.emit('failed', error)
    this.#context.closed(this)
  }

  #setState(state: LinkState): void {
    if (this.#state === state) return
    this.#state = state
    this.#events.emit('state', state)
  }
}

/** A random number from 0 to 1. */
function fraction({ random }: Environment): number {
  const [a = 0, b = 0, c = 0] = random(new Uint8Array(3))
  return (a * 65_536 + b * 256 + c) / 2 ** 24
}
