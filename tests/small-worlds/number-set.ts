/** A set of many whole numbers from 0, packed: millions of worlds that were met, 16 bytes each at the most. */
export class NumberSet {
  #slots = new Float64Array(1 << 12).fill(empty)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** False if the number was there. */
  add(number: number): boolean {
    if (!this.#put(number)) return false
    this.#size += 1
    if (this.#size * 2 > this.#slots.length) this.#grow()
    return true
  }

  #put(number: number): boolean {
    const mask = this.#slots.length - 1
    let at = hash(number) & mask
    for (let there = this.#slots[at]!; there !== empty; there = this.#slots[at]!) {
      if (there === number) return false
      at = (at + 1) & mask
    }
    this.#slots[at] = number
    return true
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Float64Array(before.length * 2).fill(empty)
    for (const number of before) if (number !== empty) this.#put(number)
  }
}

const empty = -1

function hash(number: number): number {
  const high = Math.floor(number / 2 ** 32)
  let word = Math.imul((number >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 15), 0xc2b2ae35)
  return word ^ (word >>> 16)
}
