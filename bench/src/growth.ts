/** How costs grow with the number of records: what happens live, and catching up, must not; bootstrapping must by each record alone. */
import { Board } from './board.js'
import type { Job } from './jobs.js'
import { jobsOfWork } from './jobs.js'
import type { Series } from './line-plot.js'
import { number } from './numbers.js'
import type { Result } from './runs.js'
import type { Subject } from './subject.js'
import { tableOf } from './table.js'
import type { Amounts, Figures, Workload } from './workload.js'
import { bootstrap } from './workloads/bootstrap.js'
import { catchUp } from './workloads/catch-up.js'
import { update } from './workloads/one-by-one.js'

const sizes = [1000, 10_000, 100_000, 1_000_000]
const liveUpdates = 20_000
const missed = 1000
const updatesEach = 3

/** A cost that is plotted. */
export interface Growth {
  readonly workload: Workload
  readonly title: string
  readonly unit: string
  readonly amounts: (records: number) => Amounts
  readonly cost: (figures: Figures, records: number) => number
}

export const growths: readonly Growth[] = [
  {
    workload: update,
    title: 'a live update, applied before the next',
    unit: 'µs',
    amounts: (records) => ({ records, updates: liveUpdates, others: 0 }),
    cost: ({ rate }) => 1e6 / rate!,
  },
  {
    workload: catchUp,
    title: 'catching up with 1,000 missed updates',
    unit: 'ms',
    amounts: (records) => ({ records, updates: records * updatesEach, others: missed }),
    cost: ({ ms }) => ms!,
  },
  {
    workload: bootstrap,
    title: 'bootstrapping, each record',
    unit: 'µs',
    amounts: (records) => ({ records, updates: records * updatesEach, others: 0 }),
    cost: ({ ms }, records) => (ms! * 1000) / records,
  },
]

export function jobsOfGrowth(subjects: readonly Subject[], records: readonly number[]): readonly Job[] {
  return growths.flatMap(({ workload, amounts }) =>
    (records.length > 0 ? records : sizes).flatMap((count) =>
      // Whoever is slow is slow here too: that is what is looked at.
      jobsOfWork(workload, subjects.map(withoutLess), amounts(count)),
    ),
  )
}

/** The medians of each subject, by records. */
export function seriesOf({ workload, cost }: Growth, results: readonly Result[]): readonly Series[] {
  const own = results.filter(({ work }) => work === workload.name)
  return [...new Set(own.map(({ subject }) => subject))].map((name) => ({
    name,
    points: own
      .filter(({ subject, runs }) => subject === name && runs.length > 0)
      .map((result) => [result.amounts.records, cost(medians(workload, result), result.amounts.records)] as const),
  }))
}

/** A line for each subject, a column for each number of records. */
export function growthTable(growth: Growth, results: readonly Result[]): string {
  const own = results.filter(({ work }) => work === growth.workload.name)
  const counts = [...new Set(own.map(({ amounts }) => amounts.records))]
  const head = [`${growth.title}, ${growth.unit}`, ...counts.map((count) => count.toLocaleString('en-US'))]
  const rows = seriesOf(growth, results).map(({ name, points }) => [
    name,
    ...counts.map((count) => {
      const point = points.find(([records]) => records === count)
      return point === undefined ? '–' : number(point[1])
    }),
  ])
  return [tableOf([head, ...rows]), ...failuresOf(own)].join('\n\n')
}

function failuresOf(results: readonly Result[]): string[] {
  return results.flatMap(({ subject, amounts, failures }) =>
    failures.length === 0 ? [] : [`${subject} at ${amounts.records.toLocaleString('en-US')} records: ${failures[0]}`],
  )
}

function medians(workload: Workload, result: Result): Figures {
  const board = new Board(workload, [result])
  return Object.fromEntries(workload.metrics.map(({ key }) => [key, board.median(result.subject, key) ?? Number.NaN]))
}

function withoutLess({ less: _, ...subject }: Subject): Subject {
  return subject
}
