/** Makes a failing seed small: fewer kinds of faults, fewer clients, fewer operations, as long as it still fails by the same check. */
import type { Reduction } from '../plan/plan.js'
import type { SeedResult } from './run-seed.js'

/** Runs of one seed that shrinking may take; what it has by then is good enough. */
const mostRuns = 150

export type Rerun = (reduction: Reduction) => Promise<SeedResult>

export interface Shrunk {
  readonly reduction: Reduction
  readonly result: SeedResult
  readonly runs: number
}

export async function shrink(failed: SeedResult, rerun: Rerun): Promise<Shrunk> {
  const shrinking = new Shrinking(failed, rerun)
  await shrinking.fewerKinds()
  await shrinking.fewerClients()
  await shrinking.fewerOperations()
  // With fewer operations some fault may have become needless.
  await shrinking.fewerKinds()
  return shrinking.shrunk
}

class Shrinking {
  readonly #rerun: Rerun
  readonly #check: string | undefined
  #reduction: Required<Reduction>
  #result: SeedResult
  #runs = 0

  constructor(failed: SeedResult, rerun: Rerun) {
    this.#rerun = rerun
    this.#check = failed.failure?.check
    this.#result = failed
    this.#reduction = { only: failed.kinds, clients: failed.clients, operations: failed.operations }
  }

  get shrunk(): Shrunk {
    return { reduction: this.#reduction, result: this.#result, runs: this.#runs }
  }

  async fewerKinds(): Promise<void> {
    for (const kind of this.#reduction.only)
      await this.#try({ only: this.#reduction.only.filter((other) => other !== kind) })
  }

  async fewerClients(): Promise<void> {
    for (let clients = 2; clients < this.#reduction.clients; clients++) if (await this.#try({ clients })) return
  }

  /** Leaves out ever smaller runs of operations. */
  async fewerOperations(): Promise<void> {
    for (let size = Math.ceil(this.#reduction.operations.length / 2); size >= 1; size = Math.floor(size / 2))
      for (let at = 0; at < this.#reduction.operations.length; ) {
        const { operations } = this.#reduction
        const left = [...operations.slice(0, at), ...operations.slice(at + size)]
        if (!(await this.#try({ operations: left }))) at += size
      }
  }

  async #try(change: Reduction): Promise<boolean> {
    if (this.#runs >= mostRuns) return false
    this.#runs += 1
    const reduction = { ...this.#reduction, ...change }
    const result = await this.#rerun(reduction)
    if (result.failure === undefined || result.failure.check !== this.#check) return false
    this.#reduction = reduction
    this.#result = result
    return true
  }
}

/** The command that runs a seed again, as far as it was shrunk. */
export function replayCommand(seed: number, { only, clients, operations }: Reduction): string {
  const parts = [`pnpm sim --seed ${seed}`]
  if (only !== undefined) parts.push(`--only ${only.length === 0 ? 'nothing' : only.join(',')}`)
  if (clients !== undefined) parts.push(`--clients ${clients}`)
  if (operations !== undefined) parts.push(`--operations ${rangesOf(operations)}`)
  return parts.join(' ')
}

/** Numbers as people write them: `0-3,7`. */
function rangesOf(numbers: readonly number[]): string {
  const ranges: string[] = []
  for (let at = 0; at < numbers.length; ) {
    let end = at
    while (numbers[end + 1] === numbers[end]! + 1) end += 1
    ranges.push(end === at ? `${numbers[at]}` : `${numbers[at]}-${numbers[end]}`)
    at = end + 1
  }
  return ranges.length === 0 ? 'none' : ranges.join(',')
}

/** @throws Error for what is no list of numbers and ranges. */
export function numbersOf(ranges: string): number[] {
  if (ranges === 'none') return []
  return ranges.split(',').flatMap((range) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? []
    if (first === undefined) throw new Error(`${JSON.stringify(range)} is no number and no range like 3-7.`)
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at)
  })
}
