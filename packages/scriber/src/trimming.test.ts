import { describe, expect, test } from 'vitest'
import { stampAt } from './clock.js'
import { MemoryStore } from './memory-store.js'
import { Scriber } from './scriber.js'
import type { Cursor, Era } from './store.js'
import { ManualClock, SeededRandom } from './testing/index.js'

const writer = 'f'.repeat(24)

function scene(store?: MemoryStore) {
  const clock = new ManualClock()
  const open = (seed = 1) =>
    new Scriber({
      now: clock.now,
      random: new SeededRandom(seed).bytes,
      ...(store === undefined ? undefined : { store }),
    })
  const scriber = open()
  const trim = (olderThan = stampAt(clock.now()) + 4096, upTo = scriber.place.position) => {
    const step = scriber.trim({ olderThan, upTo })
    while (!step(10));
  }
  const ids = () => {
    const table = scriber.ledger.table('Todo')
    return Array.from({ length: table.end }, (_, slot) => table.id(slot)).filter((id) => id !== undefined)
  }
  return { clock, scriber, trim, ids, open }
}

function cursor(scriber: Scriber, position: number, parts: Partial<Cursor> = {}): Cursor {
  return { ledger: scriber.ledgerId, era: scriber.era, position, view: '', ...parts }
}

describe('trimming', () => {
  test('forgets tombstones, and edits whose create never came; what lives stays', () => {
    const { scriber, trim, ids } = scene()
    for (const id of [1, 2, 3]) scriber.record('Todo', 'create', id, { title: 'x' })
    scriber.record('Todo', 'destroy', 2)
    const changes = [{ name: 'Todo', id: 4, type: 'update' as const, fields: { title: 'waits' } }]
    scriber.replay({ stamp: 5, writer, changes }, 'peer')
    const forgotten: number[] = []
    scriber.on('trimmed', (rows) => forgotten.push(...rows))
    trim()
    expect(ids()).toEqual([1, 3])
    expect(forgotten).toEqual([1, 3])
    expect(scriber.ledger.table('Todo').living).toBe(2)
    expect([...scriber.since(0)].map(({ id }) => id)).toEqual([1, 3])
  })

  test('keeps what is not older than the limit, a field that waits for a new birth included', () => {
    for (const [ticks, stays] of [
      [-1, true],
      [0, true],
      [1, false],
    ] as const) {
      const { scriber, trim, ids } = scene()
      scriber.record('Todo', 'create', 1, {})
      scriber.record('Todo', 'destroy', 1)
      const stamp = scriber.clock.last + 100
      scriber.replay({ stamp, writer, changes: [{ name: 'Todo', id: 1, type: 'update', fields: { late: 1 } }] }, 'peer')
      trim(stamp + ticks)
      expect(ids()).toEqual(stays ? [1] : [])
    }
  })

  test('keeps what stands beyond the place that everybody has', () => {
    for (const [upTo, left] of [
      [3, [1, 2]],
      [4, [2]],
      [5, []],
    ] as const) {
      const { scriber, trim, ids } = scene()
      for (const id of [1, 2]) scriber.record('Todo', 'create', id, {})
      scriber.record('Todo', 'create', 3, {})
      scriber.record('Todo', 'destroy', 1)
      scriber.record('Todo', 'destroy', 2)
      trim(undefined, upTo)
      expect(ids().filter((id) => id !== 3)).toEqual(left)
    }
  })

  test('looks at so many slots at a time, and goes on where it was', () => {
    const { scriber } = scene()
    for (let id = 0; id < 100; id++) scriber.record('Todo', 'create', id, {})
    for (let id = 0; id < 100; id += 2) scriber.record('Todo', 'destroy', id)
    const step = scriber.trim({ olderThan: scriber.clock.last + 1, upTo: scriber.place.position })
    const table = scriber.ledger.table('Todo')
    const left = () => Array.from({ length: table.end }, (_, slot) => table.id(slot)).filter((id) => id !== undefined)
    expect([step(10), left().length]).toEqual([false, 95])
    expect([step(89), left().length]).toEqual([false, 50])
    expect([step(10), left().length]).toEqual([true, 50])
  })

  test('raises the floor, below which no cursor is good', () => {
    const { scriber, trim } = scene()
    for (const id of [1, 2, 3]) scriber.record('Todo', 'create', id, {})
    scriber.record('Todo', 'destroy', 1)
    scriber.record('Todo', 'update', 2, { title: 'x' })
    expect(scriber.isGood(cursor(scriber, 0))).toBe(true)
    trim()
    expect(scriber.floor).toBe(4)
    expect([3, 4, 5, 6].map((position) => scriber.isGood(cursor(scriber, position)))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  test('is stored with the floor: who opens the store finds neither the rows nor their places', () => {
    const store = new MemoryStore()
    const { scriber, trim, open } = scene(store)
    for (const id of [1, 2]) scriber.record('Todo', 'create', id, {})
    scriber.record('Todo', 'destroy', 1)
    trim()
    const again = open(2)
    expect([...again.since(0)]).toEqual([...scriber.since(0)])
    expect([again.floor, store.open()!.floor]).toEqual([3, 3])
    expect(again.isGood(cursor(scriber, 2))).toBe(false)
    expect(again.isGood(cursor(scriber, 3))).toBe(true)
  })

  test('forgets a record for good: an older edit waits as for one that never was', () => {
    const { scriber, trim } = scene()
    scriber.record('Todo', 'create', 1, {})
    scriber.record('Todo', 'destroy', 1)
    trim()
    expect(() => scriber.record('Todo', 'restore', 1)).toThrow(expect.objectContaining({ code: 'SYNCRO_GONE' }))
    expect(() => scriber.record('Todo', 'update', 1, {})).toThrow(expect.objectContaining({ code: 'SYNCRO_NOT_FOUND' }))
    scriber.record('Todo', 'create', 1, { title: 'another' })
    expect(scriber.ledger.table('Todo').living).toBe(1)
  })
})

describe('a cursor covers', () => {
  test('what came up to it, and in the middle of a catch-up only what came before its earlier place', () => {
    const { scriber } = scene()
    for (let id = 0; id < 10; id++) scriber.record('Todo', 'create', id, {})
    expect([4, 5, 6].map((at) => scriber.covers(cursor(scriber, 5), at))).toEqual([true, true, false])
    expect([2, 3, 4].map((at) => scriber.covers(cursor(scriber, 5, { since: 3 }), at))).toEqual([true, true, false])
  })

  test('nothing, if its ledger, era or view is another', () => {
    const { scriber } = scene()
    scriber.record('Todo', 'create', 1, {})
    for (const parts of [{ ledger: writer }, { era: writer }, { view: 'some' }, { position: 2 }])
      expect(scriber.covers(cursor(scriber, 1, parts), 1)).toBe(false)
  })

  test('of an era that has gone on where a backup was restored, what came before the backup', () => {
    const store = new MemoryStore()
    const { scriber, open } = scene(store)
    for (let id = 0; id < 5; id++) scriber.record('Todo', 'create', id, {})
    const backup = store.copy()
    for (let id = 5; id < 9; id++) scriber.record('Todo', 'create', id, {})
    const theirs = cursor(scriber, 9)
    expect(open(2).isGood(theirs)).toBe(true)
    const restored = new Scriber({ now: () => 1, random: new SeededRandom(3).bytes, store: backup })
    restored.record('Todo', 'create', 100, {})
    expect(restored.isGood(theirs)).toBe(false)
    expect([5, 6].map((at) => restored.covers(theirs, at))).toEqual([true, false])
  })
})

describe('eras', () => {
  test('wholly below the floor are forgotten, unless something of theirs is unacknowledged', () => {
    for (const [acked, kept] of [
      [1, 3],
      [2, 2],
    ] as const) {
      const store = new MemoryStore()
      const { scriber, open } = scene(store)
      scriber.record('Todo', 'create', 1, {})
      scriber.record('Todo', 'destroy', 1)
      const second = open(2)
      second.record('Todo', 'create', 2, {})
      second.record('Todo', 'destroy', 2)
      const third = open(3)
      const step = third.trim({ olderThan: third.clock.last + 1, upTo: 3 })
      while (!step(10));
      expect(third.floor).toBe(2)
      third.forgetEras(acked)
      expect(third.eras.length).toBe(kept)
      expect(store.open()!.eras).toEqual(third.eras)
      expect(third.ownWriters.size).toBe(kept)
    }
  })

  test('are kept up to a bound, beyond which the floor rises with them', () => {
    for (const [count, kept] of [
      [1022, 1023],
      [1023, 1024],
      [1024, 1024],
    ] as const) {
      const store = new MemoryStore()
      const { scriber, open } = scene(store)
      for (let id = 0; id < 9; id++) scriber.record('Todo', 'create', id, {})
      const eras: Era[] = Array.from({ length: count }, (_, at) => ({
        id: String(at).padStart(24, '0'),
        began: at < 3 ? at : 9,
      }))
      store.keep({ eras })
      const opened = open(2)
      opened.forgetEras(0)
      expect([opened.eras.length, opened.floor]).toEqual([kept, count === 1024 ? 1 : 0])
    }
  })
})
