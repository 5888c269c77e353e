import { describe, expect, test } from 'vitest'
import { stampAt } from './clock.js'
import type { Ledger } from './ledger.js'
import { MemoryStore } from './memory-store.js'
import { Scriber } from './scriber.js'
import { ManualClock, SeededRandom } from './testing/index.js'

const hour = 3_600_000
const other = 'f'.repeat(24)

/** A recorder whose clock is an hour ahead until it is set right. */
function ahead(store?: MemoryStore) {
  const clock = new ManualClock()
  const right = clock.now()
  clock.advance(hour)
  const scriber = new Scriber({
    now: clock.now,
    random: new SeededRandom(1).bytes,
    ...(store === undefined ? undefined : { store }),
  })
  const setRight = (after = 0) => {
    clock.set(right)
    return scriber.restamp({ aheadOf: stampAt(right), after })
  }
  return { scriber, ledger: scriber.ledger, clock, setRight, bound: stampAt(right) }
}

function fieldOf(ledger: Ledger, id: number, name = 'title') {
  const table = ledger.table('Todo')
  const slot = table.slot(id)!
  const column = table.column(name)
  return { stamp: column.stamp(slot), writer: ledger.writers.id(column.writer(slot)), value: column.get(slot) }
}

function life(ledger: Ledger, id: number) {
  const table = ledger.table('Todo')
  return ledger.life(table, table.slot(id)!)
}

const titled = (id: number, type: 'create' | 'update', title: string) => ({
  name: 'Todo',
  id,
  type,
  fields: { title },
})

describe('what a wrong clock stamped', () => {
  test('is made anew in order, in a new era, under the time that is right', () => {
    const { scriber, ledger, setRight, bound } = ahead()
    const before = scriber.era
    scriber.record('Todo', 'create', 1, { title: 'first' })
    scriber.record('Todo', 'create', 2, { title: 'second' })
    scriber.record('Todo', 'update', 1, { title: 'third' })
    expect(setRight()).toBe(true)
    expect(scriber.era).not.toBe(before)
    expect(scriber.eras.map(({ began }) => began)).toEqual([0, 3])
    const [first, second] = [fieldOf(ledger, 1), fieldOf(ledger, 2)]
    expect(life(ledger, 1).birth).toEqual({ stamp: bound, writer: scriber.era })
    expect(second).toEqual({ stamp: bound + 1, writer: scriber.era, value: 'second' })
    expect(first).toEqual({ stamp: bound + 2, writer: scriber.era, value: 'third' })
    expect(scriber.clock.last).toBe(bound + 2)
    expect([...scriber.since(3)].map(({ id }) => id)).toEqual([2, 1])
  })

  test('keeps one stamp a batch, and one place a row', () => {
    const { scriber, ledger, setRight } = ahead()
    scriber.transact(() => {
      scriber.record('Todo', 'create', 1, { title: 'a', done: false })
      scriber.record('Todo', 'create', 2, { title: 'b', done: false })
    })
    const { last } = ledger.order
    setRight()
    const stamps = [1, 2].flatMap((id) => [
      fieldOf(ledger, id).stamp,
      fieldOf(ledger, id, 'done').stamp,
      life(ledger, id).birth!.stamp,
    ])
    expect(new Set(stamps).size).toBe(1)
    expect(ledger.order.last).toBe(last + 2)
  })

  test('but is not ahead of the bound stays as it is', () => {
    const { scriber, ledger, clock, bound } = ahead()
    clock.advance(-hour)
    scriber.record('Todo', 'create', 1, { title: 'in time' })
    const before = fieldOf(ledger, 1)
    expect(scriber.restamp({ aheadOf: bound, after: 0 })).toBe(false)
    clock.advance(hour)
    scriber.record('Todo', 'update', 1, { done: true })
    clock.advance(-hour)
    expect(scriber.restamp({ aheadOf: bound, after: 0 })).toBe(true)
    expect(fieldOf(ledger, 1)).toEqual(before)
    expect(fieldOf(ledger, 1, 'done').stamp).toBe(before.stamp + 1)
  })

  test('and somebody acknowledged keeps its stamp, and holds up what was made after it', () => {
    const { scriber, ledger, clock, setRight } = ahead()
    scriber.record('Todo', 'create', 1, { title: 'acknowledged' })
    const { position } = scriber.place
    const before = fieldOf(ledger, 1)
    clock.advance(1000)
    scriber.record('Todo', 'create', 2, { title: 'not' })
    expect(setRight(position)).toBe(true)
    expect(fieldOf(ledger, 1)).toEqual(before)
    expect(fieldOf(ledger, 2).stamp).toBe(before.stamp + 1)
  })

  test('is not made anew where nothing would become older by it', () => {
    const { scriber, setRight } = ahead()
    scriber.record('Todo', 'create', 1, { title: 'acknowledged' })
    const { position } = scriber.place
    scriber.record('Todo', 'create', 2, { title: 'right behind it' })
    const { era } = scriber
    expect([setRight(position), scriber.era]).toEqual([false, era])
  })

  test('is made anew only if something lies beyond another bound, where one is given', () => {
    const { scriber, clock, bound } = ahead()
    scriber.record('Todo', 'create', 1, {})
    const newest = scriber.clock.last
    clock.advance(-hour)
    expect(scriber.restamp({ aheadOf: bound, ifBeyond: newest, after: 0 })).toBe(false)
    expect(scriber.restamp({ aheadOf: bound, ifBeyond: newest - 1, after: 0 })).toBe(true)
  })

  test('stays newer than what it won over, which others wrote', () => {
    const { scriber, ledger, setRight, bound } = ahead()
    const theirs = bound + 7
    scriber.replay({ stamp: theirs, writer: other, changes: [titled(1, 'create', 'theirs')] }, 'peer')
    scriber.record('Todo', 'update', 1, { title: 'ours' })
    scriber.record('Todo', 'create', 2, {})
    setRight()
    expect(fieldOf(ledger, 1)).toMatchObject({ stamp: theirs + 1, value: 'ours' })
    expect(life(ledger, 1).birth!.stamp).toBe(theirs)
    expect(life(ledger, 2).birth!.stamp).toBe(theirs + 2)
  })

  test('does not come to life by it, where it lost to a destroy of others', () => {
    const { scriber, ledger, setRight } = ahead()
    scriber.record('Todo', 'create', 1, { title: 'ours' })
    scriber.record('Todo', 'create', 2, {})
    const lost = life(ledger, 1).birth!
    scriber.replay(
      { stamp: scriber.clock.last + 1, writer: other, changes: [{ name: 'Todo', id: 1, type: 'destroy' }] },
      'peer',
    )
    setRight()
    const table = ledger.table('Todo')
    expect(table.lives(table.slot(1)!)).toBe(false)
    expect(life(ledger, 1).birth).toEqual(lost)
    expect(table.counts(table.slot(1)!, fieldOf(ledger, 1).stamp, 0)).toBe(false)
    expect(table.living).toBe(1)
  })

  test('does not destroy by it what others have brought back', () => {
    const { scriber, ledger, setRight } = ahead()
    scriber.record('Todo', 'create', 1, { title: 'ours' })
    scriber.record('Todo', 'destroy', 1)
    const after = life(ledger, 1).destroy!
    const stamp = scriber.clock.last + 1
    scriber.replay({ stamp, writer: other, changes: [{ ...titled(1, 'create', 'back'), after }] }, 'peer')
    scriber.record('Todo', 'create', 2, {})
    setRight()
    const table = ledger.table('Todo')
    expect(table.lives(table.slot(1)!)).toBe(true)
    expect(life(ledger, 1)).toEqual({ birth: { stamp, writer: other }, destroy: after })
  })

  test('keeps a record destroyed that was created and destroyed, and dead fields dead', () => {
    const { scriber, ledger, setRight, bound } = ahead()
    scriber.record('Todo', 'create', 1, { title: 'short' })
    scriber.record('Todo', 'destroy', 1)
    setRight()
    const table = ledger.table('Todo')
    const slot = table.slot(1)!
    expect(life(ledger, 1)).toMatchObject({ birth: { stamp: bound }, destroy: { stamp: bound + 1 } })
    expect([table.lives(slot), table.counts(slot, fieldOf(ledger, 1).stamp, 0)]).toEqual([false, false])
  })

  test('leaves new changes newer than all that is there', () => {
    const { scriber, ledger, setRight } = ahead()
    scriber.record('Todo', 'create', 1, { title: 'x' })
    setRight()
    scriber.record('Todo', 'update', 1, { title: 'y' })
    expect(fieldOf(ledger, 1)).toMatchObject({ stamp: scriber.clock.last, value: 'y' })
  })

  test('is stored in one transaction with the era, the clock, and what was given with it', () => {
    const store = new MemoryStore()
    const { scriber, clock, bound } = ahead(store)
    scriber.record('Todo', 'create', 1, { title: 'x' })
    scriber.record('Todo', 'update', 1, { title: 'y' })
    const kept: unknown[] = []
    const { keep } = store
    store.keep = (transaction) => {
      kept.push(Object.keys(transaction).sort())
      return keep.call(store, transaction)
    }
    clock.advance(-hour)
    const replica = { uid: 'b', ledger: 'e'.repeat(24), durable: true, eras: [], seenMs: 1 }
    scriber.restamp({ aheadOf: bound, after: 0, beside: () => ({ replicas: [replica] }) })
    expect(kept).toEqual([['ages', 'clock', 'eras', 'position', 'replicas', 'rows']])
    const image = store.open()!
    expect(image).toMatchObject({ clock: bound + 1, eras: scriber.eras, replicas: [replica] })
    const again = new Scriber({ now: clock.now, random: new SeededRandom(2).bytes, store })
    expect([...again.since(0)]).toEqual([...scriber.since(0)])
  })

  test('cannot be made anew within a transaction', () => {
    const { scriber, bound } = ahead()
    scriber.record('Todo', 'create', 1, {})
    expect(() => scriber.transact(() => scriber.restamp({ aheadOf: bound, after: 0 }))).toThrow(
      expect.objectContaining({ code: 'SYNCRO_TRANSACTION_OPEN' }),
    )
  })
})
