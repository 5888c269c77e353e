/**
 * Digests of a ledger: sums over the rows, by the place of their records in a tree, so that two ledgers find what differs between them without
 * telling each other what does not (DESIGN section 5, "Floor and digest"; range-based set reconciliation, Meyer 2023, with ranges of hashed
 * keys).
 *
 * It is made when it is first asked for, and keeps up by looking at the rows that were touched since: the order of arrival knows them. So a
 * ledger that never compares pays nothing, and one that does pays for what changed.
 */
import type { Walk } from './arrival-order.js'
import type { Column } from './column.js'
import { grown, nextCapacity } from './grow.js'
import type { Ledger } from './ledger.js'
import { digestOf, inOrder, keyOf } from './row-digest.js'
import { absent } from './stamp-page.js'
import type { Table } from './table.js'

/** How many rows lie below a prefix, and the sum of their digests: 16 hex digits. */
export interface DigestSum {
  readonly count: number
  readonly sum: string
}

/** A row below a prefix. */
export interface DigestRow {
  readonly row: number
  /** Where its record lies, and what it holds: 16 hex digits each. */
  readonly key: string
  readonly digest: string
  /** Whether it was ever born or destroyed here; of the others only edits have come. */
  readonly hasLife: boolean
}

/** Rows in a leaf, on the average, from which on there are 16 times as many leaves. */
const rowsPerLeaf = 32

/** Bits of the tree's path: prefixes are hex digits of the upper word of the key. */
const pathBits = 32
const bitsPerDigit = 4

const none = 0xffffffff

/** A row's part in the sums: none as it is not known, left out for its age, or counted. */
const unknown = 0
const leftOut = 1
const counted = 2

export class Digest {
  readonly #ledger: Ledger
  readonly #columns = new Map<Table, Column[]>()
  /** The row was seen up to this position. */
  #seen = 0
  #walk: Walk | undefined
  /** Rows without a living record are left out if all their stamps are older. */
  #oldest = 0
  /** Rows that are without one: whether they are left out depends on time. */
  readonly #aging = new Set<number>()
  // Of each row: the words of its key and of its digest, the next row in its leaf, and its part in the sums.
  #keyHigh = new Uint32Array(0)
  #keyLow = new Uint32Array(0)
  #digestHigh = new Uint32Array(0)
  #digestLow = new Uint32Array(0)
  #next = new Uint32Array(0)
  #part = new Uint8Array(0)
  #rows = 0
  // Of each leaf: its first row, how many are counted, and the words of their sum.
  #leafBits = bitsPerDigit
  #first = new Uint32Array(16).fill(none)
  #counts = new Uint32Array(16)
  #sumHigh = new Uint32Array(16)
  #sumLow = new Uint32Array(16)

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /**
   * Looks at some of the rows that were touched since it last did so.
   *
   * @param until a position. Default: the newest.
   * @returns true once all that came up to there has been looked at; what was touched later may have been, or not.
   */
  refresh(rows: number, until: number = this.#ledger.order.last): boolean {
    for (let looked = 0; looked < rows; looked++) {
      if (this.#walk === undefined && this.#seen >= until) return true
      this.#walk ??= this.#ledger.walk(this.#seen)
      const row = this.#walk.next()
      if (row === undefined) {
        this.#seen = this.#walk.reached
        this.#walk = undefined
      } else this.#look(row)
    }
    // They have gone to the tail, where another walk finds them.
    this.#walk?.takeOvertaken()
    return this.#walk === undefined && this.#seen >= until
  }

  /** Leaves out rows without a living record whose stamps are all older: whoever still has them is about to trim them. */
  leaveOut(oldest: number): void {
    if (oldest === this.#oldest) return
    this.#oldest = oldest
    for (const row of this.#aging) this.#count(row, this.#isOld(row) ? leftOut : counted)
  }

  /** @param prefix hex digits of a key, at most 8; `''` for all. */
  sum(prefix: string): DigestSum {
    let count = 0
    let high = 0
    let low = 0
    if (prefix.length * bitsPerDigit > this.#leafBits) {
      for (const row of this.#below(prefix)) {
        count += 1
        high = (high + this.#digestHigh[row]!) >>> 0
        low = (low + this.#digestLow[row]!) >>> 0
      }
    } else {
      const [from, until] = this.#leaves(prefix)
      for (let leaf = from; leaf < until; leaf++) {
        count += this.#counts[leaf]!
        high = (high + this.#sumHigh[leaf]!) >>> 0
        low = (low + this.#sumLow[leaf]!) >>> 0
      }
    }
    return { count, sum: hex(high) + hex(low) }
  }

  /** The rows that are counted below a prefix. */
  *rows(prefix: string): IterableIterator<DigestRow> {
    for (const row of this.#below(prefix)) {
      const { table, slot } = this.#ledger.place(row)
      yield {
        row,
        key: hex(this.#keyHigh[row]!) + hex(this.#keyLow[row]!),
        digest: hex(this.#digestHigh[row]!) + hex(this.#digestLow[row]!),
        hasLife: hasLife(table, slot),
      }
    }
  }

  /** The row has left the ledger; its number will be another record's. */
  remove(row: number): void {
    if (row >= this.#part.length || this.#part[row] === unknown) return
    this.#count(row, leftOut)
    this.#unlink(row)
    this.#part[row] = unknown
    this.#aging.delete(row)
    this.#rows -= 1
  }

  #look(row: number): void {
    const { table, slot } = this.#ledger.place(row)
    if (row >= this.#part.length) this.#grow(row)
    if (this.#part[row] === unknown) this.#meet(row, table, slot)
    const { high, low } = digestOf(table, slot, this.#ledger.writers, this.#inOrder(table))
    this.#count(row, leftOut)
    this.#digestHigh[row] = high
    this.#digestLow[row] = low
    if (table.lives(slot)) this.#aging.delete(row)
    else this.#aging.add(row)
    if (table.lives(slot) || !this.#isOld(row)) this.#count(row, counted)
  }

  #meet(row: number, table: Table, slot: number): void {
    const { high, low } = keyOf(table.name, table.id(slot)!)
    this.#keyHigh[row] = high
    this.#keyLow[row] = low
    this.#part[row] = leftOut
    this.#rows += 1
    if (this.#rows > this.#first.length * rowsPerLeaf && this.#leafBits < pathBits - bitsPerDigit) this.#deepen()
    this.#link(row)
  }

  /** Puts a row's digest into the sums, or takes it out. */
  #count(row: number, part: typeof leftOut | typeof counted): void {
    if (this.#part[row] === part) return
    this.#part[row] = part
    const leaf = this.#leafOf(row)
    const sign = part === counted ? 1 : -1
    this.#counts[leaf] = this.#counts[leaf]! + sign
    this.#sumHigh[leaf] = this.#sumHigh[leaf]! + sign * this.#digestHigh[row]!
    this.#sumLow[leaf] = this.#sumLow[leaf]! + sign * this.#digestLow[row]!
  }

  #isOld(row: number): boolean {
    const { table, slot } = this.#ledger.place(row)
    return newestStamp(table, slot) < this.#oldest
  }

  /** The table's columns in order, sorted once for as long as there are no new ones. */
  #inOrder(table: Table): Column[] {
    let columns = this.#columns.get(table)
    if (columns?.length !== table.columns.size) {
      columns = inOrder(table)
      this.#columns.set(table, columns)
    }
    return columns
  }

  *#below(prefix: string): IterableIterator<number> {
    const bits = prefix.length * bitsPerDigit
    const [from, until] = this.#leaves(prefix)
    for (let leaf = from; leaf < until; leaf++)
      for (let row = this.#first[leaf]!; row !== none; row = this.#next[row]!)
        if (this.#part[row] === counted && startsWith(this.#keyHigh[row]!, prefix, bits)) yield row
  }

  /** The leaves below a prefix, or the one that it lies in. */
  #leaves(prefix: string): readonly [from: number, until: number] {
    if (prefix === '') return [0, this.#first.length]
    const bits = prefix.length * bitsPerDigit
    const path = Number.parseInt(prefix, 16)
    if (bits >= this.#leafBits) {
      const leaf = Math.floor(path / 2 ** (bits - this.#leafBits))
      return [leaf, leaf + 1]
    }
    const width = 2 ** (this.#leafBits - bits)
    return [path * width, (path + 1) * width]
  }

  #leafOf(row: number): number {
    return this.#keyHigh[row]! >>> (pathBits - this.#leafBits)
  }

  #link(row: number): void {
    const leaf = this.#leafOf(row)
    this.#next[row] = this.#first[leaf]!
    this.#first[leaf] = row
  }

  #unlink(row: number): void {
    const leaf = this.#leafOf(row)
    if (this.#first[leaf] === row) {
      this.#first[leaf] = this.#next[row]!
      return
    }
    let before = this.#first[leaf]!
    while (this.#next[before] !== row) before = this.#next[before]!
    this.#next[before] = this.#next[row]!
  }

  #deepen(): void {
    const known = [...this.#known()]
    this.#leafBits += bitsPerDigit
    const leaves = 2 ** this.#leafBits
    this.#first = new Uint32Array(leaves).fill(none)
    this.#counts = new Uint32Array(leaves)
    this.#sumHigh = new Uint32Array(leaves)
    this.#sumLow = new Uint32Array(leaves)
    for (const row of known) {
      this.#link(row)
      if (this.#part[row] !== counted) continue
      this.#part[row] = leftOut
      this.#count(row, counted)
    }
  }

  *#known(): IterableIterator<number> {
    for (const first of this.#first) for (let row = first; row !== none; row = this.#next[row]!) yield row
  }

  #grow(row: number): void {
    let capacity = this.#part.length
    while (capacity <= row) capacity = nextCapacity(capacity)
    this.#keyHigh = grown(this.#keyHigh, capacity)
    this.#keyLow = grown(this.#keyLow, capacity)
    this.#digestHigh = grown(this.#digestHigh, capacity)
    this.#digestLow = grown(this.#digestLow, capacity)
    this.#next = grown(this.#next, capacity)
    this.#part = grown(this.#part, capacity)
  }
}

/** Born or destroyed, once at least. */
export function hasLife(table: Table, slot: number): boolean {
  return table.birth(slot) !== absent || table.destroy(slot) !== absent
}

/** The newest stamp of all that a row holds. */
export function newestStamp(table: Table, slot: number): number {
  let newest = Math.max(table.birth(slot), table.destroy(slot))
  for (const column of table.columns.values()) newest = Math.max(newest, column.stamp(slot))
  return newest
}

function startsWith(keyHigh: number, prefix: string, bits: number): boolean {
  return bits === 0 || keyHigh >>> (pathBits - bits) === Number.parseInt(prefix, 16)
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
