import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch, Change } from './change.js'
import { Ledger } from './ledger.js'
import { columnsOf, countRows, imagesOf, newestInColumns } from './row-columns.js'

const writers = ['a', 'b', 'c'].map((letter) => letter.repeat(24))
const value = fc.oneof(fc.integer(), fc.boolean(), fc.string(), fc.constant(null), fc.constant([1]))
const change: fc.Arbitrary<Change> = fc.record({
  name: fc.constantFrom('Todo', 'Note'),
  id: fc.nat(6),
  type: fc.constantFrom('create' as const, 'update' as const, 'destroy' as const),
  fields: fc.dictionary(fc.constantFrom('title', 'done', 'at'), value, { noNullPrototype: true }),
})
const batch: fc.Arbitrary<Batch> = fc.record({
  stamp: fc.nat(40),
  writer: fc.constantFrom(...writers),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
})
const history = fc.array(batch, { maxLength: 20 })

function ledgerOf(batches: readonly Batch[]): Ledger {
  const ledger = new Ledger()
  for (const one of batches) ledger.merge(one)
  return ledger
}

function rowsAfter(ledger: Ledger, after: number): number[] {
  const rows: number[] = []
  const walk = ledger.walk(after)
  for (let row = walk.next(); row !== undefined; row = walk.next())
    if (ledger.image(row, after) !== undefined) rows.push(row)
  return rows
}

const imagesIn = (ledger: Ledger, after: number) => rowsAfter(ledger, after).map((row) => ledger.image(row, after)!)

test('columns say what images say, and weigh something where there is something', () => {
  fc.assert(
    fc.property(history, fc.nat(30), (batches, after) => {
      const ledger = ledgerOf(batches)
      const rows = rowsAfter(ledger, after)
      const columns = columnsOf(ledger, rows, after)
      const images = imagesIn(ledger, after)
      expect(imagesOf(columns)).toEqual(images)
      expect(countRows(columns)).toBe(images.length)
      const stamps = images.flatMap(({ birth, destroy, fields }) => [birth, destroy, ...fields])
      expect(newestInColumns(columns)).toBe(Math.max(-1, ...stamps.map((one) => one?.stamp ?? -1)))
      for (let row = 0; row < ledger.order.last; row++) {
        if (ledger.order.position(row) === 0) continue
        const { bytes, newest } = ledger.weigh(row, after)
        const image = ledger.image(row, after)
        expect(bytes > 0).toBe(image !== undefined)
        if (image === undefined) continue
        const own = [image.birth, image.destroy, ...image.fields].map((one) => one?.stamp ?? -1)
        expect(newest).toBe(Math.max(...own))
      }
    }),
  )
})

test('columns are merged as their images are', () => {
  fc.assert(
    fc.property(history, history, fc.nat(10), (theirs, ours, after) => {
      const source = ledgerOf(theirs)
      const columns = columnsOf(source, rowsAfter(source, after), after)
      const [byColumns, byImages] = [ledgerOf(ours), ledgerOf(ours)]
      const merged = byColumns.mergeColumns(columns)
      const expected = byImages.mergeRows(imagesOf(columns))
      for (const part of ['effective', 'effects', 'rows', 'outlived', 'conflicts'] as const)
        expect(merged[part], part).toEqual(expected[part])
      expect(merged.rows).toEqual(expected.rows)
      expect(imagesIn(byColumns, 0)).toEqual(imagesIn(byImages, 0))
      expect(byColumns.order.last).toBe(byImages.order.last)
    }),
    { numRuns: 300 },
  )
})
