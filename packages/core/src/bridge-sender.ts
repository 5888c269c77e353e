/** What a bridge sends: answers to syncs, live scribes, and, where the client fell behind, what it lacks. */
import { encodeV1, type JsonValue, MAX_FRAME_BYTES, MAX_V1_FRAME_BYTES } from '@syncro/protocol'
import type { Effect } from '@syncro/scriber'
import { Behind } from './bridge-behind.js'
import type { Owing } from './bridge-owed.js'
import { Pace } from './bridge-pace.js'
import { type Peer, rowOf } from './bridge-peer.js'
import { type Outgoing, Rows, type Scope } from './bridge-rows.js'
import { scribeId } from './bridge-scribe-id.js'
import { addScribeBytes, healingScribe, recordOf, scribeBytes } from './bridge-scribes.js'
import { placeBefore } from './bridge-stays.js'
import { SessionError } from './errors.js'
import type { OutgoingStep } from './outgoing-step.js'

export class Sender {
  readonly #peer: Peer
  readonly #rows: Rows
  readonly #behind: Behind
  readonly #pace: Pace
  /** Classes that the client does not have: it said so. */
  readonly #refused = new Set<string>()
  /** The id of the last scribe that was sent. */
  #lastId: string
  /** The place from which the last sync was answered. */
  #answeredAfter = 0
  #isRepeated = false

  constructor(peer: Peer) {
    const { scriber, environment, limits } = peer.context
    this.#peer = peer
    this.#rows = new Rows(peer)
    this.#behind = new Behind(peer, this.#rows)
    this.#lastId = scribeId(scriber.era, 0)
    this.#pace = new Pace(environment, limits, () => peer.session.run(() => this.pump()))
  }

  /** What the last answer said was told once more: the noop behind the answer acknowledges nothing any more. */
  get isRepeated(): boolean {
    return this.#isRepeated
  }

  /** True while the client lacks nothing that it asked for. */
  get isEven(): boolean {
    return !this.#behind.hasBegun || (this.#behind.isLive && this.#peer.owed.size === 0)
  }

  /** Answers a sync with what fits into one message; the rest follows. */
  answer(id: JsonValue, scope: Scope): void {
    const { session, unanswered, context } = this.#peer
    this.#answeredAfter = scope.after
    this.#isRepeated = false
    this.#behind.begin(scope)
    // First of all what it may have overwritten: the noop behind the answer then acknowledges that as well.
    this.#sendOwed()
    const first = this.#fill(encodeV1({ type: 'response', id, result: [] }).length)
    const result = first.map(({ scribe }) => ({ ...scribe }))
    session.sendV1({ type: 'response', id, result }, context.scriber.kept)
    for (const outgoing of first) this.#note(outgoing)
    const last = first.at(-1)
    if (last !== undefined) {
      // The answer is not answered; a noop behind it is (WIRE 6.9).
      const covers = first.map(({ cover }) => cover)
      const noop = unanswered.add({ kind: 'answer', covers, position: last.position })
      session.sendV1({ type: 'noop', id: noop }, context.scriber.kept)
    }
    this.pump()
  }

  /** An update in our answer may have failed there, and then so did what came behind it: it is told once more, as creates. */
  repeat(): void {
    if (this.#isRepeated) return
    this.#isRepeated = true
    this.#peer.known.clear()
    this.#behind.begin({ after: this.#answeredAfter, give: 'creates' })
    this.pump()
  }

  step({ step: { origin, effects, position, kept } }: OutgoingStep): void {
    if (!this.#behind.isLive) return
    if (origin !== this.#peer.session) {
      const isBusy = origin !== undefined && effects.some((effect) => this.#isBusy(effect))
      if (isBusy) this.#pace.hold()
      if (isBusy || !this.#hasRoom()) {
        this.#behind.begin({ after: this.#behind.through, give: 'newer' })
        return
      }
      for (const outgoing of this.#rows.live(effects)) this.#send(outgoing, kept)
    }
    this.#behind.moveOn(position)
  }

  /** Has a row sent, or some fields of it, as soon as there is room. */
  owe(row: number, fields: 'whole' | 'again' | readonly string[]): void {
    this.#peer.owed.add(row, fields)
    this.#peer.acks.doubt(placeBefore(this.#peer, row))
  }

  /** Sends what waits, as long as there is room. */
  pump(): void {
    this.#sendOwed()
    while (this.#hasRoom() && !this.#pace.isHolding) {
      const outgoing = this.#behind.next()
      if (outgoing === undefined) return
      for (const one of outgoing) this.#send(one, this.#peer.context.scriber.kept)
    }
  }

  /** A scribe of ours raised there: what it left behind has to be cleared, for the client would keep its own changes from us (WIRE 6.8). */
  heal(klass: string): void {
    const { session, unanswered } = this.#peer
    const id = unanswered.add({ kind: 'heal', covers: [], position: 0 })
    session.sendV1({ type: 'add_scribe', scribe: healingScribe(this.#lastId, klass), id })
  }

  refuse(klass: string): void {
    this.#refused.add(klass)
  }

  /** The record's create came to nothing there: only another create can bring it. */
  withhold(row: number): void {
    this.#rows.withheld.add(row)
  }

  end(): void {
    this.#pace.end()
    this.#behind.end()
  }

  #hasRoom(): boolean {
    const { session, unanswered, context } = this.#peer
    return unanswered.size < context.limits.maxUnanswered && !session.isFull
  }

  #isBusy({ name, id }: Effect): boolean {
    const row = rowOf(this.#peer, name, id)
    const { scribes, answers } = this.#peer.unanswered
    return row !== undefined && (scribes.has(row) || answers.has(row) || this.#pace.isBusy(row))
  }

  #sendOwed(): void {
    // Before its first sync nothing is sent at all.
    while (this.#behind.hasBegun && this.#hasRoom()) {
      const next = this.#peer.owed.take()
      if (next === undefined) return
      for (const outgoing of this.#owing(...next)) this.#send(outgoing, this.#peer.context.scriber.kept, true)
    }
  }

  #owing(row: number, owing: Owing): readonly Outgoing[] {
    const position = this.#behind.through
    if (owing === 'again') return this.#rows.whole(row, position, true)
    return owing === 'whole' ? this.#rows.whole(row, position) : this.#rows.fields(row, [...owing], position)
  }

  /** Takes rows as long as they fit into one message that has so many bytes already. */
  #fill(emptyBytes: number): Outgoing[] {
    const first: Outgoing[] = []
    let bytes = emptyBytes
    for (let next = this.#behind.next(); next !== undefined; next = this.#behind.next()) {
      const fitting = next.filter((outgoing) => this.#fits(outgoing))
      bytes += fitting.reduce((sum, { scribe }) => sum + scribeBytes(scribe) + 1, 0)
      if (bytes > this.#maxBytes) {
        this.#behind.carry(fitting)
        break
      }
      first.push(...fitting)
    }
    return first
  }

  #send(outgoing: Outgoing, kept: number, isOwed = false): void {
    if (!this.#fits(outgoing)) return
    const { session, unanswered } = this.#peer
    const { scribe, cover, position, again } = outgoing
    const subject = { name: scribe.klass ?? '', id: recordOf(scribe), again }
    const id = unanswered.add({ kind: 'scribe', covers: [cover], position, isOwed, subject })
    session.sendV1({ type: 'add_scribe', scribe, id }, kept)
    this.#note(outgoing)
  }

  #note({ scribe, cover: { row }, fields }: Outgoing): void {
    const { known } = this.#peer
    this.#lastId = `${scribe.id}`
    this.#pace.sent(row)
    if (scribe.type === 'destroy') known.destroyed(row)
    else if (scribe.type === 'update') known.updated(row, fields)
    else {
      known.created(row, fields)
      this.#rows.withheld.delete(row)
    }
  }

  /** What is too large is reported, never cut or dropped in silence. */
  #fits({ scribe, cover: { row } }: Outgoing): boolean {
    const { klass, type } = scribe
    if (klass === null || this.#refused.has(klass)) return false
    const bytes = addScribeBytes(scribe, this.#peer.unanswered.next)
    if (bytes <= this.#maxBytes) return true
    if (type === 'create') this.#rows.withheld.add(row)
    const record = `${klass} ${JSON.stringify(recordOf(scribe))}`
    const message = `A ${type} of ${record} takes ${bytes} bytes; a client of version 1, ${JSON.stringify(this.#peer.replica.uid)}, takes messages of at most ${this.#maxBytes}. It was not sent: keep large values in records, or fields, of their own.`
    this.#peer.context.problem(new SessionError('SYNCRO_SCRIBE_TOO_LARGE', message), record)
    return false
  }

  get #maxBytes(): number {
    return this.#peer.session.hasBorders ? MAX_FRAME_BYTES : MAX_V1_FRAME_BYTES
  }
}
