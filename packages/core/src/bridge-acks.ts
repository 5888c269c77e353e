/**
 * How far a client of version 1 has our ledger: as far as it says in its syncs, and answers. Kept with our data, so that the next session
 * can tell what it took without answering, and whether it lost something.
 */
import type { Cursor } from '@syncro/scriber'
import type { Owed } from './bridge-owed.js'
import type { Scope } from './bridge-rows.js'
import { placeOf } from './bridge-scribe-id.js'
import type { Unanswered } from './bridge-unanswered.js'
import type { Replica } from './clients.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'

export class Acks {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #replica: Replica
  readonly #unanswered: Unanswered
  readonly #owed: Owed
  /** How far it has said in this session that it has ours. */
  #reached = 0
  #moved = false
  #before = 0

  constructor(session: Session, context: SessionContext, replica: Replica, unanswered: Unanswered, owed: Owed) {
    this.#session = session
    this.#context = context
    this.#replica = replica
    this.#unanswered = unanswered
    this.#owed = owed
  }

  /** How far it had acknowledged us when its last sync came. */
  get before(): number {
    return this.#before
  }

  /**
   * What a sync asks for. Who has less than it once acknowledged has lost something, and may have lost anything.
   *
   * @param isFirst nothing was ever exchanged with it.
   */
  judge(from: string | number | null, isFirst: boolean): Scope {
    const place = placeOf(from, this.#context.scriber)
    const acked = this.#position
    this.#before = acked
    // What it took without answering counts once that is settled: see `uncertainCovers`.
    if (place === undefined || place.position <= acked) this.#set(place)
    if (place === undefined) {
      const hasNothing = (from === null || from === '') && acked === 0
      return { after: 0, give: hasNothing ? (isFirst ? 'first' : 'newer') : 'all' }
    }
    if (place.position < acked) return { after: 0, give: 'all', deadAfter: place.position }
    return { after: place.position, give: 'newer' }
  }

  /** It has everything up to a place: noted later, while something is owed that it may have taken another way. */
  reached(position: number): void {
    const { scriber } = this.#context
    this.#reached = Math.max(this.#reached, position)
    if (this.#owed.size > 0 || this.#unanswered.isOwing || this.#position >= this.#reached) return
    this.#set({ ledger: scriber.ledgerId, era: scriber.era, position: this.#reached, view: '' })
    this.#session.acknowledged()
  }

  /** Something of ours that came after a place is told once more: until that is answered it is not acknowledged. */
  doubt(place: number): void {
    const { ack } = this.#replica
    if (ack !== undefined && ack.position > place) this.#set({ ...ack, position: place })
  }

  /** Stores what has changed. */
  keep(): void {
    if (!this.#moved) return
    this.#moved = false
    this.#context.clients.keep(this.#replica)
  }

  get #position(): number {
    const { ack } = this.#replica
    return ack !== undefined && this.#context.scriber.isGood(ack) ? ack.position : 0
  }

  #set(ack: Cursor | undefined): void {
    this.#replica.ack = ack
    this.#moved = true
    this.#session.schedule()
  }
}
