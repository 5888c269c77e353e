/** A comparison finds exactly what differs, looks at little else, and leads to what exchanging everything leads to. */
import { type DigestMessage, decodeMessage, encodeMessage } from '@syncro/protocol'
import { type Batch, type Change, Ledger, type RowImage } from '@syncro/scriber'
import { SeededRandom } from '@syncro/scriber/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Comparison } from '../src/comparison.js'

const runs = { numRuns: process.env.CI === undefined ? 40 : 2_000 }

/** How two ledgers came about. */
interface Past {
  readonly records: number
  /** What happened beside, of which either has heard or not. */
  readonly more: number
  readonly messageBytes: number
  readonly seed: number
}

const pasts: fc.Arbitrary<Past> = fc.record({
  records: fc.oneof(fc.nat(20), fc.nat(600)),
  more: fc.oneof(fc.nat(3), fc.nat(60)),
  messageBytes: fc.constantFrom(1, 500, 64 * 1024),
  seed: fc.integer(),
})

function ledgersOf({ records, more, seed }: Past): readonly [ours: Ledger, theirs: Ledger, both: Ledger] {
  const random = new SeededRandom(seed)
  const ledgers = [new Ledger(), new Ledger(), new Ledger()] as const
  for (let number = 0; number < records + more; number++) {
    const isKnown = number < records
    const type = isKnown ? 'create' : random.pick(['create', 'update', 'update', 'destroy'] as const)
    const batch = batchOf(random, isKnown ? number : random.below(records + 10), type, number)
    const heardBy = isKnown ? [0, 1] : random.pick([[0], [1], [0, 1]])
    for (const one of [...heardBy, 2]) ledgers[one]!.merge(batch)
  }
  return ledgers
}

function batchOf(random: SeededRandom, id: number, type: Change['type'], stamp: number): Batch {
  const fields = { title: `title ${random.below(10)}` }
  const change: Change = { name: 'Todo', id, type, ...(type === 'destroy' ? undefined : { fields }) }
  return { stamp, writer: random.pick(['a', 'b']).repeat(24), changes: [change] }
}

/** Takes turns until both are done. What is said goes over the wire. */
function compare(ours: Comparison, theirs: Comparison): DigestMessage[] {
  const said: DigestMessage[] = []
  const sides = [ours, theirs] as const
  let message: DigestMessage | undefined = ours.begin()
  for (let turn = 1; message !== undefined; turn++) {
    said.push(message)
    message = sides[turn % 2]!.answer(decodeMessage(encodeMessage(message)) as DigestMessage)
  }
  expect([ours.isOver, theirs.isOver]).toEqual([true, true])
  return said
}

function comparisonOf(ledger: Ledger, messageBytes: number): Comparison {
  const { digest } = ledger
  while (!digest.refresh(1_000));
  return new Comparison({ digest, oldest: 0, messageBytes, isNews: () => true })
}

function imagesOf(ledger: Ledger, rows: Iterable<number>): RowImage[] {
  return [...rows].map((row) => ledger.image(row, 0)!)
}

/** What a ledger holds of each record, as text. */
function contents(ledger: Ledger): Map<string, string> {
  const rows: number[] = []
  const walk = ledger.walk(0)
  for (let row = walk.next(); row !== undefined; row = walk.next()) rows.push(row)
  return new Map(imagesOf(ledger, rows).map((image) => [`${image.id}`, JSON.stringify(image)]))
}

/** Records of which the first holds something that the second does not. */
function differing(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  return [...one].filter(([id, image]) => other.get(id) !== image).map(([id]) => id)
}

test('two ledgers send each other what differs and nothing else, and hold then what both held', () => {
  fc.assert(
    fc.property(pasts, (past) => {
      const [ours, theirs, both] = ledgersOf(past)
      const [held, theyHeld] = [contents(ours), contents(theirs)]
      const [mine, yours] = [comparisonOf(ours, past.messageBytes), comparisonOf(theirs, past.messageBytes)]
      const said = compare(mine, yours)
      const [toThem, toUs] = [imagesOf(ours, mine.rows), imagesOf(theirs, yours.rows)]
      expect(toThem.map(({ id }) => `${id}`).sort()).toEqual(differing(held, theyHeld).sort())
      expect(toUs.map(({ id }) => `${id}`).sort()).toEqual(differing(theyHeld, held).sort())
      theirs.mergeRows(toThem)
      ours.mergeRows(toUs)
      expect(sortedContents(ours)).toEqual(sortedContents(both))
      expect(sortedContents(theirs)).toEqual(sortedContents(both))
      expectLittle(said, new Set([...toThem, ...toUs].map(({ id }) => id)).size)
    }),
    runs,
  )
}, 300_000)

function sortedContents(ledger: Ledger): unknown {
  return [...contents(ledger)].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What is said grows with what differs, whatever is held: on the way to each difference, and around it. */
function expectLittle(said: readonly DigestMessage[], differences: number): void {
  const parts = said.reduce((sum, message) => sum + message.parts.length, 0)
  const listed = said.flatMap(({ lists }) => lists.flatMap(([, rows, unborn]) => [...rows, ...unborn]))
  expect(parts).toBeLessThanOrEqual(1 + 3 * differences)
  expect(listed.length).toBeLessThanOrEqual(12 * differences)
}
