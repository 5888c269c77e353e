/**
 * Compares our ledger with a peer's in a session: brings the digest up to date, a part at a time so that everything else goes on, then takes turns
 * with the peer until both know what to send.
 */
import type { DigestMessage } from '@syncro/protocol'
import { stampAt } from '@syncro/scriber'
import { Comparison } from './comparison.js'
import { SessionError } from './errors.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'
import { isBelievable } from './timekeeper.js'

export interface ComparingHooks {
  send(message: DigestMessage): void
  /** Decides about a row that the peer does not hold: true if it is news to it. */
  isNews(row: number): boolean
  /** The comparison is over: the peer lacks these rows. */
  found(rows: ReadonlySet<number>): void
}

const dayMs = 86_400_000

export class Comparing {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #isFirst: boolean
  readonly #hooks: ComparingHooks
  #comparison: Comparison | undefined
  /** The peer's turn, while it is not taken yet. */
  #taken: DigestMessage | undefined
  /** It is the peer's turn. */
  #isTheirTurn: boolean
  #isReady = false
  /** What comes later the peer is sent as it happens. */
  #until = 0
  #isOver = false

  /** @param isFirst whether the first turn is ours: it is that of the smaller ledger id. */
  constructor(session: Session, context: SessionContext, isFirst: boolean, hooks: ComparingHooks) {
    this.#session = session
    this.#context = context
    this.#isFirst = isFirst
    this.#isTheirTurn = !isFirst
    this.#hooks = hooks
  }

  begin(): void {
    this.#until = this.#context.scriber.ledger.order.last
    this.#prepare()
  }

  /** @throws SessionError `SYNCRO_MESSAGE_UNEXPECTED` for a turn that is ours. */
  receive(message: DigestMessage): void {
    if (!this.#isTheirTurn)
      throw new SessionError('SYNCRO_MESSAGE_UNEXPECTED', 'The other side compares although it is not its turn.')
    this.#isTheirTurn = false
    this.#taken = message
    this.#turn()
  }

  /** There is room again. */
  drained(): void {
    this.#turn()
  }

  end(): void {
    this.#isOver = true
  }

  #prepare(): void {
    if (this.#isOver) return
    const { scriber, environment, limits } = this.#context
    if (scriber.ledger.digest.refresh(limits.digestRows, this.#until)) {
      this.#isReady = true
      this.#turn()
    } else environment.timers.defer(() => this.#session.run(() => this.#prepare()))
  }

  /** Takes our turn, once the digest is up to date, it is ours, and there is room for what we say. */
  #turn(): void {
    if (this.#isOver || !this.#isReady || this.#isTheirTurn || this.#session.isFull) return
    const taken = this.#taken
    this.#taken = undefined
    if (taken === undefined && (!this.#isFirst || this.#comparison !== undefined)) return
    this.#isTheirTurn = true
    this.#comparison ??= this.#begun(taken?.oldest)
    const said = taken === undefined ? this.#comparison.begin() : this.#comparison.answer(taken)
    if (said !== undefined) this.#hooks.send(said)
    if (!this.#comparison.isOver) return
    this.#isOver = true
    this.#hooks.found(this.#comparison.rows)
  }

  /** @param theirs what the peer leaves out, where the first turn was its. */
  #begun(theirs: number | undefined): Comparison {
    const { scriber, limits } = this.#context
    const ours = this.#oldest()
    // Clocks differ a little. A peer that would leave out everything is not followed: then a few rows are compared in vain.
    const isNear = theirs !== undefined && Math.abs(theirs - ours) <= stampsIn(2 * dayMs)
    return new Comparison({
      digest: scriber.ledger.digest,
      oldest: isNear ? theirs : ours,
      messageBytes: limits.chunkBytes,
      isNews: (row) => this.#hooks.isNews(row),
    })
  }

  /**
   * Tombstones older than this are about to be trimmed: by both clocks, since one may be years ahead, and by whole days, so that most comparisons
   * agree and nothing has to be counted anew.
   */
  #oldest(): number {
    const { time, limits } = this.#context
    const nowMs = Math.min(time.now(), this.#session.hello?.clock ?? 0)
    return isBelievable(nowMs) ? stampAt(Math.floor((nowMs - limits.tombstoneMs) / dayMs) * dayMs) : 0
  }
}

/** How many stamps there are in so many ms. */
function stampsIn(ms: number): number {
  return stampAt(Date.UTC(2020, 0, 1) + ms)
}
