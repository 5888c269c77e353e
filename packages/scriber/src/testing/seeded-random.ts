/**
 * Random numbers that repeat themselves: sfc32 (Chris Doty-Humphrey's small fast counter, 128 bits of state, in PractRand without
 * anomalies), seeded by splitmix32 so that neighbouring seeds have nothing in common.
 */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed a whole number; print it when a test fails: the same one gives the same run. */
  constructor(seed: number) {
    const word = splitmix(seed)
    this.#a = word()
    this.#b = word()
    this.#c = word()
    // The first words still show the seed.
    for (let round = 0; round < 15; round++) this.next()
  }

  /** The next 32 bits, as a whole number from 0. */
  next(): number {
    const result = (this.#a + this.#b + this.#counter) >>> 0
    this.#counter = (this.#counter + 1) >>> 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) >>> 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) >>> 0
    return result
  }

  /** A whole number from 0 up to, but not including, `end`; at most 2^32. All are equally likely. */
  below(end: number): number {
    // Numbers above the last whole multiple would make the small ones likelier.
    const fair = 2 ** 32 - (2 ** 32 % end)
    let number = this.next()
    while (number >= fair) number = this.next()
    return number % end
  }

  /** True with a probability from 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32
  }

  /** One of the items, of which there is at least one. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!
  }

  /** The items in another order, each order equally likely. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items]
    for (let end = result.length; end > 1; end--) {
      const at = this.below(end)
      const last = result[end - 1]!
      result[end - 1] = result[at]!
      result[at] = last
    }
    return result
  }

  /** Fills an array with random bytes, as `crypto.getRandomValues` does; bound, so that it can be passed on as it is. */
  readonly bytes = (array: Uint8Array): Uint8Array => {
    for (let at = 0; at < array.length; at++) array[at] = this.next() >>> 24
    return array
  }
}

function splitmix(seed: number): () => number {
  let state = seed >>> 0
  // A seed beyond 32 bits counts whole.
  state = (state ^ Math.imul(Math.floor(seed / 2 ** 32) | 0, 0x85ebca6b)) >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    return (word ^ (word >>> 15)) >>> 0
  }
}
