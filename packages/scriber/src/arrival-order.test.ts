import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ArrivalOrder, lowered, type Walk } from './arrival-order.js'

function rest(walk: Walk): number[] {
  const rows: number[] = []
  for (let row = walk.next(); row !== undefined; row = walk.next()) rows.push(row)
  return rows
}

function orderOf(...rows: readonly number[]): ArrivalOrder {
  const order = new ArrivalOrder()
  for (const row of rows) order.touch(row)
  return order
}

describe('the order of arrival', () => {
  test('gives rows in the order in which they were last touched', () => {
    expect(rest(orderOf(0, 1, 2, 0, 5, 1).walk(0))).toEqual([2, 0, 5, 1])
  })

  test('gives each touch a position of its own', () => {
    const order = new ArrivalOrder()
    expect([order.touch(3), order.touch(4), order.touch(4), order.touch(3)]).toEqual([1, 2, 3, 4])
    expect([order.position(3), order.position(4), order.position(99), order.last]).toEqual([4, 3, 0, 4])
  })

  test('takes rows out', () => {
    const order = orderOf(0, 1, 2)
    order.remove(1)
    order.remove(1)
    order.remove(77)
    expect(rest(order.walk(0))).toEqual([0, 2])
    order.remove(2)
    order.touch(3)
    order.remove(0)
    expect(rest(order.walk(0))).toEqual([3])
    order.touch(1)
    expect(rest(order.walk(0))).toEqual([3, 1])
  })

  test('puts stored rows back under their positions, and goes on after the last', () => {
    const order = new ArrivalOrder()
    order.begin(100)
    expect([order.restore(4, 10), order.restore(2, 55), order.restore(9, 100)]).toEqual([true, true, true])
    expect(order.arrange()).toBeUndefined()
    expect(rest(order.walk(10))).toEqual([2, 9])
    expect(order.touch(4)).toBe(101)
    expect(rest(order.walk(54))).toEqual([2, 9, 4])
  })

  test('arranges stored rows by position, however they come, also where positions are large', () => {
    for (const last of [100, Number.MAX_SAFE_INTEGER]) {
      const order = new ArrivalOrder()
      order.begin(last)
      const positions = [7, 3, 99, 1, 50, 98].map((position) => last - 100 + position)
      for (const [row, position] of positions.entries()) order.restore(row, position)
      expect(order.arrange()).toBeUndefined()
      expect(rest(order.walk(0))).toEqual([3, 1, 0, 4, 5, 2])
      if (last > 100) continue
      expect(order.touch(1)).toBe(101)
      expect(rest(order.walk(50))).toEqual([5, 2, 1])
    }
  })

  test('tells of a position that two stored rows have', () => {
    const order = new ArrivalOrder()
    order.begin(100)
    for (const [row, position] of [9, 10, 4, 10].entries()) order.restore(row, position)
    expect(order.arrange()).toBe(10)
  })

  test('refuses stored rows that come twice, or from beyond the end', () => {
    const order = new ArrivalOrder()
    order.begin(100)
    order.restore(4, 10)
    expect([order.restore(4, 11), order.restore(5, 101), order.restore(5, 0)]).toEqual([false, false, false])
    expect([order.restore(5, Number.NaN), order.restore(5, 100)]).toEqual([false, true])
  })

  test('keeps positions whole when the offsets from the base would no longer fit', () => {
    const order = new ArrivalOrder(8)
    let offset = 0
    for (let row = 0; row < 40; row++) {
      if (order.full) offset = lowered(offset, order.rebase())
      const next = order.touch(row)
      expect(next).toBe(offset + 1)
      expect(next).toBeLessThanOrEqual(8)
      offset = next
    }
    expect(order.base).toBeGreaterThan(30)
    expect(Array.from({ length: 40 }, (_, row) => order.position(row))).toEqual(
      Array.from({ length: 40 }, (_, row) => row + 1),
    )
    expect(rest(order.walk(37))).toEqual([37, 38, 39])
  })

  test('begins with room for offsets before and behind', () => {
    const order = new ArrivalOrder(8)
    order.begin(1000)
    expect(order.base).toBe(996)
    expect(order.full).toBe(false)
  })

  test('lowers offsets to 0 at the least', () => {
    expect([lowered(5, 4), lowered(4, 4), lowered(0, 4)]).toEqual([1, 0, 0])
  })
})

describe('a walk', () => {
  test('begins after a position and ends where the tail was when it began', () => {
    const order = orderOf(0, 1, 2, 3)
    const walk = order.walk(1)
    expect(walk.remaining).toBe(3)
    order.touch(4)
    expect(rest(walk)).toEqual([1, 2, 3])
    expect([walk.remaining, walk.reached]).toEqual([0, 4])
  })

  test('has nothing to give beyond the last position', () => {
    const order = orderOf(0, 1)
    const walk = order.walk(2)
    expect([walk.remaining, walk.reached, walk.next(), walk.reached]).toEqual([0, 2, undefined, 2])
    expect(order.walk(99).next()).toBeUndefined()
  })

  test('says what it has reached', () => {
    const walk = orderOf(0, 1, 0, 2).walk(0)
    expect(walk.reached).toBe(0)
    expect([walk.next(), walk.reached]).toEqual([1, 2])
    expect([walk.next(), walk.reached]).toEqual([0, 3])
  })

  test('calls a row overtaken that is touched while it lies ahead', () => {
    const order = orderOf(0, 1, 2, 3)
    const walk = order.walk(0)
    walk.next()
    order.touch(2)
    order.touch(2)
    expect(walk.remaining).toBe(2)
    expect(walk.takeOvertaken()).toEqual([2])
    expect(walk.takeOvertaken()).toEqual([])
    expect(rest(walk)).toEqual([1, 3])
  })

  test('moves on when the row under it is touched', () => {
    const order = orderOf(0, 1, 2)
    const walk = order.walk(0)
    order.touch(0)
    order.touch(1)
    expect(walk.takeOvertaken()).toEqual([0, 1])
    expect(rest(walk)).toEqual([2])
    order.touch(2)
    expect(walk.takeOvertaken()).toEqual([])
  })

  test('notices that the row at the tail is touched', () => {
    const order = orderOf(0, 1)
    const walk = order.walk(0)
    order.touch(1)
    expect(walk.takeOvertaken()).toEqual([1])
    expect(rest(walk)).toEqual([0])
    expect(walk.reached).toBe(2)
  })

  test('does not call a row overtaken that was given out, lies before its start, or is new', () => {
    const order = orderOf(0, 1, 2)
    const walk = order.walk(1)
    walk.next()
    for (const row of [0, 1, 7]) order.touch(row)
    expect(walk.takeOvertaken()).toEqual([])
    expect(rest(walk)).toEqual([2])
  })

  test('does not give a row that was taken out, overtaken or not', () => {
    const order = orderOf(0, 1, 2, 3)
    const walk = order.walk(0)
    order.touch(1)
    for (const row of [0, 1, 2]) order.remove(row)
    expect(walk.takeOvertaken()).toEqual([])
    expect(rest(walk)).toEqual([3])
  })

  test('has not reached the end when it is given up', () => {
    const order = orderOf(0, 1, 2)
    const walk = order.walk(0)
    walk.next()
    walk.close()
    expect([walk.next(), walk.reached, walk.remaining]).toEqual([undefined, 1, 0])
    order.touch(2)
    expect(walk.takeOvertaken()).toEqual([])
  })

  test('takes no notice of a new base', () => {
    const order = new ArrivalOrder(8)
    for (let row = 0; row < 8; row++) order.touch(row)
    const walk = order.walk(0)
    expect([walk.next(), walk.next()]).toEqual([0, 1])
    order.rebase()
    order.touch(8)
    order.touch(0)
    order.touch(5)
    expect(walk.takeOvertaken()).toEqual([5])
    expect([walk.next(), walk.reached]).toEqual([2, 3])
    expect(rest(walk)).toEqual([3, 4, 6, 7])
    expect(walk.reached).toBe(8)
  })

  // The promise that marks rest on, checked against a plain list of touches.
  test('has given or called overtaken all that came up to what it reached', () => {
    const action = fc.oneof(
      { weight: 4, arbitrary: fc.record({ type: fc.constant('touch' as const), row: fc.nat(11) }) },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('next' as const), row: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), row: fc.nat(11) }) },
    )
    fc.assert(
      fc.property(
        fc.array(fc.nat(11), { maxLength: 30 }),
        fc.nat(20),
        fc.array(action, { maxLength: 60 }),
        (...run) => {
          const [before, after, actions] = run
          const order = new ArrivalOrder(16)
          const position = new Map<number, number>()
          let last = 0
          const touch = (row: number) => {
            if (order.full) order.rebase()
            order.touch(row)
            last += 1
            position.delete(row)
            position.set(row, last)
          }
          for (const row of before) touch(row)
          const walk = order.walk(after)
          const ahead = new Map([...position].filter(([, at]) => at > after))
          const end = last
          for (const { type, row } of actions) {
            if (type === 'next') {
              const next = walk.next()
              expect(next).toBe([...ahead.keys()][0])
              if (next !== undefined) ahead.delete(next)
            } else if (type === 'touch') {
              touch(row)
              expect(walk.takeOvertaken()).toEqual(ahead.delete(row) ? [row] : [])
            } else {
              order.remove(row)
              position.delete(row)
              ahead.delete(row)
            }
            expect(walk.remaining).toBe(ahead.size)
            for (const at of ahead.values()) expect(at).toBeGreaterThan(walk.reached)
            expect(walk.reached).toBeLessThanOrEqual(Math.max(end, after))
          }
          expect(rest(order.walk(0))).toEqual([...position].map(([row]) => row))
          for (const [row, at] of position) expect(order.position(row)).toBe(at)
        },
      ),
    )
  })
})
