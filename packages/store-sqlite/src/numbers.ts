/** Names that a file has numbers for: rows hold the numbers. */

export class Numbers {
  readonly #names: string[] = []
  readonly #numbers = new Map<string, number>()
  readonly #given: (number: number, name: string) => void

  /** @param given told of a name that has got a number: it is to be stored before what holds the number. */
  constructor(given: (number: number, name: string) => void) {
    this.#given = given
  }

  /** The number of a name, given at its first mention. */
  of(name: string): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#names.length
      this.#add(number, name)
      this.#given(number, name)
    }
    return number
  }

  /** @throws SyntaxError for a number that has no name. */
  name(number: number): string {
    const name = this.#names[number]
    if (name === undefined) throw new SyntaxError(`the number ${number} has no name`)
    return name
  }

  /** Takes over one that is stored; they come in rising order. @throws SyntaxError */
  restore(number: number, name: string): void {
    if (number !== this.#names.length || this.#numbers.has(name))
      throw new SyntaxError(`the name ${JSON.stringify(name)} has the number ${number}, which does not follow`)
    this.#add(number, name)
  }

  #add(number: number, name: string): void {
    this.#names[number] = name
    this.#numbers.set(name, number)
  }
}
