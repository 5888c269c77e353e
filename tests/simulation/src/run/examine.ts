/** What is done with one seed: it runs, some run twice, and what fails is made small. */
import type { Reduction } from '../plan/plan.js'
import type { Workload } from '../world/workload.js'
import { runSeed, type SeedResult } from './run-seed.js'
import { replayCommand, shrink } from './shrink.js'

/** One seed of so many runs twice, and has to do the same. */
const twiceEvery = 50

export interface Examination {
  readonly result: SeedResult
  /** The command that shows the failure again, shrunk; undefined where nothing failed. */
  readonly replay: string | undefined
}

export interface ExamineOptions {
  readonly seed: number
  readonly workload: Workload
  readonly reduction?: Reduction
  /** Whether a failure is shrunk. Default: true. */
  readonly shrinks?: boolean
}

export async function examine({
  seed,
  workload,
  reduction = {},
  shrinks = true,
}: ExamineOptions): Promise<Examination> {
  const run = (reduced: Reduction) => runSeed({ seed, workload, reduction: reduced })
  const first = await run(reduction)
  const result = first.failure === undefined && seed % twiceEvery === 0 ? compared(first, await run(reduction)) : first
  if (result.failure === undefined) return { result, replay: undefined }
  if (!shrinks) return { result, replay: replayCommand(seed, reduction) }
  const shrunk = await shrink(result, run)
  return { result: { ...shrunk.result, counts: result.counts }, replay: replayCommand(seed, shrunk.reduction) }
}

function compared(first: SeedResult, second: SeedResult): SeedResult {
  if (first.hash === second.hash) return first
  const message = `two runs differ: ${first.hash} after ${first.events} events, ${second.hash} after ${second.events}`
  return { ...first, failure: { check: 'determinism', message, atMs: 0 } }
}
