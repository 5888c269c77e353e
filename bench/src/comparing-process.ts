/**
 * What comparisons cost: `node --expose-gc dist/comparing-process.js [runs]` measures each in fresh processes, 5 by default, and prints the medians.
 * `node --expose-gc dist/comparing-process.js one <differences> <first|later>` measures one once, for a profiler.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Cost, comparing } from './comparing.js'

const run = promisify(execFile)
const self = fileURLToPath(import.meta.url)

const records = 100_000
const cases = [
  ['0', 'first'],
  ['0', 'later'],
  ['10', 'first'],
  ['10', 'later'],
  ['1000', 'later'],
  ['100000', 'later'],
  ['everything', 'first'],
] as const

async function measureAll(runs: number): Promise<void> {
  console.log('| differences | digests | ms (least – most) | bytes, both ways |\n|---:|---|---:|---:|')
  for (const [differences, when] of cases) {
    const costs: Cost[] = []
    for (let at = 0; at < runs; at++) costs.push(await measureInProcess(differences, when))
    costs.sort((a, b) => a.ms - b.ms)
    const text = (value: number) => Math.round(value).toLocaleString('en')
    const [least, median, most] = [costs[0]!, costs[runs >> 1]!, costs.at(-1)!]
    console.log(
      `| ${differences} | ${when === 'first' ? 'made' : 'kept up'} | ${text(median.ms)} (${text(least.ms)} – ${text(most.ms)}) | ${text(median.bytes)} |`,
    )
  }
}

async function measureInProcess(differences: string, when: string): Promise<Cost> {
  const { stdout } = await run(process.execPath, ['--expose-gc', self, 'one', differences, when])
  return JSON.parse(stdout) as Cost
}

const [first, differences, when] = process.argv.slice(2)
if (first === 'one') {
  const count = differences === 'everything' ? differences : Number(differences)
  console.log(JSON.stringify(await comparing(records, count, when === 'first')))
} else await measureAll(Number(first ?? 5))
