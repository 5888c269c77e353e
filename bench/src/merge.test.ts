import { expect, test } from 'vitest'
import type { TodoRecord, Update } from './records.js'
import { checkMerged } from './workloads/merge.js'

const record: TodoRecord = { id: 'x', title: 'old', done: false, priority: 0, updatedAt: 0 }
const titled = (value: string): Update => ({ id: 'x', field: 'title', value })
const check = (byA: readonly Update[], byB: readonly Update[], merged: readonly TodoRecord[]) =>
  checkMerged({ records: [record], updates: [] }, byA, byB, merged)

test('takes the last value of either writer', () => {
  for (const title of ['a2', 'b'])
    expect(() => check([titled('a1'), titled('a2')], [titled('b')], [{ ...record, title }])).not.toThrow()
})

test('takes what was there of a field that nobody wrote', () => {
  expect(() => check([], [], [record])).not.toThrow()
})

test.each([
  ['a value that was written over', [titled('a1'), titled('a2')], [titled('b')], 'a1'],
  ['the value before, where one has written', [titled('a')], [], 'old'],
  ['a value that nobody wrote', [titled('a')], [titled('b')], 'c'],
])('refuses %s', (_, byA, byB, title) => {
  expect(() => check(byA, byB, [{ ...record, title }])).toThrow('title of x')
})

test('refuses a record too few', () => {
  expect(() => check([], [], [])).toThrow('There are 0 records, not 1.')
})
