/**
 * The order in which changes arrived: a linked list threaded through the rows (DESIGN section 9). Touching a row moves it to the
 * tail under a new position, so the list is as long as there are rows, however many changes there were.
 *
 * Positions rise for ever. A row's own is kept whole: 8 bytes a row, so that a walk can always tell what lies ahead of it. Of those that
 * columns keep there is one a field, so they are 32 bits above a base that follows; below it they can no longer be told apart.
 */
import { grown, nextCapacity } from './grow.js'

const none = 0xffffffff

/** A place in the order, moved on by the list when the row under it is touched: how a catch-up finds its way. */
export interface Walk {
  /** The next row in rising position, or undefined at the end. */
  next(): number | undefined
  /** Rows that lay ahead and were touched since the last call: they are at the tail now, where the walk does not go. */
  takeOvertaken(): number[]
  /** How many rows are ahead. */
  readonly remaining: number
  /**
   * A position: every row that stood up to it when the walk began has been given out, or was touched since and stands at the tail. A row
   * that stands further on was not given, although a field in it may have come long before.
   */
  readonly reached: number
  /** The list forgets the walk: call it when the walk is given up before its end. */
  close(): void
}

export class ArrivalOrder {
  /**
   * Two views of one piece of memory, 16 bytes a row: the row before, the row after, and the position, which is 0 for a row that is not in
   * the list. Moving a row touches four rows, and waits for memory more than for anything else.
   */
  #links = new Uint32Array(0)
  #positions = new Float64Array(0)
  #capacity = 0
  #tail = none
  #base = 0
  #last = 0
  readonly #walks = new Set<RowWalk>()
  readonly #maxOffset: number

  /** @param maxOffset the greatest offset that columns can keep; less than 32 bits only in tests of rebasing. */
  constructor(maxOffset = 0xfffffffe) {
    this.#maxOffset = maxOffset
  }

  /** The newest position given out; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** What the offsets in columns are counted from. */
  get base(): number {
    return this.#base
  }

  /** True when the next touch needs a new base first: see `rebase`. */
  get full(): boolean {
    return this.#last - this.#base >= this.#maxOffset
  }

  /** The row's position; 0 if it is not in the order. */
  position(row: number): number {
    return this.#positions[row * 2 + 1] ?? 0
  }

  /** Moves a row to the tail and returns the offset of its new position. */
  touch(row: number): number {
    if (row >= this.#capacity) this.#grow(row)
    if (row !== this.#tail || this.#walks.size > 0) {
      if (this.#positions[row * 2 + 1] !== 0) {
        for (const walk of this.#walks) walk.touching(row)
        this.#unlink(row)
      }
      this.#append(row)
    }
    this.#last += 1
    this.#positions[row * 2 + 1] = this.#last
    return this.#last - this.#base
  }

  /** Begins where a stored ledger ended. */
  begin(last: number): void {
    this.#last = last
    this.#base = Math.max(0, last - Math.floor(this.#maxOffset / 2))
  }

  /**
   * Puts a row under the position it had when it was stored, in whatever order rows come: `arrange` follows the last. False if the row is there
   * already, or the position is none.
   */
  restore(row: number, position: number): boolean {
    if (row >= this.#capacity) this.#grow(row)
    if (this.#positions[row * 2 + 1] !== 0 || !(position > 0 && position <= this.#last)) return false
    this.#append(row)
    this.#positions[row * 2 + 1] = position
    return true
  }

  /** Brings restored rows into rising position. Returns a position that two of them have, if there is one. */
  arrange(): number | undefined {
    const rows = new Uint32Array(this.#count())
    let at = rows.length
    let isRising = true
    let behind = Number.POSITIVE_INFINITY
    for (let row = this.#tail; row !== none; row = this.#links[row * 4]!) {
      const position = this.#positions[row * 2 + 1]!
      isRising &&= position < behind
      behind = position
      rows[--at] = row
    }
    if (isRising) return undefined
    const byPosition = rowsByPosition(rows, this.#positions)
    this.#tail = none
    for (const row of byPosition) {
      const before = this.#tail
      if (before !== none && this.#positions[before * 2 + 1] === this.#positions[row * 2 + 1])
        return this.#positions[row * 2 + 1]
      this.#append(row)
    }
    return undefined
  }

  /** Takes a row out of the order. */
  remove(row: number): void {
    if (this.position(row) === 0) return
    for (const walk of this.#walks) walk.removing(row)
    this.#unlink(row)
    this.#positions[row * 2 + 1] = 0
  }

  /** Raises the base by half the range and returns by how much: every offset kept in columns must be `lowered` by that. */
  rebase(): number {
    const shift = Math.ceil(this.#maxOffset / 2)
    this.#base += shift
    return shift
  }

  /** Rows touched after a position, in rising position, up to where the tail is now. Finding the start costs what there is to give. */
  walk(after: number): Walk {
    let row = this.#tail
    let first = none
    let count = 0
    while (row !== none && this.#positions[row * 2 + 1]! > after) {
      first = row
      count += 1
      row = this.#links[row * 4]!
    }
    const walk = new RowWalk(this, { first, count, after, end: this.#last })
    this.#walks.add(walk)
    return walk
  }

  /** For walks only. */
  following(row: number): number {
    return this.#links[row * 4 + 1]!
  }

  /** For walks only. */
  leave(walk: RowWalk): void {
    this.#walks.delete(walk)
  }

  #count(): number {
    let count = 0
    for (let row = this.#tail; row !== none; row = this.#links[row * 4]!) count += 1
    return count
  }

  #append(row: number): void {
    this.#links[row * 4] = this.#tail
    this.#links[row * 4 + 1] = none
    if (this.#tail !== none) this.#links[this.#tail * 4 + 1] = row
    this.#tail = row
  }

  #unlink(row: number): void {
    const before = this.#links[row * 4]!
    const after = this.#links[row * 4 + 1]!
    if (before !== none) this.#links[before * 4 + 1] = after
    if (after === none) this.#tail = before
    else this.#links[after * 4] = before
  }

  #grow(row: number): void {
    while (this.#capacity <= row) this.#capacity = nextCapacity(this.#capacity)
    this.#positions = grown(this.#positions, this.#capacity * 2)
    this.#links = new Uint32Array(this.#positions.buffer)
  }
}

/** Sorted as numbers that hold both position and row where they fit: far faster than by a comparison that looks positions up. */
function rowsByPosition(rows: Uint32Array, positions: Float64Array): Uint32Array {
  let [greatestRow, greatest] = [0, 0]
  for (const row of rows) {
    greatestRow = Math.max(greatestRow, row)
    greatest = Math.max(greatest, positions[row * 2 + 1]!)
  }
  const factor = 2 ** Math.ceil(Math.log2(greatestRow + 1))
  if (greatest * factor + greatestRow > Number.MAX_SAFE_INTEGER)
    return rows.sort((a, b) => positions[a * 2 + 1]! - positions[b * 2 + 1]!)
  // Loops, since the functions that take a callback for each element take several times as long.
  const keys = new Float64Array(rows.length)
  for (let at = 0; at < rows.length; at++) keys[at] = positions[rows[at]! * 2 + 1]! * factor + rows[at]!
  keys.sort()
  for (let at = 0; at < rows.length; at++) rows[at] = keys[at]! % factor
  return rows
}

/** An offset under a base that was raised by `shift`. */
export function lowered(offset: number, shift: number): number {
  return offset > shift ? offset - shift : 0
}

interface Stretch {
  readonly first: number
  readonly count: number
  readonly after: number
  readonly end: number
}

class RowWalk implements Walk {
  readonly #order: ArrivalOrder
  readonly #end: number
  #row: number
  #remaining: number
  #reached: number
  #overtaken: number[] = []
  #closed = false

  constructor(order: ArrivalOrder, { first, count, after, end }: Stretch) {
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
    if (this.#remaining === 0) {
      if (!this.#closed) this.#reached = Math.max(this.#reached, this.#end)
      this.close()
      return undefined
    }
    this.#remaining -= 1
    this.#row = this.#order.following(row)
    this.#reached = this.#order.position(row)
    return row
  }

  takeOvertaken(): number[] {
    const overtaken = this.#overtaken
    this.#overtaken = []
    return overtaken
  }

  close(): void {
    this.#remaining = 0
    this.#closed = true
    this.#order.leave(this)
  }

  /** Called before a row leaves its place for the tail. */
  touching(row: number): void {
    if (this.#skip(row)) this.#overtaken.push(row)
  }

  /** Called before a row leaves the order. */
  removing(row: number): void {
    if (!this.#skip(row)) this.#overtaken = this.#overtaken.filter((other) => other !== row)
  }

  /** True if the row lay ahead; it does not any more. */
  #skip(row: number): boolean {
    if (this.#remaining === 0) return false
    const position = this.#order.position(row)
    if (position < this.#order.position(this.#row) || position > this.#end) return false
    if (row === this.#row) this.#row = this.#order.following(row)
    this.#remaining -= 1
    return true
  }
}
