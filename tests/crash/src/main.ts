/** `pnpm crash`: kills, power cuts and failing disks, and what the store has survived of them. */
import { CrashFailure, type Figures } from './kind.js'
import { kinds } from './kinds.js'
import { type Options, readOptions, usage } from './options.js'
import { exitOnSignals } from './running.js'

const isTerminal = process.stdout.isTTY === true && process.env['CI'] === undefined

async function main(): Promise<number> {
  let options: Options
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  const { seed, counts, only } = options
  const rows: string[][] = []
  let failed = false
  for (const { name, run, whyNot } of kinds.filter((kind) => only.includes(kind.name) && counts[kind.name] > 0)) {
    const why = await whyNot()
    if (why !== undefined) {
      rows.push(['-', name, 'skipped', '', why])
      continue
    }
    const began = performance.now()
    const progress = new Progress(name, counts[name])
    const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
    try {
      const figures = await run({ seed, count: counts[name], only: options.case, crashed: () => progress.crashed() })
      progress.end()
      rows.push(['✓', name, String(progress.count), seconds(), told(figures)])
    } catch (error) {
      progress.end()
      failed = true
      rows.push(['✗', name, String(progress.count), seconds(), 'failed, see above'])
      console.error(error instanceof CrashFailure ? error.message : error)
      if (!(error instanceof CrashFailure)) console.error(`Again: pnpm crash --only ${name} --seed ${seed}`)
    }
  }
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]!.length)))
  for (const row of rows) console.log(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return failed ? 1 : 0
}

class Progress {
  count = 0
  readonly #name: string
  readonly #step: number
  readonly #all: number

  constructor(name: string, all: number) {
    this.#name = name
    this.#all = all
    this.#step = isTerminal ? 1 : Math.max(1, Math.floor(all / 5))
  }

  crashed(): void {
    this.count += 1
    if (this.count % this.#step !== 0) return
    const line = `… ${this.count} of ${this.#all} ${this.#name}`
    if (isTerminal) process.stdout.write(`\r\u001b[K${line}`)
    else console.log(line)
  }

  end(): void {
    if (isTerminal) process.stdout.write('\r\u001b[K')
  }
}

function told(figures: Figures): string {
  return figures.all.map(([what, count]) => `${what} ${count}`).join(', ')
}

exitOnSignals()
process.exit(await main())
