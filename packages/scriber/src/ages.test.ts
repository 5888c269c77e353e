import { describe, expect, test } from 'vitest'
import { Ages } from './ages.js'
import { clockEpochMs, stampAt } from './clock.js'

const minute = stampAt(clockEpochMs + 60_000)

/** Ages that have reached places with stamps, each pair in turn. */
function agesOf(...reached: readonly (readonly [position: number, stamp: number])[]): Ages {
  const ages = new Ages()
  for (const [position, stamp] of reached) ages.reached(position, stamp)
  return ages
}

describe('ages', () => {
  test('know of no stamp before the first', () => {
    expect(new Ages().newest(5)).toBe(-1)
    expect(agesOf([1, 10]).newest(0)).toBe(-1)
  })

  test('tell a stamp that is years ahead from those before it, also of a place in the middle of a step', () => {
    const ages = agesOf([3, 10], [7, 1000 * minute])
    expect([1, 3, 4, 7, 9].map((place) => ages.newest(place))).toEqual([
      10,
      10,
      1000 * minute,
      1000 * minute,
      1000 * minute,
    ])
  })

  test('put together what is nearer than a minute', () => {
    const ages = agesOf([1, 10], [2, 10 + minute], [3, 11 + minute])
    expect([1, 2, 3].map((place) => ages.newest(place))).toEqual([10 + minute, 10 + minute, 11 + minute])
    expect(ages.list).toHaveLength(2)
  })

  test('go back where changes are made anew', () => {
    const ages = agesOf([1, 10], [2, 1000 * minute])
    ages.begin(5 * minute)
    ages.reached(3, 5 * minute)
    expect([1, 2, 3].map((place) => ages.newest(place))).toEqual([10, 1000 * minute, 5 * minute])
  })

  test('are found again in what was stored, if a minute less exactly', () => {
    const ages = agesOf([1, 10], [2, 1000 * minute])
    const again = new Ages()
    again.restore(ages.list, 2)
    again.reached(3, 2000 * minute)
    expect([1, 2, 3].map((place) => again.newest(place))).toEqual([10 + minute, 1001 * minute, 2000 * minute])
  })

  test('give the store another list only when a minute has passed', () => {
    const ages = agesOf([1, 10])
    const { list } = ages
    ages.reached(2, 20)
    expect(ages.list).toBe(list)
    ages.reached(3, 3 * minute)
    expect(ages.list).not.toBe(list)
  })

  test('stay few, and never say less than there was', () => {
    const ages = new Ages()
    const places = Array.from({ length: 1000 }, (_, at) => at + 1)
    for (const place of places) ages.reached(place, place * 2 * minute)
    expect(ages.list).toHaveLength(64)
    for (const place of places) expect(ages.newest(place)).toBeGreaterThanOrEqual(place * 2 * minute)
    expect(ages.newest(1000)).toBe(2000 * minute)
  })
})
