/** Where the records lie here that a peer knows by numbers of its own: what it changes live needs no look-up by id. */
import { MAX_NUMBERED_ROWS } from '@syncro/protocol'
import type { Places } from '@syncro/scriber'

export class PeerPlaces implements Places {
  /** By the peer's number of a row: our slot, plus 1. It is no longer than the peer's own list, in which each number was defined. */
  #slots = new Uint32Array(0)
  #rows: readonly number[] = []

  /** The rows of the batch that is merged next, change by change. */
  of(rows: readonly number[]): this {
    this.#rows = rows
    return this
  }

  slotOf(change: number): number {
    return (this.#slots[this.#rows[change] ?? -1] ?? 0) - 1
  }

  lies(change: number, slot: number): void {
    const row = this.#rows[change] ?? -1
    if (row < 0) return
    if (row >= this.#slots.length && !this.#grow(row)) return
    this.#slots[row] = slot + 1
  }

  /** False for a number that lies far beyond those before: for it the look-up has to do. */
  #grow(row: number): boolean {
    const length = this.#slots.length
    if (row > 2 * length + 1_024 || row >= MAX_NUMBERED_ROWS) return false
    const grown = new Uint32Array(Math.max(row + 1, length + (length >> 1), 256))
    grown.set(this.#slots)
    this.#slots = grown
    return true
  }
}
