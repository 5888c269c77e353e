/**
 * Stamps of a page of slots, each with its writer and a number beside it: 16 bytes a slot, in one line of memory, since a merge reads and
 * writes all three and waits for memory more than for anything else.
 */

/** What a stamp says of a field that was never set or no longer counts, or of a life event that has not happened. */
export const absent = -1

export const pageBits = 9
export const pageSize = 1 << pageBits
export const pageMask = pageSize - 1

export class StampPage {
  /** Per slot: the stamp, and room for the two words. */
  readonly #stamps: Float64Array
  /** Per slot: room for the stamp, the writer's number, and the number beside it. */
  readonly #words: Uint32Array

  constructor() {
    const bytes = new ArrayBuffer(pageSize * 16)
    this.#stamps = new Float64Array(bytes)
    this.#words = new Uint32Array(bytes)
    for (let index = 0; index < pageSize; index++) this.#stamps[index * 2] = absent
  }

  stamp(index: number): number {
    return this.#stamps[index * 2]!
  }

  writer(index: number): number {
    return this.#words[index * 4 + 2]!
  }

  beside(index: number): number {
    return this.#words[index * 4 + 3]!
  }

  set(index: number, stamp: number, writer: number): void {
    this.#stamps[index * 2] = stamp
    this.#words[index * 4 + 2] = writer
  }

  setBeside(index: number, number: number): void {
    this.#words[index * 4 + 3] = number
  }

  clear(index: number): void {
    this.#stamps[index * 2] = absent
  }

  /** Lowers every number beside a stamp: positions, under a new base. */
  rebase(lower: (offset: number) => number): void {
    for (let index = 0; index < pageSize; index++) this.setBeside(index, lower(this.beside(index)))
  }
}
