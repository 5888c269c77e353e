/**
 * The order in which changes arrived: a linked list threaded through the rows (DESIGN section 9). Touching a row moves it to the
 * tail under a new position, so the list is as long as there are rows, however many changes there were.
 *
 * Positions rise for ever; what is kept of them is 32 bits above a base that follows.
 */
import { grown, nextCapacity } from './grow.js'

const none = 0xffffffff

/** A place in the order, moved on by the list when the row under it is touched: how a catch-up finds its way. */
export interface Walk {
  /** The next row in rising position, or undefined at the end. */
  next(): number | undefined
  /** Rows that lay ahead and were touched since the last call: they are at the tail now, where the walk does not go. */
  takeOvertaken(): number[]
  /** How many rows may be ahead, at the most. */
  readonly remaining: number
  /** Position of the last row given out: all up to it has been given out or overtaken. */
  readonly reached: number
  close(): void
}

export class ArrivalOrder {
  #previous = new Uint32Array(0)
  #next = new Uint32Array(0)
  /** Offsets of the rows' positions from the base; 0 for a row that was never touched. */
  #offsets = new Uint32Array(0)
  #head = none
  #tail = none
  #base = 0
  #last = 0
  readonly #walks = new Set<RowWalk>()
  readonly #maxOffset: number

  /** @param maxOffset the greatest offset kept; less than 32 bits only in tests of rebasing. */
  constructor(maxOffset = 0xfffffffe) {
    this.#maxOffset = maxOffset
  }

  /** The newest position given out; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** Positions up to here can no longer be told apart. */
  get base(): number {
    return this.#base
  }

  /** True when the next touch needs a new base first: see `rebase`. */
  get full(): boolean {
    return this.#last - this.#base >= this.#maxOffset
  }

  offset(row: number): number {
    return this.#offsets[row] ?? 0
  }

  position(row: number): number {
    return this.#base + this.offset(row)
  }

  /** Moves a row to the tail and returns the offset of its new position. */
  touch(row: number): number {
    if (row >= this.#offsets.length) this.#grow(row)
    if (this.#offsets[row] !== 0) {
      for (const walk of this.#walks) walk.touching(row)
      this.#unlink(row)
    }
    this.#append(row)
    this.#last += 1
    const offset = this.#last - this.#base
    this.#offsets[row] = offset
    return offset
  }

  /** Puts a row at the tail under the position it had when it was stored; rows come in rising position. */
  restore(row: number, position: number): void {
    if (row >= this.#offsets.length) this.#grow(row)
    this.#append(row)
    this.#last = Math.max(this.#last, position)
    this.#offsets[row] = Math.max(1, position - this.#base)
  }

  /** Begins where a stored ledger ended. */
  begin(last: number): void {
    this.#last = last
    this.#base = Math.max(0, last - Math.floor(this.#maxOffset / 2))
  }

  /** Takes a row out of the order. */
  remove(row: number): void {
    if (this.offset(row) === 0) return
    for (const walk of this.#walks) walk.touching(row)
    this.#unlink(row)
    this.#offsets[row] = 0
  }

  /** Raises the base by half the range and returns by how much: every offset kept elsewhere must be lowered by `lowered`. */
  rebase(): number {
    const shift = Math.ceil(this.#maxOffset / 2)
    this.#base += shift
    // A linked row's offset stays above 0, since 0 says that a row is not in the list.
    for (let row = this.#head; row !== none; row = this.#next[row]!)
      this.#offsets[row] = Math.max(1, lowered(this.#offsets[row]!, shift))
    return shift
  }

  /** Rows touched after a position, in rising position, up to where the tail is now. Finding the start costs what there is to give. */
  walk(after: number): Walk {
    let row = this.#tail
    let first = none
    let count = 0
    while (row !== none && this.position(row) > after) {
      first = row
      count += 1
      row = this.#previous[row]!
    }
    const walk = new RowWalk(this, first, count, after, this.#last)
    this.#walks.add(walk)
    return walk
  }

  /** For walks only. */
  following(row: number): number {
    return this.#next[row]!
  }

  /** For walks only. */
  leave(walk: RowWalk): void {
    this.#walks.delete(walk)
  }

  #append(row: number): void {
    this.#previous[row] = this.#tail
    this.#next[row] = none
    if (this.#tail === none) this.#head = row
    else this.#next[this.#tail] = row
    this.#tail = row
  }

  #unlink(row: number): void {
    const before = this.#previous[row]!
    const after = this.#next[row]!
    if (before === none) this.#head = after
    else this.#next[before] = after
    if (after === none) this.#tail = before
    else this.#previous[after] = before
  }

  #grow(row: number): void {
    let capacity = this.#offsets.length
    while (capacity <= row) capacity = nextCapacity(capacity)
    this.#previous = grown(this.#previous, capacity)
    this.#next = grown(this.#next, capacity)
    this.#offsets = grown(this.#offsets, capacity)
  }
}

/** An offset under a base that was raised by `shift`. */
export function lowered(offset: number, shift: number): number {
  return offset > shift ? offset - shift : 0
}

class RowWalk implements Walk {
  readonly #order: ArrivalOrder
  readonly #end: number
  #row: number
  #remaining: number
  #reached: number
  #overtaken: number[] = []

  constructor(order: ArrivalOrder, first: number, count: number, after: number, end: number) {
    this.#order = order
    this.#row = first
    this.#remaining = count
    this.#reached = after
    this.#end = end
  }

  get remaining(): number {
    return this.#remaining
  }

  get reached(): number {
    return this.#reached
  }

  next(): number | undefined {
    const row = this.#row
    if (row === none || this.#order.position(row) > this.#end) {
      this.#row = none
      this.#remaining = 0
      this.#reached = Math.max(this.#reached, this.#end)
      return undefined
    }
    this.#row = this.#order.following(row)
    this.#remaining -= 1
    this.#reached = this.#order.position(row)
    return row
  }

  takeOvertaken(): number[] {
    const overtaken = this.#overtaken
    this.#overtaken = []
    return overtaken
  }

  close(): void {
    this.#row = none
    this.#order.leave(this)
  }

  /** Called before a row leaves its place. */
  touching(row: number): void {
    if (this.#row === none) return
    const position = this.#order.position(row)
    if (position < this.#order.position(this.#row) || position > this.#end) return
    if (row === this.#row) this.#row = this.#order.following(row)
    this.#remaining -= 1
    this.#overtaken.push(row)
  }
}
