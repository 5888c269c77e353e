/** What the command line asks for. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Reduction } from '../plan/plan.js'
import { numbersOf } from '../run/shrink.js'

export interface Options {
  readonly seeds: readonly number[]
  readonly reduction: Reduction
  /** Prints each event of the one seed. */
  readonly trace: boolean
  readonly shrinks: boolean
  readonly jobs: number
}

export const usage = `Usage: pnpm sim [--seeds n] [--from n] [--seed n] [--trace] …

--seeds n        how many seeds, from 1 on (default 200)
--from n         the first of them
--seed n         this one alone
--trace          prints each event; with --seed only
--only a,b       of the seed's faults only these kinds, or \`nothing\`
--clients n      only its first n clients
--operations …   only these of its operations: 0-3,7
--no-shrink      does not look for a smaller case of what fails
--jobs n         seeds at a time (default: as many as there are cores)`

/** @throws Error for what nobody understands. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '200' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      only: { type: 'string' },
      clients: { type: 'string' },
      operations: { type: 'string' },
      'no-shrink': { type: 'boolean', default: false },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  })
  const { seed, only, clients, operations, trace } = values
  const first = whole('from', values.from)
  if (trace && seed === undefined) throw new Error('--trace needs a --seed.')
  return {
    seeds:
      seed === undefined
        ? Array.from({ length: whole('seeds', values.seeds) }, (_, at) => first + at)
        : [whole('seed', seed)],
    reduction: {
      ...(only === undefined ? undefined : { only: only === 'nothing' ? [] : only.split(',') }),
      ...(clients === undefined ? undefined : { clients: whole('clients', clients) }),
      ...(operations === undefined ? undefined : { operations: numbersOf(operations) }),
    },
    trace,
    shrinks: !values['no-shrink'],
    jobs: whole('jobs', values.jobs),
  }
}

function whole(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} takes a whole number from 1, not ${text}.`)
  return number
}
