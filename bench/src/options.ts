/** What the command line asks for. */
import { parseArgs } from 'node:util'
import type { Subject } from './subject.js'
import { subjectNamed, subjects } from './subjects.js'
import type { Workload } from './workload.js'
import { workloadNamed, workloads } from './workloads.js'

export interface Options {
  readonly workloads: readonly Workload[]
  readonly subjects: readonly Subject[]
  readonly runs: number
  /** Numbers of records; none for each work's own, and for growth. */
  readonly records: readonly number[]
  readonly quick: boolean
  readonly growth: boolean
}

const defaultRuns = 5
const defaultRunsOfGrowth = 3
const growthSubjects = ['syncro', 'yjs', 'loro']

export const usage = `Usage: pnpm bench [--work name,…] [--peers name,…] [--runs n] [--records n] [--quick]
       pnpm bench --growth [--peers name,…] [--runs n] [--records n,…]

--work     one or more of ${workloads.map(({ name }) => name).join(', ')}, or their numbers,
           ${workloads.map(({ number }) => number).join(', ')} (default: all)
--peers    one or more of ${subjects.map(({ name }) => name).join(', ')} (default: all)
--runs n   how often each is measured, in a process of its own (default: ${defaultRuns})
--records  of how many records, with as many updates of each (default: each work's own)
--quick    a hundredth of everything, once: shows that everything works; the figures say nothing
--growth   live updates, catching up and bootstrapping at growing numbers of records
           (default: 1000,10000,100000,1000000; ${growthSubjects.join(', ')}; ${defaultRunsOfGrowth} runs)`

/** @throws Error for what nobody understands. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      work: { type: 'string', multiple: true },
      peers: { type: 'string', multiple: true },
      runs: { type: 'string' },
      records: { type: 'string' },
      quick: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
    },
  })
  const { quick, growth } = values
  if (growth && values.work !== undefined) throw new Error('--growth has its own work: leave --work out.')
  if (growth && quick) throw new Error('--growth takes its sizes from --records: leave --quick out.')
  const records = listOf(values.records === undefined ? [] : [values.records]).map((text) => whole('--records', text))
  if (records.length > 1 && !growth) throw new Error('--records takes one number, but with --growth.')
  if (records.length > 0 && quick) throw new Error('--quick is a size of its own: leave --records out.')
  const work = listOf(values.work)
  const peers = listOf(values.peers)
  const runsByDefault = quick ? 1 : growth ? defaultRunsOfGrowth : defaultRuns
  return {
    workloads: work.length === 0 ? workloads : workloads.filter((one) => work.map(workloadNamed).includes(one)),
    subjects: (peers.length > 0 ? peers : growth ? growthSubjects : subjects.map(({ name }) => name)).map(subjectNamed),
    runs: values.runs === undefined ? runsByDefault : whole('--runs', values.runs),
    records,
    quick,
    growth,
  }
}

function listOf(values: readonly string[] = []): string[] {
  return values.flatMap((value) => value.split(',')).map((name) => name.trim())
}

function whole(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${option} takes a whole number from 1, and this is ${text}.`)
  return value
}
