/**
 * Which stamps are ahead of time (DESIGN section 5, "Guard"). A stamp from the future would win every conflict until then, so nobody takes one
 * from its author that is more than a few minutes ahead. It is never made smaller on the way: then everybody would have another.
 */
import {
  type Batch,
  imagesOf,
  maxStamp,
  newestInColumns,
  type RowColumns,
  type RowImage,
  stampAt,
  wallMsOf,
} from '@syncro/scriber'
import type { CoreLimits } from './limits.js'

/** The greatest stamps that are taken at a moment. */
interface Greatest {
  readonly ofAuthors: number
  readonly ofOthers: number
}

export class Guard {
  readonly #now: () => number
  readonly #limits: CoreLimits
  readonly #isAuthor: (writer: string) => boolean

  /**
   * @param now corrected time, in ms, of whoever takes the stamps.
   * @param isAuthor tells whether a writer is the one who hands them over. What is passed on for others gets a minute more.
   */
  constructor(now: () => number, limits: CoreLimits, isAuthor: (writer: string) => boolean) {
    this.#now = now
    this.#limits = limits
    this.#isAuthor = isAuthor
  }

  /** Milliseconds until a batch can be taken; 0 if it can be now, infinity if it never can. */
  waitForBatch({ stamp, writer, changes }: Batch): number {
    const greatest = this.#greatest()
    let wait = this.#wait(stamp, writer, greatest)
    for (const { after } of changes)
      if (after !== undefined) wait = Math.max(wait, this.#wait(after.stamp, after.writer, greatest))
    return wait
  }

  /** Milliseconds until rows can be taken. */
  waitForRows(rows: Iterable<RowImage>): number {
    const greatest = this.#greatest()
    let wait = 0
    for (const { birth, destroy, fields } of rows) {
      if (birth !== undefined) wait = Math.max(wait, this.#wait(birth.stamp, birth.writer, greatest))
      if (destroy !== undefined) wait = Math.max(wait, this.#wait(destroy.stamp, destroy.writer, greatest))
      for (const { stamp, writer } of fields) wait = Math.max(wait, this.#wait(stamp, writer, greatest))
    }
    return wait
  }

  /** The same for rows by columns: one by one only if one may be too new. */
  waitForColumns(columns: RowColumns): number {
    return newestInColumns(columns) <= this.certain ? 0 : this.waitForRows(imagesOf(columns))
  }

  /** The greatest stamp that can be taken now, whoever wrote it. */
  get certain(): number {
    return this.#greatest().ofAuthors
  }

  #greatest(): Greatest {
    const now = this.#now()
    const { guardMs, guardRelayMs } = this.#limits
    return { ofAuthors: stampAt(now + guardMs), ofOthers: stampAt(now + guardMs + guardRelayMs) }
  }

  #wait(stamp: number, writer: string, { ofAuthors, ofOthers }: Greatest): number {
    if (stamp > maxStamp) return Number.POSITIVE_INFINITY
    if (stamp <= ofAuthors) return 0
    const greatest = this.#isAuthor(writer) ? ofAuthors : ofOthers
    return stamp <= greatest ? 0 : wallMsOf(stamp) - wallMsOf(greatest) + 1
  }
}
