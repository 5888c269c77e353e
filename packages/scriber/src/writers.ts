/** Writer ids, numbered: columns hold the numbers. */
export class Writers {
  readonly #ids: string[] = []
  readonly #numbers = new Map<string, number>()
  #recent: string | undefined
  #recentNumber = -1

  /** The number of a writer, given out at its first mention. */
  number(id: string): number {
    // What one writer did comes together; comparing is cheaper than hashing a text that has just been read.
    if (id === this.#recent) return this.#recentNumber
    let number = this.#numbers.get(id)
    if (number === undefined) {
      number = this.#ids.length
      this.#ids.push(id)
      this.#numbers.set(id, number)
    }
    this.#recent = id
    this.#recentNumber = number
    return number
  }

  /** How many there are. */
  get size(): number {
    return this.#ids.length
  }

  /** Forgets those that were numbered since there were so many: nothing that came of them is kept. */
  truncate(size: number): void {
    for (const id of this.#ids.splice(size)) this.#numbers.delete(id)
    this.#recent = undefined
  }

  id(number: number): string {
    return this.#ids[number]!
  }

  /** True if stamp `a` of writer number `aWriter` is newer than stamp `b` of `bWriter`; the rule is in order.ts. */
  newer(a: number, aWriter: number, b: number, bWriter: number): boolean {
    if (a !== b) return a > b
    return aWriter !== bWriter && this.#ids[aWriter]! > this.#ids[bWriter]!
  }
}
