/** Counts what became of the inputs, so that one can see that the decoders are tested, and not only JSON.parse. */
import { inputCount, isTold, isWhole, seed } from './campaign.js'

export class Tally {
  readonly #counts = new Map<string, Map<string, number>>()

  add(group: string, outcome: string): void {
    let counts = this.#counts.get(group)
    if (counts === undefined) {
      counts = new Map()
      this.#counts.set(group, counts)
    }
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }

  /** The share of a group that came to such an outcome. */
  share(group: string, is: (outcome: string) => boolean): number {
    const counts = [...(this.#counts.get(group) ?? [])]
    const sum = (some: readonly (readonly [string, number])[]) => some.reduce((total, [, count]) => total + count, 0)
    return sum(counts.filter(([outcome]) => is(outcome))) / sum(counts)
  }

  outcomes(group: string): Set<string> {
    return new Set(this.#counts.get(group)?.keys())
  }

  /** Says the shares of a run, group by group. */
  tell(what: string, full: number): void {
    if (!isTold || !isWhole) return
    const lines = [...this.#counts].map(([group]) => {
      const shares = [...this.outcomes(group)].sort().map((one) => {
        const share = this.share(group, (outcome) => outcome === one)
        return `${one} ${(share * 100).toFixed(2)} %`
      })
      return `  ${group}: ${shares.join(', ')}`
    })
    console.log(`${what}: ${inputCount(full)} from seed ${seed}\n${lines.join('\n')}`)
  }
}
