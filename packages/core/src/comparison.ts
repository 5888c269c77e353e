/**
 * Finds what differs between two ledgers (PROTOCOL.md, "Comparing"). Both sides take turns: sums of what lies below a prefix, where they differ
 * the sums below that, where only a few rows are left the rows. Each ends up knowing which of its own rows the other has to be sent.
 */
import type { DigestList, DigestMessage, DigestPart, DigestSum } from '@syncro/protocol'
import type { Digest, DigestRow } from '@syncro/scriber'
import { SessionError } from './errors.js'

export interface ComparisonOptions {
  readonly digest: Digest
  /** Rows without a living record whose stamps are all older are left out. */
  readonly oldest: number
  /** About as much goes into one message. */
  readonly messageBytes: number
  /** Decides about a row that the other does not hold: true if it is news to it, false if it is gone there, and so here. */
  readonly isNews: (row: number) => boolean
}

/** Of a part with at most so many rows here, the rows are listed: 16 sums would take as much. */
const mostListed = 12

const deepest = 8
const digits = [...'0123456789abcdef']

/** What an entry takes in a message, about. */
const partBytes = 420
const rowBytes = 36

/** `of`: a prefix, or for the last two a row that the other side has listed. */
interface Entry {
  readonly kind: 'part' | 'list' | 'differing' | 'absent'
  readonly of: string
}

export class Comparison {
  /** Rows that the other side is to be sent. */
  readonly rows = new Set<number>()
  readonly #options: ComparisonOptions
  /** What is still to be said. */
  readonly #entries: Entry[] = []
  /** How much more the other side may say: a comparison looks at nothing twice. */
  #allowance: number
  #hasSaidNothing = false
  #isOver = false

  constructor(options: ComparisonOptions) {
    this.#options = options
    this.#allowance = 4096 + 64 * this.#sum('').count
  }

  /** True once neither side has anything left to say. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The first turn. */
  begin(): DigestMessage {
    this.#entries.push({ kind: 'part', of: '' })
    return this.#turn()
  }

  /**
   * Takes the other side's turn.
   *
   * @returns ours; undefined if the comparison is over and the other side knows.
   * @throws SessionError `SYNCRO_MESSAGE_UNEXPECTED` if the other side goes on for ever.
   */
  answer(message: DigestMessage): DigestMessage | undefined {
    this.#spend(message)
    for (const part of message.parts) this.#takePart(part)
    for (const list of message.lists) this.#takeList(list)
    for (const item of message.differing) for (const { row } of this.#held(item)) this.rows.add(row)
    for (const item of message.absent) for (const { row } of this.#held(item)) this.#offer(row)
    const saysNothing = isEmpty(message) && this.#entries.length === 0
    this.#isOver = saysNothing
    return saysNothing && this.#hasSaidNothing ? undefined : this.#turn()
  }

  #takePart([prefix, sums]: DigestPart): void {
    for (const [at, theirs] of sums.entries()) {
      const below = prefix + digits[at]!
      const ours = this.#sum(below)
      if (isSame(ours, theirs)) continue
      const [theirCount] = theirs
      if (ours.count <= mostListed || below.length === deepest) this.#entries.push({ kind: 'list', of: below })
      else if (theirCount === 0) this.#offerAll(below, ours.count)
      else this.#entries.push({ kind: 'part', of: below })
    }
  }

  #offerAll(prefix: string, count: number): void {
    this.#charge(count)
    for (const { row } of this.#rows(prefix)) this.#offer(row)
  }

  #takeList([prefix, rows, unborn]: DigestList): void {
    this.#charge(this.#sum(prefix).count)
    const theirs = new Theirs(rows, unborn)
    const differing = [...this.#rows(prefix)].filter(({ key, digest }) => !theirs.strike(key + digest))
    const here = new Set<string>()
    for (const row of differing) {
      if (row.hasLife) here.add(row.key)
      // A record counts as held only where it has life.
      if (theirs.hasLife(row.key) || !row.hasLife) this.rows.add(row.row)
      else this.#offer(row.row)
    }
    for (const { item, hasLife } of theirs.left())
      this.#entries.push({ kind: hasLife && !here.has(keyOf(item)) ? 'absent' : 'differing', of: item })
  }

  /** The other side does not hold it: it is sent, unless it is gone. */
  #offer(row: number): void {
    if (this.#options.isNews(row)) this.rows.add(row)
  }

  /** Our rows of the record that an item is about. */
  *#held(item: string): IterableIterator<DigestRow> {
    const key = keyOf(item)
    for (const row of this.#rows(key.slice(0, deepest))) if (row.key === key) yield row
  }

  #turn(): DigestMessage {
    const { digest, oldest, messageBytes } = this.#options
    digest.leaveOut(oldest)
    const parts: DigestPart[] = []
    const lists: DigestList[] = []
    const differing: string[] = []
    const absent: string[] = []
    let bytes = 0
    let said = 0
    for (; said < this.#entries.length && bytes < messageBytes; said++) {
      const entry = this.#entries[said]!
      if (entry.kind === 'part') {
        parts.push([entry.of, digits.map((digit) => wire(this.#sum(entry.of + digit)))])
        bytes += partBytes
      } else if (entry.kind === 'list') {
        const list = this.#list(entry.of)
        lists.push(list)
        bytes += rowBytes * (1 + list[1].length + list[2].length)
      } else {
        const wanted = entry.kind === 'differing' ? differing : absent
        wanted.push(entry.of)
        bytes += rowBytes
      }
    }
    this.#entries.splice(0, said)
    this.#hasSaidNothing = said === 0
    return { type: 'digest', oldest, parts, lists, differing, absent }
  }

  #list(prefix: string): DigestList {
    const rows: string[] = []
    const unborn: string[] = []
    for (const { key, digest, hasLife } of this.#rows(prefix)) (hasLife ? rows : unborn).push(key + digest)
    return [prefix, rows, unborn]
  }

  #sum(prefix: string): { readonly count: number; readonly sum: string } {
    this.#options.digest.leaveOut(this.#options.oldest)
    return this.#options.digest.sum(prefix)
  }

  #rows(prefix: string): DigestRow[] {
    this.#options.digest.leaveOut(this.#options.oldest)
    return [...this.#options.digest.rows(prefix)]
  }

  #spend({ parts, lists, differing, absent }: DigestMessage): void {
    const listed = lists.reduce((sum, [, rows, unborn]) => sum + 1 + rows.length + unborn.length, 0)
    this.#charge(1 + 16 * parts.length + listed + differing.length + absent.length)
  }

  /** Counts what is said, and what has to be looked at for it: of one part all of it could be asked for, and again. */
  #charge(entries: number): void {
    this.#allowance -= entries
    if (this.#allowance < 0)
      throw new SessionError(
        'SYNCRO_MESSAGE_UNEXPECTED',
        'The other side goes on comparing although all has been said.',
      )
  }
}

/** What the other side has listed, until it is found here as well. */
class Theirs {
  readonly #items = new Map<string, boolean>()
  readonly #living = new Set<string>()

  constructor(rows: readonly string[], unborn: readonly string[]) {
    for (const item of unborn) this.#items.set(item, false)
    for (const item of rows) this.#items.set(item, true)
  }

  /** Strikes out what is here just so. */
  strike(item: string): boolean {
    return this.#items.delete(item)
  }

  /** Whether a record is held there, otherwise than here. Asked once all that is alike is struck out. */
  hasLife(key: string): boolean {
    if (this.#living.size === 0) for (const [item, hasLife] of this.#items) if (hasLife) this.#living.add(keyOf(item))
    return this.#living.has(key)
  }

  *left(): IterableIterator<{ readonly item: string; readonly hasLife: boolean }> {
    for (const [item, hasLife] of this.#items) yield { item, hasLife }
  }
}

function keyOf(item: string): string {
  return item.slice(0, 16)
}

function isSame(ours: { readonly count: number; readonly sum: string }, [count, sum]: DigestSum): boolean {
  return ours.count === count && ours.sum === sum
}

function wire({ count, sum }: { readonly count: number; readonly sum: string }): DigestSum {
  return [count, sum]
}

function isEmpty({ parts, lists, differing, absent }: DigestMessage): boolean {
  return parts.length + lists.length + differing.length + absent.length === 0
}
