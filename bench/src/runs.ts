/** Measures everything several times: each time in a fresh process, the subjects in another order in each round. */
import { fork } from 'node:child_process'
import { SeededRandom } from '@syncro/scriber/testing'
import type { Job } from './jobs.js'
import { processFile } from './process-file.js'
import type { Amounts, Figures } from './workload.js'

/** The figures of all runs of one subject on one workload, as they are kept. */
export interface Result {
  readonly work: string
  readonly subject: string
  readonly amounts: Amounts
  readonly isLess: boolean
  readonly runs: Figures[]
  /** What was said by runs that ended without figures. */
  readonly failures: string[]
}

/** What takes longer hangs. */
const longestMinutes = 15

/** @param say is told what was measured. */
export async function measureAll(
  jobs: readonly Job[],
  runs: number,
  say: (line: string) => void,
): Promise<readonly Result[]> {
  const results = new Map(jobs.map((job) => [job, resultOf(job)]))
  for (let round = 0; round < runs; round++)
    for (const job of inOrderOf(jobs, round)) {
      const { work, subject, runs: figuresOfRuns, failures } = results.get(job)!
      const head = `run ${round + 1}  ${work}  ${subject}`
      try {
        const figures = await measure(job)
        figuresOfRuns.push(figures)
        say(`${head}  ${shown(figures)}`)
      } catch (error) {
        failures.push((error as Error).message)
        say(`${head}  FAILED: ${(error as Error).message}`)
      }
    }
  return [...results.values()]
}

function resultOf({ workload, subject, amounts, isLess }: Job): Result {
  return { work: workload.name, subject: subject.name, amounts, isLess, runs: [], failures: [] }
}

/** The workloads in their order, the subjects of each in another in each round. */
function inOrderOf(jobs: readonly Job[], round: number): readonly Job[] {
  if (round === 0) return jobs
  const random = new SeededRandom(round)
  const workloads = [...new Set(jobs.map(({ workload }) => workload))]
  return workloads.flatMap((workload) => random.shuffled(jobs.filter((job) => job.workload === workload)))
}

function measure({ workload, subject, amounts }: Job): Promise<Figures> {
  return new Promise((resolve, reject) => {
    let figures: Figures | undefined
    const args = [workload.name, subject.name, JSON.stringify(amounts)]
    const child = fork(processFile('measure'), args, {
      execArgv: ['--expose-gc'],
      timeout: longestMinutes * 60_000,
      stdio: ['ignore', 1, 'pipe', 'ipc'],
    })
    const said = lastLinesOf(child.stderr!)
    child.on('message', (message) => {
      figures = message as Figures
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (figures !== undefined) resolve(figures)
      else if (signal === 'SIGTERM') reject(new Error(`it was given up after ${longestMinutes} minutes.`))
      else reject(new Error(`it ended with ${signal ?? code} and gave no figures: ${said()}`))
    })
  })
}

/** What a process says about its end: the line with its error, where there is one. */
function lastLinesOf(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    process.stderr.write(chunk)
    text = (text + chunk).slice(-longestSaid)
  })
  return () => text.split('\n').find((line) => /error:|FATAL/i.test(line)) ?? text.trim().split('\n').at(-1) ?? ''
}

const longestSaid = 16_384

function shown(figures: Figures): string {
  return Object.entries(figures)
    .map(([key, value]) => `${key} ${value < 100 ? value.toFixed(2) : Math.round(value)}`)
    .join('  ')
}
