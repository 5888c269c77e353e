/** `pnpm sim`: runs seeds on all cores, and says what happened in them; or one seed, with everything that happens. */
import { board } from '../board/board.js'
import type { Examination } from '../run/examine.js'
import { runSeed } from '../run/run-seed.js'
import { replayCommand } from '../run/shrink.js'
import { Tally } from '../run/tally.js'
import { type Options, readOptions, usage } from './options.js'
import { runPool } from './pool.js'

async function main(): Promise<number> {
  const options = optionsOrProblem(process.argv.slice(2))
  if (typeof options === 'string') {
    console.error(`${options}\n\n${usage}`)
    return 2
  }
  return options.trace ? trace(options) : run(options)
}

function optionsOrProblem(args: readonly string[]): Options | string {
  try {
    return readOptions(args)
  } catch (error) {
    return (error as Error).message
  }
}

async function trace({ seeds, reduction }: Options): Promise<number> {
  const seed = seeds[0]!
  const { failure, hash, shape, clients, kinds } = await runSeed({
    seed,
    workload: board,
    reduction,
    write: (line) => console.log(line),
  })
  console.log(`\nseed ${seed}: ${shape} of ${clients}, with ${kinds.join(', ') || 'no faults'}; trace ${hash}`)
  if (failure === undefined) return 0
  console.error(`failed at ${failure.atMs} ms: ${failure.message}`)
  return 1
}

async function run({ seeds, reduction, shrinks, jobs }: Options): Promise<number> {
  const began = performance.now()
  const tally = new Tally()
  const step = Math.max(1, Math.floor(seeds.length / 10))
  await runPool({
    jobs,
    orders: seeds.map((seed) => ({ seed, reduction, shrinks })),
    done: (examination) => {
      tally.add(examination)
      tell(examination)
      if (tally.seeds % step === 0 && tally.seeds < seeds.length)
        console.log(`… ${tally.seeds} of ${seeds.length} seeds`)
    },
  })
  for (const line of tally.table()) console.log(line)
  for (const name of tally.missing) console.error(`✗ in too few seeds: ${name}`)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const isGood = tally.failed.length === 0 && tally.missing.length === 0
  console.log(`${isGood ? '✓' : '✗'} ${tally.summary()} (${seconds} s)`)
  return isGood ? 0 : 1
}

function tell({ result, replay }: Examination): void {
  const { failure, seed, shape, clients } = result
  if (failure === undefined) return
  const [first = ''] = failure.message.split('\n    at ')
  console.error(`✗ seed ${seed} (${shape} of ${clients}): ${first}\n  ${replay ?? replayCommand(seed, {})}`)
}

process.exitCode = await main()
