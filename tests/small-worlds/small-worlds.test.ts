/** All that can happen among three clients, with the real clock, order rule, ledger and store. */
import { expect, type TestContext, test } from 'vitest'
import { type Faults, programCount, programOf } from './program.js'
import { sightsOf } from './sights.js'
import { type Exchange, Worlds } from './worlds.js'

interface Exploration extends Faults {
  readonly exchange: Exchange
  /** Numbers of programs that are soon explored, for whoever waits, and of those for who does not. */
  readonly few: readonly number[]
  readonly many: readonly number[]
}

/** Numbers of programs: the first, and each so far from the one before. */
const everySo = (far: number) => Array.from({ length: Math.ceil(programCount / far) }, (_, at) => at * far)

function programsOf({ exchange, few, many }: Exploration): readonly number[] {
  const isWhole = process.env.SYNCRO_SMALL_WORLDS === 'all'
  // Some programs lead to too many worlds by catch-ups.
  if (isWhole && exchange === 'batches') return everySo(1)
  return isWhole || process.env.CI !== undefined ? many : few
}

/** Explores every world, and returns what was met on the way. How much that was is told with the test. */
async function explore({ annotate }: TestContext, exploration: Exploration): Promise<string[]> {
  const sum = { programs: 0, worlds: 0, transitions: 0, ends: 0, steps: 0 }
  const sights = new Set<string>()
  for (const number of programsOf(exploration)) {
    const worlds = new Worlds(programOf(number, exploration), exploration.exchange)
    const { worlds: count, transitions, ends, steps } = await worlds.explore()
    sum.programs += 1
    sum.worlds += count
    sum.transitions += transitions
    sum.ends += ends
    sum.steps += steps
    for (const seen of worlds.seen()) for (const sight of sightsOf(seen)) sights.add(sight)
  }
  await annotate(JSON.stringify(sum))
  return [...sights].sort()
}

const timeout = 3_600_000

const always = [
  'create',
  'create over a tombstone',
  'destroy',
  'one stamp, by two writers',
  'restore over a tombstone',
  'update of f',
  'update of g',
]

test('three clients agree, in whatever order they hear each other’s batches, and whenever one is restarted', {
  timeout,
}, async (context) => {
  const sights = await explore(context, {
    ...{ exchange: 'batches', restart: true, few: [3, 43, 62, 71], many: everySo(7) },
  })
  expect(sights).toEqual(
    [...always, 'destroy that came before its create', 'update that came before its create'].sort(),
  )
})

test('three clients agree, two of which are copies of one process', { timeout }, async (context) => {
  const sights = await explore(context, { exchange: 'batches', twins: true, few: [13], many: everySo(12) })
  expect(sights).toEqual(expect.arrayContaining([...always, 'one stamp, twice by one writer']))
})

test('three clients agree, in whatever order they catch up, and whenever one is restarted', {
  timeout,
}, async (context) => {
  const sights = await explore(context, {
    ...{ exchange: 'catch-ups', restart: true, few: [43, 46, 95] },
    many: [3, 27, 43, 49, 54, 60, 62, 71, 82, 93, 102, 109],
  })
  expect(sights).toEqual(always)
})
