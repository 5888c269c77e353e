/** A set of numbers, a bit each. */

export class Bits {
  #words = new Uint32Array(0)

  has(number: number): boolean {
    return ((this.#words[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0
  }

  add(number: number): void {
    const word = number >>> 5
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#words.length * 2))
      grown.set(this.#words)
      this.#words = grown
    }
    this.#words[word]! |= 1 << (number & 31)
  }

  delete(number: number): void {
    const word = number >>> 5
    if (word < this.#words.length) this.#words[word]! &= ~(1 << (number & 31))
  }
}
