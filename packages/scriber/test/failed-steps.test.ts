/** What fails leaves nothing behind: state, order, clock, store and listeners are as if it had never begun. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, MemoryStore, maxLedgerNames, maxStamp, type Scriber, type StoredRow } from '../src/index.js'
import { SeededRandom } from '../src/testing/index.js'
import { type Act, acts, attempt, histories } from './generators.js'
import { imagesOf, ledgerOf, type Recorder, recorder, wholeOf } from './recorders.js'
import { runs } from './runs.js'

interface Kept extends Recorder {
  readonly store: MemoryStore
}

/** A recorder on a store that knows a history. */
function knowing(batches: readonly Batch[]): Kept {
  const store = new MemoryStore()
  const made = recorder({ store, random: new SeededRandom(1).bytes })
  for (const batch of batches) made.scriber.replay(batch, 'history')
  return { ...made, store }
}

/** All that a failure might have touched. */
function everythingOf({ scriber, steps, store }: Kept): unknown {
  const { digest } = scriber.ledger
  while (!digest.refresh(100));
  return {
    whole: wholeOf(scriber.ledger),
    sum: digest.sum(''),
    clock: scriber.clock.last,
    eras: scriber.eras,
    kept: scriber.kept,
    stored: storedIn(store),
    batches: steps.map(({ batch, position }) => ({ batch, position })),
  }
}

/** What is stored; the order of a row's fields is that in which the ledger met their names. */
function storedIn(store: MemoryStore): unknown {
  const image = store.copy().open()
  const rows = Array.from(image?.rows.flat() ?? [], ({ fields, ...row }: StoredRow) => ({
    ...row,
    fields: [...fields].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }))
  return { ...image, rows }
}

/** Some acts in one transaction, which then fails or does not. */
interface Part {
  readonly acts: readonly Act[]
  readonly fails: 'by throwing' | 'by a promise' | undefined
}

const parts: fc.Arbitrary<Part[]> = fc.array(
  fc.record({ acts: acts(1), fails: fc.constantFrom<Part['fails'][]>('by throwing', 'by a promise', undefined) }),
  { minLength: 1, maxLength: 4, size: 'max' },
)

function perform(scriber: Scriber, { acts: todo, fails }: Part): void {
  const all = () => {
    for (const act of todo) attempt(scriber, act)
  }
  if (fails === undefined) scriber.transact(all)
  else
    expect(() =>
      scriber.transact(() => {
        all()
        if (fails === 'by a promise') return Promise.resolve()
        throw new RangeError('mine')
      }),
    ).toThrow(fails === 'by a promise' ? /transact\(\) takes a synchronous function/ : RangeError)
}

describe('a transaction that fails', () => {
  test('leaves everything as it was', async () => {
    await fc.assert(
      fc.asyncProperty(histories, parts, async (history, todo) => {
        const kept = knowing(history)
        for (const part of todo) {
          const before = part.fails === undefined ? undefined : everythingOf(kept)
          perform(kept.scriber, part)
          if (before !== undefined) expect(everythingOf(kept)).toEqual(before)
        }
      }),
      runs,
    )
  })

  test.each([
    ['', (_: Scriber, run: () => void) => run()],
    [', within one that goes on', (scriber: Scriber, run: () => void) => scriber.transact(run)],
  ])('leaves nothing in the way of what follows%s', async (_, around) => {
    await fc.assert(
      fc.asyncProperty(histories, parts, async (history, todo) => {
        const [failing, other] = [knowing(history), knowing(history)]
        around(failing.scriber, () => {
          for (const part of todo) perform(failing.scriber, part)
        })
        around(other.scriber, () => {
          for (const part of todo) if (part.fails === undefined) perform(other.scriber, part)
        })
        expect(everythingOf(failing)).toEqual(everythingOf(other))
      }),
      runs,
    )
  })
})

describe('a batch over the limits', () => {
  test('leaves everything as it was', async () => {
    await fc.assert(
      fc.asyncProperty(histories, acts(1), async (history, todo) => {
        const store = new MemoryStore()
        const kept = { ...recorder({ store, limits: { maxBatchChanges: 0 } }), store }
        for (const batch of history) kept.scriber.replay(batch, 'history')
        const before = everythingOf(kept)
        let isRefused = false
        try {
          perform(kept.scriber, { acts: todo, fails: undefined })
        } catch (error) {
          expect(error).toMatchObject({ code: 'SYNCRO_BATCH_TOO_LARGE' })
          isRefused = true
        }
        expect(everythingOf(kept)).toEqual(before)
        fc.pre(isRefused)
      }),
      runs,
    )
  })
})

describe('a replay that is refused', () => {
  const fields = Object.fromEntries(Array.from({ length: maxLedgerNames }, (_, at) => [`field ${at}`, at]))
  const tooManyNames: Batch = {
    stamp: maxStamp,
    writer: 'f'.repeat(24),
    changes: [{ name: 'Note', id: 'a', type: 'create', fields, after: { stamp: maxStamp, writer: 'e'.repeat(24) } }],
  }
  const rows = imagesOf(ledgerOf([{ ...tooManyNames, changes: [{ name: 'Note', id: 'a', type: 'destroy' }] }]))
  const rowsOfTooMany = rows.map((row) => ({
    ...row,
    fields: Object.entries(fields).map(([name, value]) => ({ name, value, stamp: maxStamp, writer: 'f'.repeat(24) })),
  }))

  test.each([
    ['a batch', (scriber: Scriber) => scriber.replay(tooManyNames, 'them')],
    ['rows', (scriber: Scriber) => scriber.replayRows(rowsOfTooMany, 'them')],
  ])('leaves everything as it was: %s with more names than there is room for', async (_, replay) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const kept = knowing(history)
        const before = everythingOf(kept)
        expect(() => replay(kept.scriber)).toThrow(expect.objectContaining({ code: 'SYNCRO_NAMES_FULL' }) as Error)
        expect(everythingOf(kept)).toEqual(before)
      }),
      { numRuns: 20 },
    )
  })
})
