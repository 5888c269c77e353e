/** What an application holds: its classes, its store, who it is, and whom it is connected with. It wires and delegates. */
import type { Connection, Listener, Listening, PeerInfo, Transport, Value } from '@syncro/protocol'
import {
  type ChangeType,
  Events,
  type RecordId,
  Scriber,
  type Step,
  type StoreError,
  type Table,
} from '@syncro/scriber'
import { checkConnection, checkTransport, checkUid, notConnected, notReady } from './arguments.js'
import { type Bindable, type Recorded, recorded, type StepOrigin } from './binding.js'
import { Classes } from './classes.js'
import { Clients } from './clients.js'
import { type Environment, platformEnvironment } from './environment.js'
import type { Authenticate } from './hello.js'
import { type HistoryEntry, readHistory } from './history.js'
import { type CoreLimits, defaultCoreLimits } from './limits.js'
import { Link, type LinkOptions, turnAway } from './link.js'
import { OutgoingStep, StepEncoder } from './outgoing-step.js'
import { Pending, type SyncState, type Unsent } from './pending.js'
import { Session, type SessionOptions } from './session.js'
import type { SessionContext } from './session-context.js'
import type { ClientInfo, SyncroEvents, SyncroOptions, SyncroStatus } from './syncro-types.js'
import { TimeSetting } from './time-setting.js'
import { Timekeeper } from './timekeeper.js'
import { Trimming } from './trimming.js'

export class Syncro {
  readonly uid: string
  readonly mode: 'development' | 'production'
  /** The recorder beneath: ledger, transactions, store. */
  readonly scriber: Scriber
  readonly environment: Environment
  readonly limits: CoreLimits
  /** Resolves when the store is open; at once where nothing has to be waited for. Rejects with the store's error. */
  readonly ready: Promise<void>
  readonly #time: Timekeeper
  readonly #options: SyncroOptions
  readonly #clients: Clients
  readonly #pending: Pending
  readonly #trimming: Trimming
  readonly #events = new Events<SyncroEvents>((error, event) => {
    // A listener for errors that throws would be told of its own error, and again.
    if (event === 'error') this.#throw(error)
    else this.#report(error)
  })
  readonly #classes: Classes
  readonly #sessions = new Set<Session>()
  readonly #byConnection = new WeakMap<Connection, Session>()
  readonly #links = new Set<Link>()
  readonly #listenings = new Set<Listening>()
  readonly #warned = new Set<string>()
  /** Uids that the program has named: what comes late for them is no mistake. */
  readonly #named = new Set<string>()
  readonly #encoder: StepEncoder
  readonly #context: SessionContext
  #numbers = 0
  #isCopied = false
  #closing: Promise<void> | undefined
  /** Told when a session has nothing more to send; there while `close` waits for that. */
  #emptied: (() => void) | undefined

  /**
   * @throws UsageError `SYNCRO_UID_INVALID`, `SYNCRO_CLASS_TAKEN` if two classes have one name.
   */
  constructor(options: SyncroOptions) {
    checkUid(options?.uid)
    this.#options = options
    this.uid = options.uid
    this.mode = options.mode ?? platformMode()
    this.environment = { ...platformEnvironment, ...options.environment }
    this.limits = { ...defaultCoreLimits, ...options.limits }
    this.#time = new Timekeeper(this.environment.now)
    this.scriber = new Scriber({
      now: this.#time.now,
      random: this.environment.random,
      author: this.uid,
      ...(options.store === undefined ? undefined : { store: options.store }),
      ...(options.limits === undefined ? undefined : { limits: options.limits }),
      reportError: (error) => this.#report(error),
    })
    this.#classes = new Classes(this.scriber, (error) => this.#report(error))
    this.#clients = new Clients(this.scriber, this.limits)
    this.#pending = new Pending(this.scriber, this.#clients)
    this.#trimming = new Trimming(this.scriber, this.#clients, {
      environment: this.environment,
      time: this.#time,
      limits: this.limits,
    })
    this.#encoder = new StepEncoder(this.scriber.ledger)
    this.#context = this.#sessionContext()
    this.scriber.on('step', (step) => this.#step(step))
    this.scriber.on('stored', () => {
      for (const session of this.#sessions) session.stored()
    })
    this.scriber.on('trimmed', (rows) => {
      this.#clients.trimmed(rows)
      for (const session of this.#sessions) session.trimmed(rows)
    })
    this.scriber.on('conflict', (conflict) => this.#events.emit('conflict', conflict))
    this.scriber.on('opening', (progress) => this.#events.emit('opening', progress))
    this.scriber.on('store-problem', (problem) => {
      if (problem !== undefined) this.#report(problem)
      this.#events.emit('changed')
    })
    this.#classes.register(options.models ?? [], this)
    if (this.scriber.isReady) this.#opened()
    this.ready = this.scriber.isReady ? this.scriber.ready : this.scriber.ready.then(() => this.#opened())
    // Whoever awaits `ready` gets the error; nobody having done so yet is no unhandled rejection.
    this.ready.catch(() => undefined)
  }

  /**
   * Wall time in ms since the Unix epoch, set right by the clocks of those whom this client dialled. What is recorded here is stamped with it. Raw
   * until one has been measured.
   */
  now(): number {
    return this.#time.now()
  }

  get isReady(): boolean {
    return this.scriber.isReady
  }

  get status(): SyncroStatus {
    if (this.#closing !== undefined) return 'closed'
    if (!this.isReady) return 'opening'
    let status: SyncroStatus = 'offline'
    for (const { state } of this.#sessions) {
      if (state === 'live') return 'live'
      if (state === 'catching-up') status = 'catching-up'
    }
    return status
  }

  /** The sessions that are open. */
  get sessions(): readonly Session[] {
    return [...this.#sessions]
  }

  /**
   * Begins a session over a connection that this side opened, to a client whose uid is known. Hand its bytes to `session.receive` (or
   * `syncro.receive`), and tell it when the connection has closed.
   *
   * @throws UsageError `SYNCRO_CONNECTION_IN_USE`, `SYNCRO_CONNECTION_INVALID`, `SYNCRO_UID_INVALID`, `SYNCRO_NOT_READY`.
   */
  connect(uid: string, connection: Connection, options: { readonly credentials?: Value } = {}): Session {
    checkUid(uid)
    this.#named.add(uid)
    return this.#open({ connection, isDialled: true, uid, credentials: options.credentials })
  }

  /**
   * Begins a session over a connection that the other side opened; its hello says who it is. A client of version 1 says no hello: give its
   * uid.
   *
   * @throws UsageError as `connect` does.
   */
  accept(
    connection: Connection,
    options: { readonly uid?: string; readonly authenticate?: Authenticate; readonly peer?: PeerInfo } = {},
  ): Session {
    const { uid, authenticate, peer } = options
    if (uid !== undefined) {
      checkUid(uid)
      this.#named.add(uid)
    }
    if (authenticate === undefined && peer?.local === false) this.#warnUnauthenticated(peer)
    return this.#open({ connection, isDialled: false, uid, authenticate, peer })
  }

  /**
   * Hands over what a connection has read. The connection may be left out while the uid has one session. What comes after a session's end is
   * dropped.
   *
   * @throws UsageError `SYNCRO_NOT_CONNECTED` if there never was such a session, or if the uid has several; what `Session.receive` throws.
   */
  receive(uid: string, bytes: Uint8Array, connection?: Connection): void {
    const session = this.#sessionOf(uid, connection)
    if (session !== undefined) session.receive(bytes)
    else if (connection !== undefined)
      throw notConnected(
        `This connection has no session: call syncro.connect(${JSON.stringify(uid)}, connection) first.`,
      )
    else if (!this.#named.has(uid) && !this.#clients.has(uid))
      throw notConnected(`There is no session with ${JSON.stringify(uid)}: call syncro.connect(uid, connection) first.`)
  }

  /**
   * Tells that a connection has closed, or ends it. Nothing happens where no session is left, or none ever was: a socket that could not connect
   * tells of its end, too.
   *
   * @throws UsageError `SYNCRO_NOT_CONNECTED` if the uid has several sessions and no connection is given.
   */
  disconnect(uid: string, connection?: Connection): void {
    this.#sessionOf(uid, connection)?.close()
  }

  /** Keeps dialling until the link is closed; works offline until then. The other side's uid is told by its hello, and checked where one is given. */
  dial(transport: Transport, options: LinkOptions = {}): Link {
    checkTransport(transport, 'open', 'dial')
    if (options.uid !== undefined) checkUid(options.uid)
    this.#checkNotClosed()
    const link = new Link(transport, options, {
      environment: this.environment,
      limits: this.limits,
      ready: this.ready,
      isClosing: () => this.#closing !== undefined,
      open: (connection, { uid, credentials }) => this.#open({ connection, isDialled: true, uid, credentials }),
      sessionWith: ({ uid, ledger }) =>
        [...this.#sessions].find(
          (session) =>
            session.state !== 'closed' &&
            session.state !== 'handshaking' &&
            (ledger === undefined ? session.uid === uid : session.replica?.ledger === ledger),
        ),
      closed: (closed) => this.#links.delete(closed),
      report: (error) => this.#report(error),
    })
    this.#links.add(link)
    return link
  }

  /** Accepts connections until the result is closed. Rejects with the transport's error, e.g. for a port in use. */
  async listen(listener: Listener, options: { readonly authenticate?: Authenticate } = {}): Promise<Listening> {
    checkTransport(listener, 'listen', 'listen')
    this.#checkNotClosed()
    await this.ready
    this.#checkNotClosed()
    const opened = await listener.listen((connection, peer) => {
      if (this.#closing !== undefined) return turnAway(connection)
      const session = this.accept(connection, { ...options, peer })
      return { receive: (bytes) => session.receive(bytes), close: (cause) => session.close(cause) }
    })
    const { address, port } = opened
    const listening: Listening = {
      address,
      ...(port === undefined ? undefined : { port }),
      close: async () => {
        await opened.close()
        this.#listenings.delete(listening)
      },
    }
    this.#listenings.add(listening)
    if (this.#closing === undefined) return listening
    // Closed while the transport was at it.
    await listening.close()
    throw notReady()
  }

  /** Records a change for a class that is no model; see `Scriber.record`. The gem's `scribe`. */
  record(name: string, type: ChangeType, id: RecordId, data?: { readonly [field: string]: unknown }): void {
    this.scriber.record(name, type, id, data)
  }

  /** Runs a function whose changes are one batch: together, or, if it throws, not at all; see `Scriber.transact`. */
  transact<Result>(run: () => Result extends PromiseLike<unknown> ? never : Result): Result {
    return this.scriber.transact(run) as Result
  }

  /**
   * A class as this Syncro knows it: what its statics do, where a process has several Syncros.
   *
   * @throws UsageError `SYNCRO_CLASS_UNKNOWN` if the class was not given to this Syncro.
   */
  collection<Collection>(bindable: Bindable<Collection>): Collection {
    return this.#classes.collection(bindable, this.uid)
  }

  /**
   * Resolves when everything that was recorded or received up to now is stored, at the store's level; at once without a store.
   *
   * Rejects with the StoreError of a store that keeps nothing: `SYNCRO_STORE_STALLED` for the time being, `SYNCRO_STORE_FAILED` until it is opened anew.
   */
  async flushed(): Promise<void> {
    if (!this.isReady) await this.ready
    await this.#storing()
    const { storeProblem } = this.scriber
    if (storeProblem !== undefined) throw storeProblem
  }

  /**
   * Why the store keeps nothing just now: `SYNCRO_STORE_STALLED` while it tries again by itself, `SYNCRO_STORE_FAILED` until it is opened anew. What it
   * has not kept is shown here, and sent to nobody. Undefined while all is well; `changed` tells when that changes.
   */
  get storeProblem(): StoreError | undefined {
    return this.scriber.storeProblem
  }

  /** Whether all of a record is with a client that keeps it; `unstored` while the store here could not keep what came last: see `storeProblem`. */
  syncState(name: string, id: RecordId): SyncState {
    return this.#pending.state(name, id)
  }

  /**
   * What was changed in a record, by whom and when, in the order in which it was stored here: the record, or the name of its class and its id. For stores
   * that keep a history: `sqlite(path, { history: true })`.
   *
   * Rejects with UsageError `SYNCRO_HISTORY_OFF` for a store that keeps none, and with the StoreError of one that cannot be read.
   */
  history(record: Recorded): Promise<readonly HistoryEntry[]>
  history(name: string, id: RecordId): Promise<readonly HistoryEntry[]>
  history(record: Recorded | string, id?: RecordId): Promise<readonly HistoryEntry[]> {
    return typeof record === 'string'
      ? readHistory(this.scriber, record, id!)
      : readHistory(this.scriber, ...record[recorded]())
  }

  /** What would be lost if this device were: changes made here that nobody has acknowledged. */
  unsent(): readonly Unsent[] {
    return this.#pending.unsent()
  }

  /** Everybody we know. */
  clients(): readonly ClientInfo[] {
    return [...this.#clients.uids()].map((uid) => {
      const replicas = [...this.#clients.of(uid)].map(({ ledger, durable, ack, seenMs, session }) => ({
        ledger,
        durable,
        online: session !== undefined,
        acknowledged: ack?.position,
        seenMs,
      }))
      return { uid, online: replicas.some(({ online }) => online), replicas }
    })
  }

  /** Listens; the result takes the listener off again. */
  on<Name extends keyof SyncroEvents>(name: Name, listener: SyncroEvents[Name]): () => void {
    return this.#events.on(name, listener)
  }

  /** Warns, once for each code and subject. For bindings. */
  warn(code: string, subject: string, message: string): void {
    const key = `${code} ${subject}`
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    if (this.#options.warn !== undefined) this.#options.warn({ code, message })
    else console.warn(`${code}: ${message}`)
  }

  /**
   * Ends links, listeners and sessions, once what was recorded is stored and sent to whoever is connected; closes the store, and lets the classes
   * go. A peer that takes nothing is waited for 5 seconds (`closeMs`), a slow one a minute at most; what it did not take stays `unsent`, for the next time if there is a store.
   * Resolves when the connections of transports have ended. Called again it returns the same promise. Rejects with the error of a listener or the store that could not be closed; all the rest is closed all the same.
   */
  close(): Promise<void> {
    // Set before anything is told of the end, so that whoever is told finds it closed.
    if (this.#closing !== undefined) return this.#closing
    let end: ((outcome: Promise<void>) => void) | undefined
    this.#closing = new Promise<void>((resolve) => {
      end = resolve
    })
    end!(this.#close())
    return this.#closing
  }

  async #close(): Promise<void> {
    // What leaves has to be stored first. Where nothing is under way, nothing is waited for.
    const storing = this.#storing()
    if (storing !== undefined) await storing
    if (!this.#isEven)
      await this.#inTime((even) => {
        this.#emptied = () => {
          if (this.#isEven) even()
        }
      })
    this.#trimming.end()
    const links = [...this.#links].map((link) => link.close())
    for (const session of [...this.#sessions]) session.close()
    if (links.length > 0) await this.#inTime((ended) => void Promise.allSettled(links).then(ended))
    const outcomes = await Promise.allSettled([...this.#listenings].map((listening) => listening.close()))
    try {
      await this.scriber.close()
    } finally {
      this.#classes.release()
      this.#events.emit('changed')
    }
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** Resolves when what was recorded up to now is stored, or never will be; undefined where that is so already. */
  #storing(): Promise<void> | undefined {
    const { scriber } = this
    const { kept } = scriber
    if (scriber.stored >= kept || scriber.storeProblem !== undefined) return undefined
    return new Promise((resolve) => {
      const over = () => {
        for (const stop of listening) stop()
        resolve()
      }
      const listening = [
        scriber.on('store-problem', over),
        scriber.on('stored', (stored) => {
          if (stored >= kept) over()
        }),
      ]
    })
  }

  /** Waits for something as long as a peer takes what it has not, but not longer than the end may take. */
  #inTime(wait: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const { closeMs, closeLongestMs } = this.limits
      let cancel: (() => void) | undefined
      const watch = (leftMs: number) => {
        const ms = Math.min(closeMs, leftMs)
        const written = new Map(this.#uneven.map((session) => [session, session.written]))
        const look = () => {
          if (leftMs > ms && [...written].some(([session, before]) => session.written > before)) watch(leftMs - ms)
          else resolve()
        }
        cancel = this.environment.timers.set(ms, look, { holdsProcess: true })
      }
      watch(closeLongestMs)
      wait(() => {
        cancel!()
        resolve()
      })
    })
  }

  /** The sessions that have not sent all. */
  get #uneven(): Session[] {
    return [...this.#sessions].filter((session) => !session.isEven)
  }

  /** True while every session has sent all that is there. */
  get #isEven(): boolean {
    return this.#uneven.length === 0
  }

  #checkNotClosed(): void {
    if (this.#closing !== undefined) throw notReady()
  }

  #open(options: SessionOptions): Session {
    if (!this.isReady || this.#closing !== undefined) throw notReady()
    const { connection } = options
    checkConnection(connection, (one) => this.#byConnection.has(one))
    const session = new Session(this.#context, options)
    this.#byConnection.set(connection, session)
    this.#sessions.add(session)
    session.on('closed', () => this.#sessions.delete(session))
    try {
      session.begin()
    } catch (error) {
      this.#byConnection.delete(connection)
      throw error
    }
    this.#events.emit('session', session)
    return session
  }

  /** The session that is meant, open or ended; undefined if there is none. */
  #sessionOf(uid: string, connection: Connection | undefined): Session | undefined {
    if (connection !== undefined) return this.#byConnection.get(connection)
    const sessions = [...this.#sessions].filter((session) => session.uid === uid)
    if (sessions.length > 1)
      throw notConnected(
        `${JSON.stringify(uid)} has ${sessions.length} sessions: name the connection that is meant, as the last argument.`,
      )
    return sessions[0]
  }

  /** Sessions first, so that what is recorded travels whatever a listener does; then the classes. */
  #step(step: Step): void {
    const outgoing = new OutgoingStep(step, this.limits.chunkBytes, this.#encoder)
    for (const session of this.#sessions) session.step(outgoing)
    this.#classes.tell(step, originOf(step))
  }

  #sessionContext(): SessionContext {
    const { scriber, environment, limits, uid } = this
    return {
      uid,
      space: this.#options.space ?? '',
      durable: this.#options.store !== undefined && this.#options.store.level !== 'memory',
      scriber,
      encoding: this.#options.encoding ?? 'binary',
      encoder: this.#encoder.encoder,
      clients: this.#clients,
      environment,
      time: this.#time,
      timeSetting: new TimeSetting(scriber, this.#clients, this.#time, limits, { begunAnew: () => this.#setRight() }),
      limits,
      nextNumber: () => this.#numbers++,
      changed: () => this.#events.emit('changed'),
      emptied: () => this.#emptied?.(),
      copied: () => this.#copied(),
      gone: (session, table, slot) => this.#gone(session, table, slot),
      held: ({ uid }, untilMs) => this.#events.emit('held', { uid, untilMs }),
      warn: (code, subject, message) => this.warn(code, subject, message),
      problem: (error, subject) => {
        if (this.#events.has('error')) this.#events.emit('error', error)
        else this.warn(error.code, subject, error.message)
      },
      report: (error) => this.#report(error),
    }
  }

  #opened(): void {
    this.#clients.remember(this.scriber.remembered.replicas)
    this.scriber.forgetEras(this.#clients.ackedForGood())
    this.#trimming.begin()
  }

  /** Destroys what is gone. The stamp is the least that can: whoever has brought the record back since is newer. */
  #gone(session: Session, table: Table, slot: number): void {
    const { name } = table
    const id = table.id(slot)!
    const fields = this.#pending.of(table, slot)?.fields ?? []
    const stamp = table.birth(slot) + 1
    this.scriber.replay({ stamp, writer: this.scriber.era, changes: [{ name, id, type: 'destroy' }] }, session)
    this.#events.emit('gone', { name, id, fields, uid: session.uid })
  }

  /** Nobody's session goes on under an era, or a ledger, that has ended. */
  #endSessions(why: string): void {
    for (const session of [...this.#sessions])
      session.end('SYNCRO_BEGUN_ANEW', `This client has begun anew, since ${why}: dial again.`)
  }

  /** Once an opening: whoever says so again is wrong, or lies. */
  #copied(): void {
    if (this.#isCopied || !this.isReady) return
    this.#isCopied = true
    this.scriber.beginLedger({ replicas: this.#clients.dropAcks() })
    this.#endSessions('its ledger was a copy')
    this.warn(
      'SYNCRO_COPIED',
      this.uid,
      'The data of this client is a copy of another that is in use. It goes on as a client of its own, and nothing is lost; but a data directory belongs to one process.',
    )
    this.#events.emit('copied')
  }

  #setRight(): void {
    this.#endSessions('its clock was set right')
    const { offsetMs } = this.#time
    this.warn(
      'SYNCRO_CLOCK',
      'set right',
      `The clock of this device is wrong${offsetMs === 0 ? '' : ` by ${Math.round(-offsetMs / 1000)} s`}. What was recorded under it, and is nobody else's yet, has been given the right time. Set the clock.`,
    )
    this.#events.emit('set-right', { offsetMs })
  }

  #warnUnauthenticated(peer: PeerInfo): void {
    this.warn(
      'SYNCRO_UNAUTHENTICATED',
      'listen',
      `A connection from ${peer.address} was accepted without authentication: whoever connects can read and change everything. Give listen() or accept() an \`authenticate\`.`,
    )
  }

  #report(error: unknown): void {
    if (this.#events.has('error')) this.#events.emit('error', error)
    else this.#throw(error)
  }

  /** Throws where nobody of ours is in the way: the platform reports it. */
  #throw(error: unknown): void {
    this.environment.timers.soon(() => {
      throw error
    })
  }
}

function originOf({ origin }: Step): StepOrigin {
  if (!(origin instanceof Session)) return { remote: origin !== undefined }
  return origin.uid === undefined ? { remote: true } : { remote: true, uid: origin.uid }
}

function platformMode(): 'development' | 'production' {
  const { process } = globalThis as {
    readonly process?: { readonly env?: { readonly [name: string]: string | undefined } }
  }
  return process?.env?.['NODE_ENV'] === 'production' ? 'production' : 'development'
}
