/** What is made anew under earlier stamps keeps its order and all that it decided, here and wherever it comes to. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Batch, compareStamps, type Ledger, MemoryStore, Scriber, type Stamp, stampAt } from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'
import { type Act, acts, attempt, histories } from './generators.js'
import { imagesOf, ledgerOf, shown, stateOf, wholeOf } from './recorders.js'
import { runs } from './runs.js'

const hourMs = 3_600_000

interface Story {
  /** What is known, and known to another ledger as well, before the clock is wrong. */
  readonly before: readonly Batch[]
  /** What is recorded while it is wrong, and what comes meanwhile. */
  readonly mine: readonly Act[]
  readonly theirs: readonly Batch[]
  readonly random: SeededRandom
}

/** A recorder that has lived through a story, whose clock is right again; and the position up to which its ledger is acknowledged. */
function live({ before, mine, theirs, random }: Story) {
  const clock = new ManualClock()
  const store = new MemoryStore()
  const open = () => new Scriber({ now: clock.now, random: random.bytes, store })
  const scriber = open()
  for (const batch of before) scriber.replay(batch, 'them')
  const { position } = scriber.place
  scriber.share(position)
  clock.advance(hourMs)
  const happenings = [
    ...mine.map((act) => () => attempt(scriber, act)),
    ...theirs.map((batch) => () => scriber.replay(batch, 'them')),
  ]
  for (const happen of random.shuffled(happenings)) happen()
  clock.advance(-hourMs)
  return { scriber, open, position, aheadOf: stampAt(clock.now()) }
}

/** The stamp of everything in a ledger that has one. */
function stampsIn(ledger: Ledger): Map<string, Stamp> {
  const stamps = new Map<string, Stamp>()
  for (const table of ledger.tables())
    for (let slot = 0; slot < table.end; slot++) {
      const id = table.id(slot)
      if (id === undefined) continue
      for (const [what, stamp] of Object.entries(ledger.life(table, slot)))
        stamps.set(JSON.stringify([table.name, id, what]), stamp)
      for (const column of table.columns.values())
        if (column.has(slot)) {
          const writer = ledger.writers.id(column.writer(slot))
          stamps.set(JSON.stringify([table.name, id, 'field', column.name]), { stamp: column.stamp(slot), writer })
        }
    }
  return stamps
}

/** A state without its stamps: what is shown, and what would be if its create came. */
function withoutStamps(ledger: Ledger): unknown {
  return JSON.parse(
    JSON.stringify(stateOf(ledger), (key, value: unknown) => {
      if (typeof value === 'bigint') return `${value}n`
      return key === 'stamp' || key === 'writer' ? undefined : value
    }),
  )
}

test('what is made anew changes nothing but stamps, and those in order', async () => {
  let madeAnew = 0
  await fc.assert(
    fc.asyncProperty(histories, acts(1), histories, fc.integer(), async (before, mine, theirs, seed) => {
      const { scriber, open, position, aheadOf } = live({ before, mine, theirs, random: new SeededRandom(seed) })
      const other = ledgerOf(before)
      const [stamps, state] = [stampsIn(scriber.ledger), withoutStamps(scriber.ledger)]
      if (scriber.restamp({ aheadOf, after: position })) madeAnew += 1
      expect(withoutStamps(scriber.ledger)).toEqual(state)
      expectInOrder(stamps, stampsIn(scriber.ledger))
      expect(wholeOf(open().ledger)).toEqual(wholeOf(scriber.ledger))
      other.mergeRows(imagesOf(scriber.ledger, position))
      expect(stateOf(other)).toEqual(stateOf(scriber.ledger))
    }),
    runs,
  )
  expect(madeAnew).toBeGreaterThan(runs.numRuns / 4)
})

/** What has another stamp has an earlier one, newer than all that stayed, and in the order of the old ones. */
function expectInOrder(before: ReadonlyMap<string, Stamp>, after: ReadonlyMap<string, Stamp>): void {
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort())
  const pairs = [...before].map(([key, old]) => ({ old, now: after.get(key)! }))
  const anew = pairs.filter(({ old, now }) => compare(old, now) !== 0)
  const newestKept = Math.max(-1, ...pairs.filter((pair) => !anew.includes(pair)).map(({ now }) => now.stamp))
  for (const one of anew) {
    expect(one.now.stamp).toBeLessThan(one.old.stamp)
    expect(one.now.stamp).toBeGreaterThan(newestKept)
    for (const two of anew) expect(Math.sign(compare(one.now, two.now))).toBe(Math.sign(compare(one.old, two.old)))
  }
}

function compare(a: Stamp, b: Stamp): number {
  return compareStamps(a.stamp, a.writer, b.stamp, b.writer)
}

/** A record that another ledger has too, whose title was written under a stamp two minutes ahead of time, and then under one an hour ahead. */
function overwritten(by: 'others' | 'we') {
  const clock = new ManualClock()
  const rightMs = clock.now()
  const scriber = new Scriber({ now: clock.now, random: new SeededRandom(1).bytes })
  clock.advance(120_000)
  const first: Batch = {
    stamp: stampAt(clock.now()),
    writer: 'f'.repeat(24),
    changes: [{ name: 'Note', id: 'a', type: 'update', fields: { title: 'first' } }],
  }
  scriber.replay({ stamp: 1, writer: 'f'.repeat(24), changes: [{ name: 'Note', id: 'a', type: 'create' }] }, 'them')
  if (by === 'others') scriber.replay(first, 'them')
  else scriber.record('Note', 'update', 'a', { title: 'first' })
  const other = ledgerOf([])
  other.mergeRows(imagesOf(scriber.ledger))
  const { position } = scriber.place
  scriber.share(position)
  clock.advance(hourMs)
  scriber.record('Note', 'update', 'a', { title: 'second' })
  clock.set(rightMs)
  scriber.restamp({ aheadOf: stampAt(rightMs), after: position })
  other.mergeRows(imagesOf(scriber.ledger, position))
  return { scriber, other }
}

test.each(['others', 'we'] as const)(
  'what is made anew stays newer than what it overwrote, which %s wrote and somebody has',
  (by) => {
    const { scriber, other } = overwritten(by)
    expect(shown(other, 'Note', 'a')).toEqual({ title: 'second' })
    expect(stateOf(other)).toEqual(stateOf(scriber.ledger))
  },
)
