/**
 * What a peer is sent of our ledger: what it lacks, then what happens. Everything that it is told about how far it has our ledger (`mark`) is told
 * here, and is true when it is told (DESIGN section 5, "Marks").
 */
import type { RowImage, Walk } from '@syncro/scriber'
import type { Replica } from './clients.js'
import { Held } from './held.js'
import type { OutgoingStep } from './outgoing-step.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'
import type { Chunk, Speech } from './speech.js'
import { rowBytes } from './wire.js'

/**
 * How it stands: `waiting` until it is known what the peer lacks; `comparing` to find that out; `behind` with a place from which to catch up;
 * `catching-up` with a walk through what it lacks; `live`.
 */
type FeedState = 'waiting' | 'comparing' | 'behind' | 'catching-up' | 'live'

/** Rows to be sent, and what of each. */
interface Source {
  readonly walk: Walk
  /** Only fields beyond this place. */
  readonly since: number
  /** The walk is in rising position: a mark may follow it. */
  readonly isInOrder: boolean
}

export class Feed {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #speech: Speech
  readonly #held: Held
  #state: FeedState = 'waiting'
  /** The peer has every row up to here: from its cursor at first, then moved on by what is sent. */
  #through = 0
  /** … and of the rows beyond, every field up to here. In the middle of a catch-up this lags behind, since a row keeps fields that came long before its place. */
  #since = 0
  #marked = -1
  #source: Source | undefined
  /** While rows are sent out of their order: the place from which all that happened there was no room for. */
  #missedAfter: number | undefined
  #pumping = false
  /** Rows that are to be sent back, since the peer sent a birth of them and may lack the rest. As many as there are rows, at most. */
  readonly #outlived = new Set<number>()

  constructor(session: Session, context: SessionContext, replica: Replica, speech: Speech) {
    this.#session = session
    this.#context = context
    this.#speech = speech
    this.#held = new Held(
      session,
      context,
      () => replica.lagMs,
      () => {
        // What was known of the peer's time was so when it refused a stamp. If it still is, it refuses again, and says what time it is.
        replica.lagMs = 0
        this.#sendDue()
      },
    )
  }

  /** The last place that the peer was told it has; -1 before the first. */
  get marked(): number {
    return this.#marked
  }

  /** True while the peer has been sent all that can be. */
  get isEven(): boolean {
    return this.#state === 'live' && this.#outlived.size === 0
  }

  /** The peer has everything up to a place, and is sent what came after it. */
  follow(place: { readonly position: number; readonly since?: number }): void {
    this.#through = place.position
    this.#since = place.since ?? place.position
    this.#state = 'behind'
    this.pump()
  }

  /** What the peer lacks is being found out. What happens from now on it is sent at once. */
  compare(): void {
    this.#state = 'comparing'
    this.#through = this.#context.scriber.ledger.order.last
  }

  /** The peer lacks these rows, and has all the rest. */
  deliver(rows: Iterable<number>): void {
    const walk = new ListWalk([...rows])
    this.#source = { walk, since: 0, isInOrder: false }
    this.#state = 'catching-up'
    this.#speech.say({ type: 'catch-up', rows: walk.remaining })
    this.pump()
  }

  /** A step of the ledger, which did not come from the peer unless `isTheirs`. */
  step(outgoing: OutgoingStep, isTheirs: boolean): void {
    const { step } = outgoing
    // Whoever is passed on a birth that does not overcome our destroy has forgotten that destroy, too, or may have.
    if (isTheirs || step.batch !== undefined || step.rows.length > 0) this.#owe(step.outlived)
    if (this.#state === 'waiting' || this.#state === 'behind' || this.#missedAfter !== undefined) return
    if (this.#session.isFull) {
      this.#fallBehind()
      return
    }
    this.#sendOvertaken(step.kept)
    if (!isTheirs && !this.#held.holdsStep(outgoing)) this.#speech.step(outgoing)
    this.#through = Math.max(this.#through, step.position)
    if (this.#state === 'live') this.#since = this.#through
    if (isTheirs) this.#session.scheduleLate()
    else this.#session.schedule()
  }

  /** Rows are forgotten: their numbers may soon be other records'. */
  trimmed(rows: readonly number[]): void {
    for (const row of rows) this.#outlived.delete(row)
  }

  /** Called before what is queued is written. */
  flushing(): void {
    this.#sendBack()
    if (this.#state === 'live' && this.#through > this.#marked) this.#mark(this.#through)
  }

  /** Sends what the peer lacks, a chunk at a time, as long as there is room. */
  pump(): void {
    if (this.#pumping || this.#session.isFull) return
    if (this.#state === 'behind') this.#startCatchUp()
    if (this.#state !== 'catching-up') return
    // Set while a chunk is sent as well: its writes may make room, and a chunk within a chunk would pass its mark.
    this.#pumping = true
    const ended = this.#sendChunk()
    if (ended) {
      this.#pumping = false
      // What was missed while rows went out of their order is next, or what was held back until now.
      this.pump()
      return
    }
    this.#context.environment.timers.defer(() => {
      this.#pumping = false
      this.#session.run(() => this.pump())
    })
  }

  end(): void {
    this.#source?.walk.close()
    this.#source = undefined
    this.#held.end()
    this.#state = 'waiting'
  }

  /** The queue is over its bound: what happens from now on is caught up when there is room. */
  #fallBehind(): void {
    // Rows that are sent out of their order have no place to go on from: they are sent to the end, and then what was missed.
    if (this.#state === 'comparing' || this.#source?.isInOrder === false) {
      this.#missedAfter = this.#through
      return
    }
    if (this.#source !== undefined) {
      this.#through = this.#source.walk.reached
      this.#source.walk.close()
      this.#source = undefined
    }
    this.#state = 'behind'
  }

  #startCatchUp(): void {
    const { order } = this.#context.scriber.ledger
    const walk = this.#context.scriber.ledger.walk(this.#through)
    this.#source = { walk, since: this.#since, isInOrder: true }
    this.#state = 'catching-up'
    this.#through = order.last
    this.#speech.say({ type: 'catch-up', rows: walk.remaining })
  }

  /** True once the walk is at its end. */
  #sendChunk(): boolean {
    const source = this.#source!
    const { kept } = this.#context.scriber
    const { chunk, ended } = this.#nextChunk(source)
    this.#speech.chunk(chunk, kept)
    this.#sendOvertaken(kept)
    // The connection may have failed in between.
    if (this.#source !== source) return true
    if (ended) this.#endWalk(source)
    else if (source.isInOrder) this.#mark(source.walk.reached, source.since)
    return ended
  }

  #nextChunk({ walk, since: after }: Source): { readonly chunk: Chunk; readonly ended: boolean } {
    const { chunkBytes, chunkRows } = this.#context.limits
    const { ledger } = this.#context.scriber
    const certain = this.#held.certain
    const rows: number[] = []
    let bytes = 0
    let ended = false
    for (let looked = 0; bytes < chunkBytes && looked < chunkRows; looked++) {
      const row = walk.next()
      if (row === undefined) {
        ended = true
        break
      }
      const weight = ledger.weigh(row, after)
      if (weight.bytes === 0) continue
      if (weight.newest > certain && this.#held.holdsRow(row, ledger.image(row, after)!)) continue
      rows.push(row)
      bytes += weight.bytes
    }
    return { chunk: { ledger, rows, after, bytes }, ended }
  }

  #endWalk({ walk }: Source): void {
    walk.close()
    this.#source = undefined
    const missedAfter = this.#missedAfter
    if (missedAfter !== undefined) {
      this.#missedAfter = undefined
      this.#through = missedAfter
      this.#since = missedAfter
      this.#state = 'behind'
      return
    }
    this.#state = 'live'
    this.#since = this.#through
    this.#speech.say({ type: 'caught-up' }, this.#context.scriber.kept)
    this.#mark(this.#through)
    this.#sendDue()
  }

  /** Rows that lay ahead of the walk and were touched: they lie behind it now, so they are sent with all that the peer lacks of them. */
  #sendOvertaken(kept: number): void {
    const source = this.#source
    if (source === undefined) return
    const rows: RowImage[] = []
    for (const row of source.walk.takeOvertaken()) {
      const image = this.#context.scriber.ledger.image(row, source.since)
      if (image !== undefined && !this.#held.holdsRow(row, image)) rows.push(image)
    }
    if (rows.length > 0) this.#speech.rows(rows, this.#context.limits.chunkBytes, kept)
  }

  /** The time of rows that were held back has come. */
  #sendDue(): void {
    if (this.#state !== 'live' || this.#held.isEmpty) return
    const rows = this.#held.takeDue()
    if (rows.length > 0) this.deliver(rows)
  }

  /** Rows that the peer is to be sent whole. */
  #owe(rows: readonly number[]): void {
    if (rows.length === 0) return
    for (const row of rows) this.#outlived.add(row)
    this.#session.schedule()
  }

  #sendBack(): void {
    if (this.#outlived.size === 0 || this.#state === 'waiting') return
    const { ledger, kept } = this.#context.scriber
    const { chunkBytes } = this.#context.limits
    const rows: RowImage[] = []
    let bytes = 0
    for (const row of this.#outlived) {
      if (bytes >= chunkBytes) break
      this.#outlived.delete(row)
      const image = ledger.image(row, 0)
      if (image === undefined || this.#held.holdsRow(row, image)) continue
      rows.push(image)
      bytes += rowBytes(image)
    }
    this.#speech.rows(rows, chunkBytes, kept)
    if (this.#outlived.size > 0) this.#session.schedule()
  }

  #mark(position: number, since = position): void {
    if (!this.#held.isEmpty || this.#outlived.size > 0) return
    const { scriber } = this.#context
    this.#marked = position
    scriber.mark(position)
    this.#speech.say(
      { type: 'mark', era: scriber.era, position, ...(since < position ? { since } : undefined) },
      scriber.kept,
    )
  }
}

/** A walk through a list of rows. */
class ListWalk implements Walk {
  readonly reached = 0
  readonly #rows: readonly number[]
  #at = 0

  constructor(rows: readonly number[]) {
    this.#rows = rows
  }

  get remaining(): number {
    return this.#rows.length - this.#at
  }

  next(): number | undefined {
    const row = this.#rows[this.#at]
    this.#at += 1
    return row
  }

  takeOvertaken(): number[] {
    return []
  }

  close(): void {
    this.#at = this.#rows.length
  }
}
