/** `pnpm bench`: measures, prints the table, and after a full run of everything puts it into RESULTS.md. */
import { fileURLToPath } from 'node:url'
import { circumstances } from './machine.js'
import { type Options, readOptions, usage } from './options.js'
import { updateResults } from './results-file.js'
import { measureAll } from './runs.js'
import { floor, subjects } from './subjects.js'
import { syncroSubject } from './syncro-subject.js'
import { sectionsOf, tableOf } from './table.js'
import { workloads } from './workloads.js'

const resultsFile = fileURLToPath(new URL('../RESULTS.md', import.meta.url))

async function main(): Promise<number> {
  const options = optionsOrProblem(process.argv.slice(2))
  if (typeof options === 'string') {
    console.error(`${options}\n\n${usage}`)
    return 2
  }
  const results = await measureAll(options, (line) => console.log(line)).catch((error: Error) => error)
  if (results instanceof Error) {
    console.error(results.message)
    return 1
  }
  const table = tableOf(sectionsOf(results, { ours: syncroSubject.name, floor: floor.name }))
  const where = circumstances(options.runs)
  console.log(`\n${table}\n\n${where}`)
  const isWhole = options.size === 'full' && options.workloads.length === workloads.length
  if (isWhole) {
    const about = subjects.map(({ name, about }) => `- **${name}**: ${about}`).join('\n')
    updateResults(resultsFile, `${table}\n\n${where}\n\n${about}`)
    console.log('\nRESULTS.md has the table.')
  } else console.log('\nRESULTS.md stays as it was: it takes the table of all workloads in full size.')
  return 0
}

function optionsOrProblem(args: readonly string[]): Options | string {
  try {
    return readOptions(args)
  } catch (error) {
    return (error as Error).message
  }
}

process.exitCode = await main()
