/**
 * The recorder's figures: `node --expose-gc dist/scriber-process.js [runs]` measures each in fresh processes, 5 by default, and prints the medians.
 * `node --expose-gc dist/scriber-process.js one <figure>` measures one figure once, for a profiler.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { figures } from './scriber-figures.js'

const run = promisify(execFile)
const self = fileURLToPath(import.meta.url)

async function measureAll(runs: number): Promise<void> {
  console.log(`| figure | goal | median of ${runs} | least – most |\n|---|---:|---:|---:|`)
  for (const [name, { title, unit, goal }] of Object.entries(figures)) {
    const values: number[] = []
    for (let at = 0; at < runs; at++) values.push(await measureInProcess(name))
    values.sort((a, b) => a - b)
    const median = values[values.length >> 1]!
    const text = (value: number) => value.toFixed(value < 10 ? 2 : 0)
    const target = goal === undefined ? '' : `≤ ${goal} ${unit}`
    console.log(
      `| ${title} | ${target} | **${text(median)} ${unit}** | ${text(values[0]!)} – ${text(values.at(-1)!)} |`,
    )
  }
}

async function measureInProcess(name: string): Promise<number> {
  const { stdout } = await run(process.execPath, ['--expose-gc', self, 'one', name])
  return Number(stdout)
}

const [first, second] = process.argv.slice(2)
if (first === 'one') {
  const figure = figures[second ?? '']
  if (figure === undefined) throw new Error(`There are these figures: ${Object.keys(figures).join(', ')}.`)
  console.log(await figure.measure())
} else await measureAll(Number(first ?? 5))
