/**
 * The dialogue of version 2: both say how far they have each other's ledger, catch up, and then send each other what happens. Everything a
 * peer is told about how far it has our ledger (`mark`) is told here, and is true when it is told (DESIGN section 5, "Marks").
 */
import { type Ack, encodeFrame, encodeMessage, type Mark, type Message, type Pong } from '@syncro/protocol'
import type { Batch, Cursor, Merged, OmitWriter, RowImage, Walk } from '@syncro/scriber'
import type { Clients, Replica } from './clients.js'
import type { Dialogue } from './dialogue.js'
import { SessionError } from './errors.js'
import { Guard } from './guard.js'
import { wholeMs } from './handshake.js'
import { encodeRows, type OutgoingStep } from './outgoing-step.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'
import { batchOf, checkSendable, rowBytes, rowsOf } from './wire.js'

/**
 * How sending stands: `waiting` for both cursors to be judged, `behind` with a place from which to catch up, `catching-up` with a walk
 * through what the peer lacks, `live`.
 */
type Sending = 'waiting' | 'behind' | 'catching-up' | 'live'

export class Exchange implements Dialogue<Message> {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #clients: Clients
  readonly #replica: Replica
  readonly #peerEra: string
  /** Judges the stamps that come, and those that go. */
  readonly #guard: Guard
  readonly #peerGuard: Guard
  #sending: Sending = 'waiting'
  /** Whether the cursor that the peer presented is good here; undefined until it came. */
  #theirsGood: boolean | undefined
  /** Whether ours is good there; undefined until the peer has said. */
  #oursGood: boolean | undefined
  #presented: Cursor | undefined
  /** The peer has every row up to here: from its cursor at first, then moved on by what is sent. */
  #through = 0
  /** … and of the rows beyond, every field up to here. In the middle of a catch-up this lags behind, since a row keeps fields that came long before its place. */
  #since = 0
  #marked = -1
  /** How far the peer has everything, where something beyond is too new for it; no mark passes that. */
  #held: { readonly position: number; readonly since: number } | undefined
  #cancelHeld: (() => void) | undefined
  /** The raw clock in the ping that waits for its pong. */
  #asked: number | undefined
  /** Rows whose destroy the peer has to be told again, since it sent a birth that does not overcome it. As many as there are rows, at most. */
  readonly #outlived = new Set<number>()
  /** The peer has announced a catch-up that has not ended. */
  #receiving = false
  #walk: Walk | undefined
  #omitTheirs = false
  #pumping = false
  /** The mark that came last, until it is acknowledged: once a flush, when it is stored. */
  #acknowledge: { readonly era: string; readonly position: number; readonly kept: number } | undefined

  constructor(session: Session, context: SessionContext, replica: Replica, peerEra: string) {
    this.#session = session
    this.#context = context
    this.#clients = context.clients
    this.#replica = replica
    this.#peerEra = peerEra
    const { time, limits, scriber } = context
    this.#guard = new Guard(time.now, limits, (writer) => replica.eras.has(writer))
    const peerNow = () => time.now() - replica.lagMs
    this.#peerGuard = new Guard(peerNow, limits, (writer) => scriber.ownWriters.has(scriber.ledger.writers.number(writer)))
  }

  get isEven(): boolean {
    return this.#sending === 'live' && this.#outlived.size === 0
  }

  begin(): void {
    // A cursor says what is stored, so it waits for that as everything else does.
    this.#send({ type: 'resume', cursor: this.#replica.cursor ?? null }, this.#context.scriber.kept)
  }

  /** @param bytes the length of the message's body. */
  receive(message: Message, bytes: number): void {
    this.#expect(message)
    switch (message.type) {
      case 'batch':
        checkSendable(message, bytes)
        this.#onBatch(batchOf(message))
        break
      case 'rows':
        checkSendable(message, bytes)
        this.#onRows(rowsOf(message))
        break
      case 'mark':
        this.#onMark(message)
        break
      case 'ack':
        this.#onAck(message)
        break
      case 'resume':
        this.#onResume(message.cursor)
        break
      case 'resumed':
        this.#oursGood = message.good
        this.#judged()
        break
      case 'catch-up':
        this.#receiving = true
        this.#session.catchingUp(message.rows)
        break
      case 'caught-up':
        this.#receiving = false
        this.#session.caughtUp()
        break
      case 'ping':
        this.#onPing(message.clock)
        break
      case 'pong':
        this.#onPong(message)
        break
      case 'error': {
        const { code, time } = message
        const text = `The other side ended the session: ${message.message}`
        throw new SessionError(code, text, { remote: true, timeMs: time })
      }
    }
  }

  step(outgoing: OutgoingStep): void {
    const { step } = outgoing
    if (step.origin === this.#session) this.#oweLives(step.outlived)
    if (this.#sending === 'waiting' || this.#sending === 'behind') return
    if (this.#session.isFull) {
      this.#fallBehind()
      return
    }
    this.#sendOvertaken(step.kept)
    if (step.origin !== this.#session && !this.#holds(outgoing)) this.#push(outgoing.frames, step.kept)
    this.#through = Math.max(this.#through, step.position)
    if (this.#sending === 'live') this.#since = this.#through
    this.#session.schedule()
  }

  flushing(): void {
    // What answers a peer that does not read must not pile up either: it waits until there is room.
    if (this.#sending === 'waiting' || this.#session.isFull) return
    this.#sendLives()
    if (this.#sending === 'live' && this.#through > this.#marked) this.#mark(this.#through)
    const acknowledge = this.#acknowledge
    if (acknowledge === undefined) return
    this.#acknowledge = undefined
    this.#send({ type: 'ack', era: acknowledge.era, position: acknowledge.position }, acknowledge.kept)
  }

  ask(): void {
    if (this.#session.isFull) return
    this.#asked = wholeMs(this.#context.environment.now())
    this.#send({ type: 'ping', clock: this.#asked })
  }

  drained(): void {
    this.#pump()
    this.#session.schedule()
  }

  end(): void {
    this.#walk?.close()
    this.#walk = undefined
    this.#cancelHeld?.()
    this.#sending = 'waiting'
  }

  #onResume(cursor: Cursor | null): void {
    const good = cursor !== null && this.#context.scriber.isGood(cursor)
    this.#theirsGood = good
    this.#presented = good ? cursor : undefined
    // What the handshake presents replaces what was remembered, downwards too: what it no longer covers is pending again.
    this.#replica.ack =
      this.#presented === undefined
        ? undefined
        : { ...this.#presented, position: this.#presented.since ?? this.#presented.position }
    this.#clients.keep(this.#replica)
    this.#send({ type: 'resumed', good })
    this.#judged()
  }

  /** Where either cursor is not good, both sides give everything: a later comparison of digests makes that cheap. */
  #judged(): void {
    if (this.#theirsGood === undefined || this.#oursGood === undefined) return
    this.#session.shakenHands()
    const byCursor = this.#theirsGood && this.#oursGood
    this.#omitTheirs = byCursor
    this.#through = byCursor ? this.#presented!.position : 0
    this.#since = byCursor ? (this.#presented!.since ?? this.#through) : 0
    this.#sending = 'behind'
    this.#pump()
  }

  #onMark({ era, position, since }: Mark): void {
    if (era !== this.#peerEra)
      throw new SessionError('SYNCRO_CURSOR_INVALID', 'A mark names an era that is not open in this session.')
    this.#replica.cursor = {
      ledger: this.#replica.ledger,
      era,
      position,
      ...(since === undefined ? undefined : { since }),
      view: '',
    }
    // Acknowledged is what is there whole.
    this.#acknowledge = { era, position: since ?? position, kept: this.#clients.keep(this.#replica) }
    this.#session.schedule()
  }

  #onAck({ era, position }: Ack): void {
    const { scriber } = this.#context
    const ack: Cursor = { ledger: scriber.ledgerId, era, position, view: '' }
    if (position > this.#marked || !scriber.isGood(ack))
      throw new SessionError('SYNCRO_CURSOR_INVALID', 'An ack names a place that no mark of this session has named.')
    // Cumulative: what was acknowledged stays so.
    if (this.#replica.ack !== undefined && position < this.#replica.ack.position) return
    this.#replica.ack = ack
    this.#clients.keep(this.#replica)
    this.#session.acknowledged()
  }

  #onBatch(batch: Batch): void {
    this.#checkTime(this.#guard.waitForBatch(batch))
    this.#replayed(this.#context.scriber.replay(batch, this.#session))
  }

  #onRows(rows: readonly RowImage[]): void {
    this.#checkTime(this.#guard.waitForRows(rows))
    this.#replayed(this.#context.scriber.replayRows(rows, this.#session))
    this.#session.progressed(rows.length)
  }

  /** What is ahead of time is not taken, nor anything that came with it; the cursor stays, so it comes again. */
  #checkTime(waitMs: number): void {
    if (waitMs === 0) return
    const timeMs = this.#context.time.now()
    throw new SessionError(
      'SYNCRO_CLOCK',
      `A change is stamped more than ${this.#context.limits.guardMs} ms ahead of the time here, which is ${shownTime(timeMs)}: a clock is wrong.`,
      { timeMs },
    )
  }

  #onPing(clock: number): void {
    if (this.#session.isFull) return
    const now = wholeMs(this.#context.environment.now())
    this.#send({ type: 'pong', clock, received: now, sent: now })
  }

  #onPong({ clock, received, sent }: Pong): void {
    if (clock !== this.#asked) return
    this.#asked = undefined
    this.#session.answeredAt({ asked: clock, received, sent })
  }

  /** A birth that our destroy outlives may have been nothing new: then no step says so. */
  #replayed({ effective, outlived }: Merged): void {
    if (!effective) this.#oweLives(outlived)
  }

  #oweLives(outlived: readonly number[]): void {
    if (outlived.length === 0) return
    for (const row of outlived) this.#outlived.add(row)
    this.#session.schedule()
  }

  #sendLives(): void {
    if (this.#outlived.size === 0) return
    const rows = [...this.#lives(this.#outlived)].filter((row) => !this.#holdsRow(row))
    this.#push(encodeRows(rows, this.#context.limits.chunkBytes), this.#context.scriber.kept)
    this.#outlived.clear()
  }

  /** Whether a step is too new for the peer, which would refuse it. */
  #holds({ step }: OutgoingStep): boolean {
    const waitMs =
      step.batch === undefined ? this.#peerGuard.waitForRows(step.rows) : this.#peerGuard.waitForBatch(step.batch)
    return this.#hold(waitMs, this.#reached)
  }

  #holdsRow(row: RowImage): boolean {
    return this.#hold(this.#peerGuard.waitForRows([row]), this.#reached)
  }

  /** Up to here the peer has been sent everything. */
  get #reached(): number {
    return this.#walk === undefined ? this.#through : this.#walk.reached
  }

  /** Holds something back: whatever else happens goes on, but no mark passes this place, from which all is caught up when the time has come. */
  #hold(waitMs: number, position: number): boolean {
    if (waitMs === 0) return false
    if (this.#held !== undefined) return true
    this.#held = { position, since: this.#since }
    const { environment, time } = this.#context
    this.#cancelHeld = environment.timers.set(waitMs, () => this.#session.run(() => this.#release()))
    this.#context.held(this.#session, time.now() + waitMs)
    return true
  }

  #release(): void {
    const { position, since } = this.#held!
    this.#held = undefined
    this.#walk?.close()
    this.#walk = undefined
    this.#through = position
    this.#since = since
    this.#sending = 'behind'
    this.#pump()
  }

  /** Leaves out what the peer's own ledger wrote. */
  get #omitted(): OmitWriter | undefined {
    if (!this.#omitTheirs) return undefined
    const { writers } = this.#context.scriber.ledger
    return (writer) => this.#replica.eras.has(writers.id(writer))
  }

  /** What may come: `resume` first, `resumed` once, and what a sender says that has read both cursors only after both have come. */
  #expect(message: Message): void {
    if (!this.#isExpected(message))
      throw new SessionError(
        'SYNCRO_MESSAGE_UNEXPECTED',
        `The message "${message.type}" came where the protocol does not have it.`,
      )
  }

  #isExpected({ type }: Message): boolean {
    if (type === 'error') return true
    if (this.#theirsGood === undefined) return type === 'resume'
    switch (type) {
      case 'resume':
        return false
      case 'resumed':
        return this.#oursGood === undefined
      case 'ping':
      case 'pong':
        return true
      case 'caught-up':
        return this.#receiving
      default:
        return this.#oursGood !== undefined
    }
  }

  /** The queue is over its bound: what happens from now on is caught up when there is room. */
  #fallBehind(): void {
    if (this.#walk !== undefined) {
      this.#through = this.#walk.reached
      this.#walk.close()
      this.#walk = undefined
    }
    this.#sending = 'behind'
  }

  /** Sends what the peer lacks, a chunk at a time, as long as there is room. */
  #pump(): void {
    if (this.#pumping || this.#session.isFull) return
    if (this.#sending === 'behind') this.#startCatchUp()
    if (this.#sending !== 'catching-up') return
    // Set while a chunk is sent as well: its writes may make room, and a chunk within a chunk would pass its mark.
    this.#pumping = true
    const ended = this.#sendChunk()
    if (ended) {
      this.#pumping = false
      return
    }
    this.#context.environment.timers.defer(() => {
      this.#pumping = false
      this.#session.run(() => this.#pump())
    })
  }

  #startCatchUp(): void {
    this.#walk = this.#context.scriber.ledger.walk(this.#through)
    this.#sending = 'catching-up'
    this.#through = this.#context.scriber.ledger.order.last
    this.#send({ type: 'catch-up', rows: this.#walk.remaining })
  }

  /** True once the walk is at its end. */
  #sendChunk(): boolean {
    const walk = this.#walk!
    const { scriber, limits } = this.#context
    const rows: RowImage[] = []
    let bytes = 0
    let ended = false
    for (let looked = 0; bytes < limits.chunkBytes && looked < limits.chunkRows; looked++) {
      const { reached } = walk
      const row = walk.next()
      if (row === undefined) {
        ended = true
        break
      }
      const image = scriber.ledger.image(row, this.#since, this.#omitted)
      if (image === undefined || this.#hold(this.#peerGuard.waitForRows([image]), reached)) continue
      rows.push(image)
      bytes += rowBytes(image)
    }
    // One message where it can be: a catch-up of one chunk is one step for the peer.
    this.#push(encodeRows(rows, limits.chunkBytes * 2), scriber.kept)
    this.#sendOvertaken(scriber.kept)
    // The connection may have failed in between.
    if (this.#walk !== walk) return true
    if (!ended) {
      this.#mark(walk.reached, this.#since)
      return false
    }
    walk.close()
    this.#walk = undefined
    this.#sending = 'live'
    this.#since = this.#through
    this.#send({ type: 'caught-up' }, scriber.kept)
    this.#mark(this.#through)
    return true
  }

  /** Rows that lay ahead of the walk and were touched: they lie behind it now, so they are sent with all that the peer lacks of them. */
  #sendOvertaken(kept: number): void {
    const walk = this.#walk
    if (walk === undefined) return
    const rows: RowImage[] = []
    for (const row of walk.takeOvertaken()) {
      const image = this.#context.scriber.ledger.image(row, this.#since, this.#omitted)
      if (image !== undefined && !this.#holdsRow(image)) rows.push(image)
    }
    if (rows.length > 0) this.#push(encodeRows(rows, this.#context.limits.chunkBytes), kept)
  }

  *#lives(rows: Iterable<number>): IterableIterator<RowImage> {
    const { ledger } = this.#context.scriber
    for (const row of rows) {
      const { table, slot } = ledger.place(row)
      yield { name: table.name, id: table.id(slot)!, ...ledger.life(table, slot), fields: [] }
    }
  }

  #mark(position: number, since = position): void {
    if (this.#held !== undefined) return
    const { scriber } = this.#context
    this.#marked = position
    this.#send(
      { type: 'mark', era: scriber.era, position, ...(since < position ? { since } : undefined) },
      scriber.kept,
    )
  }

  #push(frames: readonly Uint8Array[], kept: number): void {
    // A message on its own is its frame without the length.
    for (const frame of frames) this.#session.push(this.#session.hasBorders ? frame.subarray(4) : frame, kept)
  }

  #send(message: Message, kept = 0): void {
    const body = encodeMessage(message)
    this.#session.push(this.#session.hasBorders ? body : encodeFrame(body, 32), kept)
  }
}

/** A time for people; it may lie beyond what dates can say. */
function shownTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms since 1970`
}
