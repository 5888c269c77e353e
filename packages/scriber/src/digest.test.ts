import { describe, expect, test } from 'vitest'
import type { Batch } from './change.js'
import { Digest } from './digest.js'
import { Ledger } from './ledger.js'
import { keyOf } from './row-digest.js'
import { SeededRandom } from './testing/index.js'
import type { Value } from './value.js'

const writer = 'a'.repeat(24)
const other = 'b'.repeat(24)

function batch(
  id: number | string,
  stamp: number,
  fields: { readonly [name: string]: Value } = {},
  by = writer,
): Batch {
  return { stamp, writer: by, changes: [{ name: 'Todo', id, type: 'create', fields }] }
}

const destroy = (id: number | string, stamp: number): Batch => ({
  stamp,
  writer,
  changes: [{ name: 'Todo', id, type: 'destroy' }],
})

function ledgerOf(...batches: readonly Batch[]): Ledger {
  const ledger = new Ledger()
  for (const one of batches) ledger.merge(one)
  return ledger
}

function upToDate(ledger: Ledger): Digest {
  const { digest } = ledger
  while (!digest.refresh(100));
  return digest
}

const total = (...batches: readonly Batch[]) => upToDate(ledgerOf(...batches)).sum('')

describe('the sum of all', () => {
  test('of nothing is zero', () => {
    expect(total()).toEqual({ count: 0, sum: '0'.repeat(16) })
  })

  test('does not depend on the order in which things came', () => {
    const batches = Array.from({ length: 40 }, (_, n) => batch(n % 13, n + 1, { title: `t${n}`, [`f${n % 3}`]: n }))
    const expected = total(...batches)
    for (let seed = 1; seed <= 10; seed++) expect(total(...new SeededRandom(seed).shuffled(batches))).toEqual(expected)
  })

  test('tells apart every stamp, writer, id, class, name and value', () => {
    const sums = [
      total(batch(1, 1)),
      total(batch('1', 1)),
      total(batch(2, 1)),
      total(batch(1, 2)),
      total(batch(1, 1, {}, other)),
      total(batch(1, 1, { a: 1 })),
      total(batch(1, 1, { a: '1' })),
      total(batch(1, 1, { a: 1n })),
      total(batch(1, 1, { a: null })),
      total(batch(1, 1, { a: new Date(1) })),
      total(batch(1, 1, { a: [1] })),
      total(batch(1, 1, { b: 1 })),
      total(batch(1, 1, { a: 1, b: 1 })),
      total(batch(1, 1, { a: 1 }), batch(1, 2)),
      total(batch(1, 1), destroy(1, 2)),
      total(destroy(1, 2)),
      total({ stamp: 1, writer, changes: [{ name: 'Note', id: 1, type: 'create' }] }),
      total({ stamp: 1, writer, changes: [{ name: 'Todo', id: 1, type: 'update', fields: { a: 1 } }] }),
    ].map(({ sum }) => sum)
    expect(new Set(sums).size).toBe(sums.length)
  })

  test('says nothing of fields that no longer count, wherever they are still kept', () => {
    const keeps = ledgerOf(batch(1, 1, { title: 'kept' }), destroy(1, 2))
    expect(keeps.table('Todo').get(0, 'title')).toBe('kept')
    expect(upToDate(keeps).sum('')).toEqual(total(batch(1, 1), destroy(1, 2)))
  })

  test('is the same for values that are equal, key order aside', () => {
    const one = total(batch(1, 1, { a: { x: 1, y: [2] } }))
    expect(total(batch(1, 1, { a: { y: [2], x: 1 } }))).toEqual(one)
  })
})

describe('a digest', () => {
  test('keeps up with what happens, and is then as one that was made anew', () => {
    const random = new SeededRandom(7)
    const ledger = new Ledger()
    const digest = upToDate(ledger)
    for (let round = 0; round < 60; round++) {
      for (let n = 0; n < 5; n++) {
        const id = random.below(300)
        const stamp = round * 10 + n + 1
        ledger.merge(random.chance(0.2) ? destroy(id, stamp) : batch(id, stamp, { title: `t${round}` }))
      }
      if (random.chance(0.5)) upToDate(ledger)
    }
    upToDate(ledger)
    const anew = new Digest(ledger)
    while (!anew.refresh(10));
    for (const prefix of ['', '0', 'f', '3a', '3a7'])
      expect([prefix, digest.sum(prefix)]).toEqual([prefix, anew.sum(prefix)])
  })

  test('is made a part at a time, and what changes meanwhile is left for the next time', () => {
    const ledger = ledgerOf(...Array.from({ length: 100 }, (_, id) => batch(id, id + 1)))
    const { digest } = ledger
    expect(digest.refresh(30)).toBe(false)
    ledger.merge(batch(5, 1000))
    ledger.merge(batch(99, 1001))
    ledger.merge(batch(777, 1002))
    let parts = 1
    while (!digest.refresh(30)) parts += 1
    expect(parts).toBeGreaterThan(2)
    upToDate(ledger)
    const anew = new Digest(ledger)
    while (!anew.refresh(1000));
    expect(digest.sum('')).toEqual(anew.sum(''))
    expect(digest.sum('').count).toBe(101)
  })

  test('is up to a position once all that came up to there was looked at, by whoever began', () => {
    const ledger = ledgerOf(...Array.from({ length: 50 }, (_, id) => batch(id, id + 1)))
    const { digest } = ledger
    expect(digest.refresh(20)).toBe(false)
    ledger.merge(batch('late', 1000))
    const until = ledger.order.last
    ledger.merge(batch('later', 1001))
    while (!digest.refresh(7, until));
    expect([...digest.rows('')].map(({ key }) => key)).toContain(text(keyOf('Todo', 'late')))
  })

  test('has in each part the sums of the parts below, down to single rows', () => {
    // So many that the tree gets deeper twice.
    const ledger = ledgerOf(...Array.from({ length: 9000 }, (_, id) => batch(id, id + 1)))
    const digest = upToDate(ledger)
    const digits = [...'0123456789abcdef']
    const add = (words: readonly string[]) =>
      [0, 8]
        .map((at) => words.reduce((sum, word) => (sum + Number.parseInt(word.slice(at, at + 8), 16)) >>> 0, 0))
        .map((word) => word.toString(16).padStart(8, '0'))
        .join('')
    const check = (prefix: string) => {
      const whole = digest.sum(prefix)
      const below = digits.map((digit) => digest.sum(prefix + digit))
      expect(below.reduce((sum, { count }) => sum + count, 0)).toBe(whole.count)
      expect(add(below.map(({ sum }) => sum))).toBe(whole.sum)
      const rows = [...digest.rows(prefix)]
      expect(rows.length).toBe(whole.count)
      expect(rows.every(({ key }) => key.startsWith(prefix))).toBe(true)
      expect(add(rows.map((row) => row.digest))).toBe(whole.sum)
    }
    for (const prefix of ['', '7', '7c', '7c1', '7c12', '7c123']) check(prefix)
    const [row] = digest.rows('')
    expect(digest.sum(row!.key.slice(0, 8))).toEqual({ count: 1, sum: row!.digest })
    expect(ledger.place(row!.row).table.name).toBe('Todo')
  })

  test('spreads records evenly, whatever their ids', () => {
    for (const make of [
      (n: number) => n,
      (n: number) => `todo-${n}`,
      (n: number) => '\ud83d\ude80'.repeat(n % 60) + n,
    ]) {
      const digest = upToDate(ledgerOf(...Array.from({ length: 4096 }, (_, n) => batch(make(n), n + 1))))
      const counts = [...'0123456789abcdef'].map((digit) => digest.sum(digit).count)
      expect(Math.min(...counts)).toBeGreaterThan(180)
      expect(Math.max(...counts)).toBeLessThan(340)
    }
  })

  test('forgets a row that leaves the ledger, and takes its number for another record', () => {
    const ledger = ledgerOf(batch(1, 1), batch(2, 2), destroy(2, 3))
    const digest = upToDate(ledger)
    const table = ledger.table('Todo')
    ledger.release(table, table.slot(2)!)
    expect(digest.sum('')).toEqual(total(batch(1, 1)))
    ledger.merge(batch(3, 4))
    upToDate(ledger)
    expect(digest.sum('')).toEqual(total(batch(1, 1), batch(3, 4)))
    expect([...digest.rows('')].map(({ key }) => key)).toContain(text(keyOf('Todo', 3)))
  })

  test('leaves out rows without a living record that are old, and takes them in again when they are not', () => {
    const ledger = ledgerOf(
      batch(1, 1),
      batch(2, 2),
      destroy(2, 10),
      { stamp: 11, writer, changes: [{ name: 'Todo', id: 3, type: 'update', fields: { title: 'waits' } }] },
      batch(4, 3),
      destroy(4, 20),
    )
    const digest = upToDate(ledger)
    const counts: number[] = []
    for (const oldest of [0, 10, 11, 12, 20, 21, 11, 0]) {
      digest.leaveOut(oldest)
      counts.push(digest.sum('').count)
    }
    expect(counts).toEqual([4, 4, 3, 2, 2, 1, 3, 4])
    // A row that is touched is judged anew.
    digest.leaveOut(21)
    ledger.merge(destroy(2, 30))
    upToDate(ledger)
    expect(digest.sum('').count).toBe(2)
    expect([...digest.rows('')].map(({ hasLife }) => hasLife)).toEqual([true, true])
    digest.leaveOut(11)
    expect([...digest.rows('')].filter(({ hasLife }) => !hasLife).length).toBe(1)
  })
})

function text({ high, low }: { readonly high: number; readonly low: number }): string {
  return [high, low].map((word) => word.toString(16).padStart(8, '0')).join('')
}
