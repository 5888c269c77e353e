/** What the command line asks for: `[workload…] [--runs n] [--quick]`. */
import { parseArgs } from 'node:util'
import type { Size, Workload } from './workload.js'
import { workloadNamed, workloads } from './workloads.js'

export interface Options {
  readonly workloads: readonly Workload[]
  readonly runs: number
  readonly size: Size
}

export const usage = `Usage: pnpm bench [workload…] [--runs n] [--quick]

Workloads: ${workloads.map(({ name }) => name).join(', ')}. Default: all.
--runs n   how often each is measured (default 5, with --quick 1)
--quick    small sizes: shows that everything works; the figures say nothing`

/** @throws Error for what nobody understands. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runs: { type: 'string' }, quick: { type: 'boolean', default: false } },
  })
  const runs = values.runs === undefined ? (values.quick ? 1 : 5) : Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`--runs takes a whole number from 1, and this is ${values.runs}.`)
  const named = positionals.map((name) => {
    const workload = workloadNamed(name)
    if (workload === undefined) throw new Error(`There is no workload ${JSON.stringify(name)}.`)
    return workload
  })
  return { workloads: named.length > 0 ? named : workloads, runs, size: values.quick ? 'quick' : 'full' }
}
