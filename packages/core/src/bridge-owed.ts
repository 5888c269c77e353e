/** What a client of version 1 is to be told whatever else it is told: what it may have lost, or overwritten without knowing ours. */

/** All of a row, or some fields; `again`: all, after it was refused once. */
export type Owing = 'whole' | 'again' | ReadonlySet<string>

export class Owed {
  readonly #rows = new Map<number, Owing>()

  get size(): number {
    return this.#rows.size
  }

  add(row: number, fields: 'whole' | 'again' | readonly string[]): void {
    const owed = this.#rows.get(row)
    if (fields === 'again' || owed === 'again') this.#rows.set(row, 'again')
    else if (fields === 'whole' || owed === 'whole') this.#rows.set(row, 'whole')
    else this.#rows.set(row, new Set([...(owed ?? []), ...fields]))
  }

  /** Takes out what came first. */
  take(): readonly [row: number, owing: Owing] | undefined {
    for (const entry of this.#rows) {
      this.#rows.delete(entry[0])
      return entry
    }
    return undefined
  }
}
