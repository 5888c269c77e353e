/**
 * The dialogue of version 2: both say how far they have each other's ledger, find out what each lacks, by cursor or by comparison, and then
 * send each other what happens. What a peer is sent of our ledger is the business of the feed; this is what comes, and in which order things
 * may come.
 */
import type { Ack, DigestMessage, Mark, Message, Pong, RowsByColumns } from '@syncro/protocol'
import { type Batch, type Cursor, countRows, type RowColumns, type RowImage } from '@syncro/scriber'
import type { Clients, Replica } from './clients.js'
import { Comparing } from './comparing.js'
import type { Dialogue } from './dialogue.js'
import { SessionError } from './errors.js'
import { Feed } from './feed.js'
import { Guard } from './guard.js'
import { wholeMs } from './hello.js'
import type { OutgoingStep } from './outgoing-step.js'
import { PeerPlaces } from './places.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'
import type { Speech } from './speech.js'
import { batchOf, checkSendable, rowsOf } from './wire.js'

/** What a side has said about the other's cursor, and how many rows it has. */
interface Judgement {
  readonly good: boolean
  readonly rows: number
}

export class Exchange implements Dialogue<Message | RowsByColumns> {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #clients: Clients
  readonly #replica: Replica
  readonly #peerEra: string
  readonly #speech: Speech
  readonly #guard: Guard
  readonly #feed: Feed
  readonly #places = new PeerPlaces()
  #comparing: Comparing | undefined
  /** The cursor that the peer presented; undefined until it came. */
  #presented: Cursor | null | undefined
  #ours: Judgement | undefined
  #theirs: Judgement | undefined
  /** The peer has announced a catch-up that has not ended. */
  #receiving = false
  /** The mark that came last, until it is acknowledged: once a flush, when it is stored. */
  #acknowledge: { readonly era: string; readonly position: number; readonly kept: number } | undefined
  /** The raw clock in the ping that waits for its pong. */
  #asked: number | undefined
  /** Waits for that pong. */
  #probed: ((isAlive: boolean) => void) | undefined

  constructor(session: Session, context: SessionContext, replica: Replica, peerEra: string) {
    this.#session = session
    this.#context = context
    this.#clients = context.clients
    this.#replica = replica
    this.#peerEra = peerEra
    this.#guard = new Guard(context.time.now, context.limits, (writer) => replica.eras.has(writer))
    this.#speech = session.speech
    this.#feed = new Feed(session, context, replica, this.#speech)
  }

  get isEven(): boolean {
    return this.#feed.isEven
  }

  begin(): void {
    // A cursor says what is stored, so it waits for that as everything else does.
    this.#speech.say({ type: 'resume', cursor: this.#replica.cursor ?? null }, this.#context.scriber.kept)
  }

  /**
   * @param most bytes that it can take in JSON, at the most, as we would write it.
   * @param rows of a batch, the peer's numbers of its records, if it has any.
   */
  receive(message: Message | RowsByColumns, most: number, rows: readonly number[]): void {
    this.#expect(message)
    switch (message.type) {
      case 'batch':
        checkSendable(message, most)
        this.#onBatch(batchOf(message), rows)
        break
      case 'rows':
        checkSendable(message, most)
        if ('sections' in message) this.#onColumns(message)
        else this.#onRows(rowsOf(message))
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
        this.#theirs = { good: message.good, rows: message.rows }
        this.#judged()
        break
      case 'digest':
        this.#onDigest(message)
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
    this.#feed.step(outgoing, outgoing.step.origin === this.#session)
  }

  trimmed(rows: readonly number[]): void {
    this.#speech.trimmed(rows)
    this.#feed.trimmed(rows)
  }

  ask(): void {
    this.#asked = wholeMs(this.#context.environment.now())
    this.#sendAhead({ type: 'ping', clock: this.#asked })
  }

  /** Asks the peer for a sign of life, and calls back once it has given one, or the time for that is over. */
  probe(answered: (isAlive: boolean) => void): void {
    this.#probed?.(false)
    const { environment, limits } = this.#context
    const cancel = environment.timers.set(limits.probeMs, () => this.#probed?.(false))
    this.#probed = (isAlive) => {
      this.#probed = undefined
      cancel()
      answered(isAlive)
    }
    this.ask()
  }

  flushing(): void {
    // What answers a peer that does not read must not pile up either: it waits until there is room.
    if (this.#ours === undefined || this.#theirs === undefined || this.#session.isFull) return
    this.#feed.flushing()
    const acknowledge = this.#acknowledge
    if (acknowledge === undefined) return
    this.#acknowledge = undefined
    this.#speech.say({ type: 'ack', era: acknowledge.era, position: acknowledge.position }, acknowledge.kept)
  }

  drained(): void {
    this.#comparing?.drained()
    this.#feed.pump()
    this.#session.schedule()
  }

  end(): void {
    this.#comparing?.end()
    this.#feed.end()
    // Once the session has ended, which it is about to.
    this.#context.environment.timers.soon(() => this.#probed?.(false))
  }

  #onResume(cursor: Cursor | null): void {
    const { scriber } = this.#context
    const good = cursor !== null && scriber.isGood(cursor)
    this.#presented = cursor
    this.#ours = { good, rows: scriber.ledger.rows }
    // What the handshake presents replaces what was remembered, downwards too: what it no longer covers is pending again.
    const before = this.#replica.ack?.position ?? 0
    this.#replica.ack = good ? { ...cursor, position: cursor.since ?? cursor.position } : undefined
    this.#share(before)
    this.#clients.keep(this.#replica)
    this.#speech.say({ type: 'resumed', ...this.#ours })
    this.#judged()
  }

  /** Both cursors have been judged: both sides go by them, or neither does. */
  #judged(): void {
    const [ours, theirs] = [this.#ours, this.#theirs]
    if (ours === undefined || theirs === undefined) return
    this.#session.shakenHands()
    if (ours.good && theirs.good) this.#feed.follow(this.#context.scriber.resumption(this.#presented!))
    // Two that never met, one of them empty: there is nothing to find out.
    else if (Math.min(ours.rows, theirs.rows) === 0 && this.#presented === null && this.#replica.cursor === undefined)
      this.#feed.follow({ position: 0 })
    else this.#compare()
  }

  #compare(): void {
    this.#replica.owes = true
    this.#clients.keep(this.#replica)
    this.#feed.compare()
    const isFirst = this.#context.scriber.ledgerId < this.#replica.ledger
    this.#comparing = new Comparing(this.#session, this.#context, isFirst, {
      send: (message) => this.#speech.say(message),
      isNews: (row) => !this.#isGone(row),
      found: (rows) => {
        this.#comparing = undefined
        this.#feed.deliver(rows)
      },
    })
    this.#comparing.begin()
  }

  /** A record that the peer had, by the cursor that it has just presented, and has no more: it was destroyed there, and the tombstone is trimmed. */
  #isGone(row: number): boolean {
    const { ledger } = this.#context.scriber
    const { table, slot } = ledger.place(row)
    if (!table.lives(slot) || this.#presented === null || this.#presented === undefined) return false
    if (!this.#context.scriber.covers(this.#presented, ledger.order.base + table.birthOffset(slot))) return false
    this.#context.gone(this.#session, table, slot)
    return true
  }

  #onDigest(message: DigestMessage): void {
    if (this.#comparing === undefined) throw unexpected(message.type)
    this.#comparing.receive(message)
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
    if (since === undefined) this.#replica.owes = false
    // Acknowledged is what is there whole.
    this.#acknowledge = { era, position: since ?? position, kept: this.#clients.keep(this.#replica) }
    this.#session.scheduleLate()
  }

  #onAck({ era, position }: Ack): void {
    const { scriber } = this.#context
    const ack: Cursor = { ledger: scriber.ledgerId, era, position, view: '' }
    // It may be below the floor: in the first catch-up what is acknowledged begins at 0.
    if (position > this.#feed.marked || !scriber.isPlace(ack))
      throw new SessionError('SYNCRO_CURSOR_INVALID', 'An ack names a place that no mark of this session has named.')
    // Cumulative: what was acknowledged stays so.
    if (this.#replica.ack !== undefined && position < this.#replica.ack.position) return
    const before = this.#replica.ack?.position ?? 0
    this.#replica.ack = ack
    this.#share(before)
    this.#clients.keep(this.#replica)
    this.#session.acknowledged()
  }

  /** What the peer has, under the stamps that it has, must not be replaced by anything older. */
  #share(before: number): void {
    const position = this.#replica.ack?.position ?? 0
    if (position > before) this.#context.scriber.share(position)
  }

  #onBatch(batch: Batch, rows: readonly number[]): void {
    this.#checkTime(this.#guard.waitForBatch(batch))
    this.#context.scriber.replay(batch, this.#session, this.#places.of(rows))
  }

  #onRows(rows: readonly RowImage[]): void {
    this.#checkTime(this.#guard.waitForRows(rows))
    this.#context.scriber.replayRows(rows, this.#session)
    this.#session.progressed(rows.length)
  }

  #onColumns(columns: RowColumns): void {
    this.#checkTime(this.#guard.waitForColumns(columns))
    this.#context.scriber.replayColumns(columns, this.#session)
    this.#session.progressed(countRows(columns))
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
    const now = wholeMs(this.#context.environment.now())
    this.#sendAhead({ type: 'pong', clock, received: now, sent: now })
  }

  #onPong({ clock, received, sent }: Pong): void {
    if (clock !== this.#asked) return
    this.#asked = undefined
    this.#probed?.(true)
    this.#session.answeredAt({ asked: clock, received, sent })
  }

  /** What may come: `resume` first, `resumed` once, and what a sender says that has read both cursors only after both have come. */
  #expect(message: Pick<Message, 'type'>): void {
    if (!this.#isExpected(message)) throw unexpected(message.type)
  }

  #isExpected({ type }: Pick<Message, 'type'>): boolean {
    if (type === 'error') return true
    if (this.#presented === undefined) return type === 'resume'
    switch (type) {
      case 'resume':
        return false
      case 'resumed':
        return this.#theirs === undefined
      case 'ping':
      case 'pong':
        return true
      case 'caught-up':
        return this.#receiving
      default:
        return this.#theirs !== undefined
    }
  }

  /**
   * Sends a sign of life, which a connection that takes nothing gives none of. It overtakes what waits for the store, but not our `resume`, before
   * which nothing may come: that the peer has it we know by its answer.
   */
  #sendAhead(message: Message): void {
    if (this.#session.isStuck) return
    if (this.#theirs === undefined) this.#speech.say(message)
    else this.#speech.sayAhead(message)
  }
}

function unexpected(type: string): SessionError {
  return new SessionError(
    'SYNCRO_MESSAGE_UNEXPECTED',
    `The message "${type}" came where the protocol does not have it.`,
  )
}

/** A time for people; it may lie beyond what dates can say. */
function shownTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms since 1970`
}
