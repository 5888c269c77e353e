/**
 * Requests of ours that wait for their answers. While a scribe of ours waits, what comes for the same fields was made before it was read
 * there, and will be overwritten by ours: so ours stays here too (WIRE 6.9).
 */
import type { RecordId } from '@syncro/scriber'

/** What a request changes in one record. */
export interface Cover {
  readonly row: number
  /** Undefined for all of it, its life included. */
  readonly fields: readonly string[] | undefined
}

export interface Request {
  /** `answer` is the noop behind our answer to a sync: the answer itself is not answered. `heartbeat` is a noop that is about nothing. */
  readonly kind: 'sync' | 'scribe' | 'heal' | 'answer' | 'heartbeat'
  readonly covers: readonly Cover[]
  /** Whoever has answered has everything of our ledger up to here. */
  readonly position: number
  /** It tells once more what may have been lost or overwritten there: until it is answered nothing behind it counts as acknowledged. */
  readonly isOwed?: boolean
  /** Of a scribe: what it is about. */
  readonly subject?: { readonly name: string; readonly id: RecordId; readonly again: boolean }
}

/** Which records, and which fields of them, are covered by requests that wait. */
class Covered {
  readonly #rows = new Map<number, { whole: number; readonly fields: Map<string, number> }>()

  has(row: number): boolean {
    return this.#rows.has(row)
  }

  whole(row: number): boolean {
    return (this.#rows.get(row)?.whole ?? 0) > 0
  }

  field(row: number, name: string): boolean {
    const covered = this.#rows.get(row)
    return covered !== undefined && (covered.whole > 0 || covered.fields.has(name))
  }

  add({ row, fields }: Cover): void {
    let covered = this.#rows.get(row)
    if (covered === undefined) {
      covered = { whole: 0, fields: new Map() }
      this.#rows.set(row, covered)
    }
    if (fields === undefined) covered.whole += 1
    else for (const name of fields) covered.fields.set(name, (covered.fields.get(name) ?? 0) + 1)
  }

  remove({ row, fields }: Cover): void {
    const covered = this.#rows.get(row)
    if (covered === undefined) return
    if (fields === undefined) covered.whole -= 1
    for (const name of fields ?? []) {
      const count = covered.fields.get(name)! - 1
      if (count === 0) covered.fields.delete(name)
      else covered.fields.set(name, count)
    }
    if (covered.whole === 0 && covered.fields.size === 0) this.#rows.delete(row)
  }
}

export class Unanswered {
  /** Covered by scribes: what comes for it was made before they were read. */
  readonly scribes = new Covered()
  /** Covered by an answer to a sync: what comes for it may have been made before or after that was read. */
  readonly answers = new Covered()
  readonly #requests = new Map<number, Request>()
  #last = 0
  #owed = 0

  /** True while something that is told once more waits. */
  get isOwing(): boolean {
    return this.#owed > 0
  }

  /** The number of the next request. */
  get next(): number {
    return this.#last + 1
  }

  get size(): number {
    return this.#requests.size
  }

  /** Notes a request that is sent now, and returns its number: they count from 1 on each connection. */
  add(request: Request): number {
    this.#last += 1
    this.#requests.set(this.#last, request)
    if (request.isOwed === true) this.#owed += 1
    const covered = this.#coveredBy(request)
    for (const cover of request.covers) covered.add(cover)
    return this.#last
  }

  /**
   * Takes out the request that was answered, and those before it. Answers come in the order of the requests, so those were lost: of what the
   * gem reads at once it drops everything behind a message that raised (WIRE 2).
   */
  answered(id: unknown): { readonly request: Request | undefined; readonly lost: readonly Request[] } {
    const lost: Request[] = []
    if (typeof id !== 'number' || !this.#requests.has(id)) return { request: undefined, lost }
    for (const [number, request] of this.#requests) {
      this.#close(number, request)
      if (number === id) return { request, lost }
      lost.push(request)
    }
    return { request: undefined, lost }
  }

  /** Takes out the request that an error is about: errors have no id, and answers come in the order of the requests (WIRE 6.7). */
  failed(): Request | undefined {
    for (const [number, request] of this.#requests) return this.#close(number, request)
    return undefined
  }

  #close(number: number, request: Request): Request {
    this.#requests.delete(number)
    if (request.isOwed === true) this.#owed -= 1
    const covered = this.#coveredBy(request)
    for (const cover of request.covers) covered.remove(cover)
    return request
  }

  #coveredBy({ kind }: Request): Covered {
    return kind === 'answer' ? this.answers : this.scribes
  }
}
