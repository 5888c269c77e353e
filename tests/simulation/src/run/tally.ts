/** What many seeds come to. */
import type { Examination } from './examine.js'
import { missing } from './sometimes.js'

interface Total {
  times: number
  seeds: number
}

export class Tally {
  seeds = 0
  events = 0
  readonly failed: Examination[] = []
  readonly #totals = new Map<string, Total>()
  #longestRestMs = 0

  add(examination: Examination): void {
    const { result } = examination
    this.seeds += 1
    this.events += result.events
    this.#longestRestMs = Math.max(this.#longestRestMs, result.restedMs)
    this.#count(`shape ${result.shape}`, 1)
    for (const kind of result.kinds) this.#count(`faults ${kind}`, 1)
    for (const [name, times] of Object.entries(result.counts)) this.#count(name, times)
    if (result.failure !== undefined) this.failed.push(examination)
  }

  /** What should have happened in some of the seeds, and did not. */
  get missing(): string[] {
    return missing(this.seeds, new Map([...this.#totals].map(([name, { seeds }]) => [name, seeds])))
  }

  /** The counts, as a table. */
  table(): string[] {
    const rows = [...this.#totals].sort(([a], [b]) => (a < b ? -1 : 1))
    const width = Math.max(...rows.map(([name]) => name.length))
    const share = ({ seeds }: Total) => `${((100 * seeds) / this.seeds).toFixed(1)} %`
    return rows.map(
      ([name, total]) =>
        `${name.padEnd(width)} ${String(total.times).padStart(10)} ${share(total).padStart(8)} of seeds`,
    )
  }

  summary(): string {
    const bad = this.failed.length
    const rest = `the slowest was at rest ${(this.#longestRestMs / 1000).toFixed(1)} s after it was mended`
    return `${this.seeds} seeds, ${this.events} events; ${bad} failed; ${rest}`
  }

  #count(name: string, times: number): void {
    const total = this.#totals.get(name) ?? { times: 0, seeds: 0 }
    total.times += times
    total.seeds += 1
    this.#totals.set(name, total)
  }
}
