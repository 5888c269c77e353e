import { describe, expect, test } from 'vitest'
import { canonicalBytes, equalValues } from './equality.js'
import type { Value } from './value.js'

const different: readonly Value[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.1,
  1e21,
  '',
  '0',
  'null',
  'n1',
  'd1',
  'b01',
  '"',
  'e\u0301',
  '\u00e9',
  0n,
  1n,
  -1n,
  new Date(0),
  new Date(1),
  new Uint8Array(0),
  Uint8Array.of(1),
  Uint8Array.of(0, 1),
  [],
  [null],
  [[]],
  [1, 2],
  [2, 1],
  ['1,2'],
  {},
  { a: 1 },
  { a: 1, b: 2 },
  { b: 1 },
  { a: { b: 1 } },
  { 'a":1,"b': 1 },
]

const text = (value: Value) => new TextDecoder().decode(canonicalBytes(value))

describe('equality', () => {
  test('tells values of all types apart, as their canonical bytes do', () => {
    for (const [leftAt, left] of different.entries())
      for (const [rightAt, right] of different.entries()) {
        expect([left, right, equalValues(left, right)]).toEqual([left, right, leftAt === rightAt])
        expect(text(left) === text(right)).toBe(leftAt === rightAt)
      }
  })

  test('is structural', () => {
    const pairs: readonly (readonly [Value, Value])[] = [
      [new Date(5), new Date(5)],
      [Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
      [[{ a: [1n] }], [{ a: [1n] }]],
      [0, -0],
    ]
    for (const [left, right] of pairs) {
      expect(equalValues(left, right)).toBe(true)
      expect(text(left)).toBe(text(right))
    }
  })

  test('takes no notice of the order of keys', () => {
    const left = { a: 1, b: { c: 2, d: 3 } }
    const right = { b: { d: 3, c: 2 }, a: 1 }
    expect(equalValues(left, right)).toBe(true)
    expect(text(left)).toBe(text(right))
    expect(text(left)).toBe('{"a":1,"b":{"c":2,"d":3}}')
  })

  test('takes no notice of what an object inherits', () => {
    expect(equalValues({ toString: 1 }, { valueOf: 1 })).toBe(false)
  })
})
