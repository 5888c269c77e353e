/** Plays scribes of a client of version 1: into the ledger, the store, the objects, and so to all others. */
import type { AddScribe, Scribe } from '@syncro/protocol'
import { type RowImage, type Stamp, UsageError } from '@syncro/scriber'
import { Folding, type Outcome, type Stays } from './bridge-folding.js'
import { readScribe } from './bridge-incoming.js'
import { type Peer, rowOf } from './bridge-peer.js'
import { presentFields } from './bridge-scribes.js'
import type { Sender } from './bridge-sender.js'

/** Ids of scribes that are remembered: the gem's have 26 digits, or are numbers. */
const maxScribeId = 256

export class Playing {
  readonly #peer: Peer
  readonly #sender: Sender

  constructor(peer: Peer, sender: Sender) {
    this.#peer = peer
    this.#sender = sender
  }

  /**
   * Plays a list in one step, and returns the number of the transaction that remembers it, with the list's last id.
   *
   * @param nextStamp stamps a change: scribes carry no time.
   */
  play(
    scribes: readonly (Scribe | null)[],
    stays: Stays,
    nextStamp: () => number,
  ): { kept: number; outcomes: readonly Outcome[] } {
    const { context, replica } = this.#peer
    const { scriber } = context
    const folding = new Folding(
      scriber.ledger,
      stays,
      () => ({ stamp: nextStamp(), writer: replica.ledger }) satisfies Stamp,
    )
    for (const scribe of scribes) {
      const change = readScribe(scribe, scriber, (subject, problem) => this.#leaveOut(subject, problem))
      if (change !== undefined) folding.add(change)
      const id = scribe?.id ?? null
      if (id !== null && `${id}`.length <= maxScribeId) replica.lastScribe = id
    }
    const rows = folding.rows()
    const outcomes = folding.outcomes()
    // Before the rows are told: what a listener changes then is sent, and known, after what came.
    const unknown = outcomes.filter((outcome) => !this.#note(outcome))
    if (rows.length > 0) this.#replay(rows)
    for (const outcome of unknown) this.#noteNew(outcome)
    for (const outcome of outcomes) this.#settle(outcome)
    return { kept: context.clients.keep(replica), outcomes }
  }

  /** Plays a live scribe, and answers it. */
  live(message: AddScribe, stays: Stays): void {
    const { context, unanswered } = this.#peer
    const { clock } = context.scriber
    const { kept, outcomes } = this.play([message.scribe], stays, () => clock.next())
    for (const { name, id, told } of outcomes) {
      const row = told === 'destroyed' ? rowOf(this.#peer, name, id) : undefined
      // An update of it in our answer fails there, if that is read after this was made.
      if (row !== undefined && unanswered.answers.has(row) && !unanswered.answers.whole(row)) this.#sender.repeat()
    }
    this.confirm(message, kept)
  }

  confirm({ id }: AddScribe, kept: number): void {
    this.#peer.session.sendV1({ type: 'response', id: id ?? null, result: true }, kept)
  }

  #replay(rows: readonly RowImage[]): void {
    const { context, session } = this.#peer
    try {
      context.scriber.replayRows(rows, session)
    } catch (error) {
      if (!(error instanceof UsageError) || error.code !== 'SYNCRO_NAMES_FULL') throw error
      // Nothing was merged. One by one those pass that need no new name.
      if (rows.length === 1) this.#leaveOut(rows[0]!.name, error.message)
      else for (const row of rows) this.#replay([row])
    }
  }

  /** Notes what the client holds; false for a record that has no row here yet. */
  #note({ name, id, told, fields, isThere }: Outcome): boolean {
    const { known, unanswered } = this.#peer
    const row = rowOf(this.#peer, name, id)
    if (row === undefined) return false
    if (told === 'created') known.created(row, fields)
    else if (told === 'updated') known.updated(row, fields)
    else if (isThere === false && (told === 'destroyed' || known.isGone(row))) known.destroyed(row, true)
    // What stays here may be on its way there: then that is what it will hold. Else it holds something that is not known.
    else if (!unanswered.scribes.whole(row) && !unanswered.answers.whole(row)) {
      known.forget(row)
      if (isThere === true) known.updated(row, [])
    }
    return true
  }

  #noteNew(outcome: Outcome): void {
    const row = rowOf(this.#peer, outcome.name, outcome.id)
    if (row !== undefined && !this.#peer.known.has(row)) this.#note(outcome)
  }

  /** Sends what the client has to be told after this: fields that its create dropped, and what of ours it may have overwritten. */
  #settle({ name, id, told, isBorn, created, stays }: Outcome): void {
    const { scribes, answers } = this.#peer.unanswered
    const row = rowOf(this.#peer, name, id)
    if (row === undefined || scribes.whole(row)) return
    // What is on its way there was made for the record as it was before; what it will come to there nobody knows.
    if (isBorn && (scribes.has(row) || answers.has(row))) {
      this.#sender.owe(row, 'whole')
      return
    }
    if (told === 'created' && created !== undefined) this.#owe(row, this.#dropped(row, created))
    if (stays === undefined || !answers.has(row)) return
    const owed = stays.fields?.filter((field) => answers.field(row, field) && !scribes.field(row, field))
    // It may have been made after the answer was read: then it is not ours that is there.
    this.#peer.known.forget(row)
    if (owed === undefined) this.#sender.owe(row, 'whole')
    else this.#owe(row, owed)
  }

  #dropped(row: number, created: ReadonlySet<string>): string[] {
    const { table, slot } = this.#peer.context.scriber.ledger.place(row)
    if (!table.lives(slot)) return []
    return presentFields(table, slot)
      .filter(([field, value]) => value !== null && !created.has(field))
      .map(([field]) => field)
  }

  #owe(row: number, fields: readonly string[]): void {
    if (fields.length > 0) this.#sender.owe(row, fields)
  }

  #leaveOut(subject: string, problem: string): void {
    const from = `the version-1 client ${JSON.stringify(this.#peer.replica.uid)}`
    this.#peer.context.warn(
      'SYNCRO_SCRIBE_LEFT_OUT',
      subject,
      `Part of what ${from} sent was left out (${subject}): ${problem}.`,
    )
  }
}
