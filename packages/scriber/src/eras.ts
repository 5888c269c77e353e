/**
 * What makes a place in the ledger one that others can name: the ledger's id, its eras, and the floor below which tombstones are gone (DESIGN
 * section 5, "Ledger, era, cursor").
 */
import type { EraId, LedgerId } from './ids.js'
import type { Ledger } from './ledger.js'
import { maxEras } from './limits.js'
import type { Cursor, Era } from './store.js'

export class Eras {
  readonly #ledger: Ledger
  #ledgerId: LedgerId = ''
  #list: readonly Era[] = []
  #writer = 0
  #ownWriters: ReadonlySet<number> = new Set()
  #floor = 0

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  get ledgerId(): LedgerId {
    return this.#ledgerId
  }

  get list(): readonly Era[] {
    return this.#list
  }

  /** The era that is open; `''` before the first. */
  get open(): EraId {
    return this.#list[this.#list.length - 1]?.id ?? ''
  }

  /** The ledger's number of the writer that the open era is. */
  get writer(): number {
    return this.#writer
  }

  /** The ledger's numbers of the writers that this client is, in the open era and those before. */
  get ownWriters(): ReadonlySet<number> {
    return this.#ownWriters
  }

  /** Up to this position tombstones may be gone. */
  get floor(): number {
    return this.#floor
  }

  /** Takes over what the store had. */
  restore(ledgerId: LedgerId, eras: readonly Era[], floor: number): void {
    this.#ledgerId = ledgerId
    this.#floor = floor
    this.#set(eras)
  }

  /** Begins an era where the ledger is; under another id it is another ledger's first. */
  begin(id: EraId, ledgerId: LedgerId = this.#ledgerId): void {
    this.#ledgerId = ledgerId
    this.#set([...this.#list, { id, began: this.#ledger.order.last }])
    this.#writer = this.#ledger.writers.number(id)
  }

  raiseFloor(position: number): void {
    this.#floor = Math.max(this.#floor, position)
  }

  /**
   * Forgets eras that no cursor can name any more: wholly below the floor, and with nothing in them beyond `acked`. Past a bound the oldest go in any
   * case, which raises the floor. False if there are none.
   */
  forget(acked: number): boolean {
    const last = this.#list.length - 1
    const isOver = (at: number) => at < last && this.#list[at + 1]!.began <= Math.min(this.#floor, acked)
    const kept = this.#list.filter((_, at) => at > last - maxEras && !isOver(at))
    if (kept.length === this.#list.length) return false
    this.#set(kept)
    if (last >= maxEras) this.raiseFloor(kept[0]!.began)
    return true
  }

  /** Whether a cursor is good: its era is known, its position not beyond that era's end, and not below the floor. */
  isGood(cursor: Cursor): boolean {
    return this.resumption(cursor).position >= this.#floor && this.isPlace(cursor)
  }

  /**
   * From where somebody with a good cursor goes on. The middle of a catch-up is such a place only as long as its era is open: when a backup was
   * restored meanwhile, rows stand here again where they stood before that catch-up came by, and it passed them over because they had moved on.
   */
  resumption({ era, position, since }: Cursor): { readonly position: number; readonly since?: number } {
    if (since === undefined) return { position }
    return era === this.open ? { position, since } : { position: since }
  }

  /** Whether a cursor names a place that this ledger has had, if only below the floor. */
  isPlace(cursor: Cursor): boolean {
    return cursor.position <= this.#endOf(cursor)
  }

  /**
   * Whether somebody who has a cursor had what came at a position. That is so also where the cursor is beyond the end of an era that is over, as
   * after a backup was restored here: up to there both have had the same.
   */
  covers(cursor: Cursor, position: number): boolean {
    const isFromNowhere = cursor.era === this.open && cursor.position > this.#ledger.order.last
    return !isFromNowhere && position <= Math.min(cursor.since ?? cursor.position, this.#endOf(cursor))
  }

  /** The last position that a cursor's era had; -1 if the era, or all of the cursor, is not ours. */
  #endOf({ ledger, era, position, view }: Cursor): number {
    if (ledger !== this.#ledgerId || view !== '' || !Number.isSafeInteger(position) || position < 0) return -1
    const at = this.#list.findIndex(({ id }) => id === era)
    return at < 0 ? -1 : (this.#list[at + 1]?.began ?? this.#ledger.order.last)
  }

  #set(eras: readonly Era[]): void {
    this.#list = eras
    this.#ownWriters = new Set(eras.map(({ id }) => this.#ledger.writers.number(id)))
  }
}
