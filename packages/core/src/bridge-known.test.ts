import { expect, test } from 'vitest'
import { Known } from './bridge-known.js'

test('a create tells all of a record: what it does not name is null', () => {
  const known = new Known(10)
  known.created(1, [['title', 'one']])
  expect(known.holds(1, [['title', 'one']])).toBe(true)
  expect(
    known.holds(1, [
      ['title', 'one'],
      ['done', null],
    ]),
  ).toBe(true)
  expect(
    known.holds(1, [
      ['title', 'one'],
      ['done', false],
    ]),
  ).toBe(false)
})

test('an update tells of its fields alone', () => {
  const known = new Known(10)
  known.updated(1, [['title', 'one']])
  expect(known.equals(1, 'title', 'one')).toBe(true)
  expect(known.isAlive(1)).toBe(true)
  expect(
    known.holds(1, [
      ['title', 'one'],
      ['done', null],
    ]),
  ).toBe(false)
})

test('a destroy leaves nothing, and what is told after it is of another record', () => {
  const known = new Known(10)
  known.created(1, [['title', 'one']])
  known.destroyed(1, true)
  expect([known.isGone(1), known.wasDestroyedThere(1), known.equals(1, 'title', 'one')]).toEqual([true, true, false])
  known.updated(1, [])
  expect([known.isAlive(1), known.wasDestroyedThere(1)]).toEqual([true, false])
})

test('it forgets what was told first when there is too much, and says so', () => {
  const known = new Known(6)
  for (const row of [1, 2, 3]) known.created(row, [['title', 'x']])
  expect([known.has(1), known.hasForgotten]).toEqual([true, false])
  known.updated(1, [['title', 'y']])
  known.created(4, [['title', 'x']])
  expect([1, 2, 3, 4].map((row) => known.has(row))).toEqual([true, false, true, true])
  expect(known.hasForgotten).toBe(true)
})
