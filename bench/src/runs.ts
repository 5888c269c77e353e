/** Measures everything several times: each time in a fresh process, the subjects in another order in each round. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Options } from './options.js'
import type { Subject } from './subject.js'
import { subjects } from './subjects.js'
import type { Figures, Size, Workload } from './workload.js'

/** The figures of all runs of one subject on one workload. */
export interface Result {
  readonly workload: Workload
  readonly subject: Subject
  readonly runs: Figures[]
}

const file = fileURLToPath(new URL('./measure.js', import.meta.url))

/** @param say is told what was measured. */
export async function measureAll(
  { workloads, runs, size }: Options,
  say: (line: string) => void,
): Promise<readonly Result[]> {
  const results: Result[] = workloads.flatMap((workload) =>
    subjects.map((subject) => ({ workload, subject, runs: [] })),
  )
  for (let round = 0; round < runs; round++) {
    const order = round % 2 === 0 ? results : inTurnedOrder(results, workloads)
    for (const result of order) {
      const figures = await measure(result, size)
      result.runs.push(figures)
      say(`run ${round + 1}  ${result.workload.name}  ${result.subject.name}  ${shown(figures)}`)
    }
  }
  return results
}

/** The workloads in their order, the subjects of each the other way round. */
function inTurnedOrder(results: readonly Result[], workloads: readonly Workload[]): Result[] {
  return workloads.flatMap((workload) => results.filter((result) => result.workload === workload).reverse())
}

function measure({ workload, subject }: Result, size: Size): Promise<Figures> {
  return new Promise((resolve, reject) => {
    let figures: Figures | undefined
    const child = fork(file, [workload.name, subject.name, size], { execArgv: ['--expose-gc'] })
    child.on('message', (message) => {
      figures = message as Figures
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (figures !== undefined) resolve(figures)
      else
        reject(
          new Error(
            `${workload.name} of ${subject.name} ended with ${signal ?? code} and gave no figures; what it wrote says why.`,
          ),
        )
    })
  })
}

function shown(figures: Figures): string {
  return Object.entries(figures)
    .map(([key, value]) => `${key} ${value < 100 ? value.toFixed(2) : Math.round(value)}`)
    .join('  ')
}
