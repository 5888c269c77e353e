import { describe, expect, test } from 'vitest'
import { Column } from './column.js'
import { absent, pageSize } from './stamp-page.js'
import type { Value } from './value.js'

function columnOf(...values: readonly Value[]): Column {
  const column = new Column('field')
  for (const [slot, value] of values.entries()) column.set(slot, value, slot, 0, slot + 1)
  return column
}

describe('a column', () => {
  test('has nothing where nothing was set', () => {
    const column = columnOf()
    expect([column.has(5), column.stamp(5), column.writer(5), column.offset(5), column.get(5)]).toEqual([
      false,
      absent,
      0,
      0,
      undefined,
    ])
    column.clear(5)
    expect(column.pages).toEqual([])
  })

  test('keeps a value with stamp, writer and position', () => {
    const column = new Column('field')
    column.set(3, 'x', 2 ** 53 - 1, 7, 0xfffffffe)
    expect([column.get(3), column.stamp(3), column.writer(3), column.offset(3)]).toEqual([
      'x',
      2 ** 53 - 1,
      7,
      0xfffffffe,
    ])
    expect(column.has(2)).toBe(false)
  })

  test.each([
    ['numbers', 'number', [0, -1, 1.5, Number.MAX_VALUE, null, 5e-324]],
    ['booleans', 'boolean', [true, false, null]],
    ['anything', 'any', ['x', null, 1, true, 5n, [1]]],
  ] as const)('holds %s as they are', (_, kind, values) => {
    const column = columnOf(...(values as readonly Value[]))
    expect(values.map((_value, slot) => column.get(slot))).toEqual(values)
    expect(column.pages[0]!.kind).toBe(kind)
  })

  test.each([
    ['numbers', [1, null, 3]],
    ['booleans', [true, null, false]],
  ] as const)('goes on holding %s when a value of another type comes', (_, values) => {
    const column = columnOf(...values)
    column.set(1, 'text', 9, 0, 9)
    column.set(7, 7n, 9, 0, 9)
    expect([0, 1, 2, 3, 7].map((slot) => column.get(slot))).toEqual([values[0], 'text', values[2], undefined, 7n])
    expect(column.pages[0]!.kind).toBe('any')
  })

  test('gives a value another stamp without touching the value', () => {
    const column = columnOf('a', 'b')
    column.restamp(1, 50, 3, 60)
    expect([column.get(1), column.stamp(1), column.writer(1), column.offset(1)]).toEqual(['b', 50, 3, 60])
  })

  test('forgets a cleared value', () => {
    const column = columnOf(1, 2)
    column.clear(0)
    expect([column.get(0), column.has(0), column.get(1)]).toEqual([undefined, false, 2])
  })

  test('costs pages only where slots use it', () => {
    const column = new Column('field')
    column.set(pageSize * 2, 'x', 1, 0, 1)
    expect(column.pages.map((page) => page !== undefined)).toEqual([false, false, true])
    expect([column.get(0), column.get(pageSize), column.get(pageSize * 2), column.get(pageSize * 9)]).toEqual([
      undefined,
      undefined,
      'x',
      undefined,
    ])
  })

  test('numbers more writers than 16 bits hold', () => {
    const column = columnOf('a', 'b')
    column.set(0, 'c', 1, 0xffff, 1)
    column.set(1, 'd', 1, 0x10000, 1)
    expect([column.writer(0), column.writer(1)]).toEqual([0xffff, 0x10000])
  })
})
