/** `pnpm bench`: measures, prints tables, and puts what was measured whole into RESULTS.md. */
import { fileURLToPath } from 'node:url'
import { Board } from './board.js'
import type { Measured } from './figures-file.js'
import { growths, growthTable, jobsOfGrowth } from './growth.js'
import { jobsOf } from './jobs.js'
import { circumstances } from './machine.js'
import { type Options, readOptions, usage } from './options.js'
import { Report } from './report.js'
import { measureAll } from './runs.js'
import { subjects } from './subjects.js'
import { goalsTable, workTable } from './table.js'

const folder = fileURLToPath(new URL('..', import.meta.url))
const say = (text: string) => console.log(text)

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    say(usage)
    return 0
  }
  const options = optionsOrProblem(args)
  if (typeof options === 'string') {
    console.error(`${options}\n\n${usage}`)
    return 2
  }
  const jobs = options.growth ? jobsOfGrowth(options.subjects, options.records) : jobsOf(options)
  if (jobs.length === 0) {
    console.error('None of these does any of this work.')
    return 2
  }
  const results = await measureAll(jobs, options.runs, say)
  const measured = { circumstances: circumstances(args, options.runs), results }
  if (options.growth) tellGrowth(options, measured)
  else tellWorkloads(options, measured)
  const failed = results.filter(({ failures }) => failures.length > 0)
  for (const { work, subject, failures } of failed) console.error(`${work} of ${subject}: ${failures[0]}`)
  // Where a number of records does not fit is what growth is to tell.
  return failed.length > 0 && !options.growth ? 1 : 0
}

function tellWorkloads(options: Options, measured: Measured): void {
  const boards = options.workloads.map((workload) => new Board(workload, measured.results))
  for (const board of boards) say(`\n${board.workload.number} ${board.workload.name}\n\n${workTable(board)}`)
  say(`\n${goalsTable(boards)}\n\n${measured.circumstances}`)
  const isWhole = !options.quick && options.records.length === 0 && options.subjects.length === subjects.length
  if (isWhole) new Report(folder).take(options.workloads, measured)
  say(`\n${isWhole ? 'RESULTS.md has it.' : 'RESULTS.md stays as it was: it takes full sizes, of everybody.'}`)
}

function tellGrowth(options: Options, measured: Measured): void {
  for (const growth of growths) say(`\n${growthTable(growth, measured.results)}`)
  const isWhole = options.records.length === 0
  if (isWhole) new Report(folder).takeGrowth(measured)
  say(`\n${isWhole ? 'RESULTS.md has it.' : 'RESULTS.md stays as it was: it takes all sizes.'}`)
}

function optionsOrProblem(args: readonly string[]): Options | string {
  try {
    return readOptions(args)
  } catch (error) {
    return (error as Error).message
  }
}

process.exitCode = await main(process.argv.slice(2))
