import { describe, expect, test } from 'vitest'
import { compareStamps, compareValues } from './order.js'
import { Writers } from './writers.js'

const a = 'aaaaaaaaaaaaaaaaaaaaaaaa'
const b = 'bbbbbbbbbbbbbbbbbbbbbbbb'

describe('the order rule', () => {
  test('lets the greater stamp win, whoever wrote it', () => {
    expect(compareStamps(2, a, 1, b)).toBeGreaterThan(0)
    expect(compareStamps(1, b, 2, a)).toBeLessThan(0)
  })

  test('decides equal times by the writer, compared as bytes', () => {
    expect(compareStamps(1, b, 1, a)).toBeGreaterThan(0)
    expect(compareStamps(1, a, 1, b)).toBeLessThan(0)
    expect(compareStamps(1, 'a9', 1, 'aa')).toBeLessThan(0)
  })

  test('knows one and the same change', () => {
    expect(compareStamps(1, a, 1, a)).toBe(0)
  })

  test('decides equal stamps by the greater canonical bytes of the value', () => {
    expect(compareValues('b', 'a')).toBeGreaterThan(0)
    expect(compareValues('a', 'b')).toBeLessThan(0)
    expect(compareValues('aa', 'a')).not.toBe(0)
    expect(compareValues({ x: 1, y: 2 }, { y: 2, x: 1 })).toBe(0)
  })

  test('compares text as bytes of UTF-8, where it differs from the order of JavaScript', () => {
    const astral = '\ud83d\ude80'
    const high = '\uffee'
    expect(astral < high).toBe(true)
    expect(compareValues(astral, high)).toBeGreaterThan(0)
  })
})

describe('numbered writers', () => {
  test('are numbered at their first mention, and known by their numbers', () => {
    const writers = new Writers()
    expect([writers.number(b), writers.number(a), writers.number(b)]).toEqual([0, 1, 0])
    expect([writers.id(0), writers.id(1)]).toEqual([b, a])
  })

  test('follow the rule whatever their numbers', () => {
    const writers = new Writers()
    const bNumber = writers.number(b)
    const aNumber = writers.number(a)
    for (const [left, right] of [
      [1, 2],
      [2, 1],
      [1, 1],
    ] as const)
      for (const [leftWriter, rightWriter] of [
        [aNumber, bNumber],
        [bNumber, aNumber],
        [aNumber, aNumber],
      ] as const)
        expect(writers.newer(left, leftWriter, right, rightWriter)).toBe(
          compareStamps(left, writers.id(leftWriter), right, writers.id(rightWriter)) > 0,
        )
  })
})
