import { describe, expect, test } from 'vitest'
import { admitValue } from './admit.js'
import { defaultScriberLimits } from './limits.js'
import { freezeValue, handOut, isForbiddenKey, type Value } from './value.js'

describe('freezeValue', () => {
  test('copies and freezes what arrives, deep', () => {
    const value = { list: [{ a: -0 }], due: new Date(5) }
    const frozen = freezeValue(value) as typeof value
    value.list[0]!.a = 2
    value.due.setTime(9)
    expect(frozen).toEqual({ list: [{ a: 0 }], due: new Date(5) })
    expect(() => frozen.list.push({ a: 1 })).toThrow(TypeError)
    expect(() => frozen.due.setTime(1)).toThrow(TypeError)
  })

  test('takes a value that another ledger of the process has frozen', () => {
    const value = admitValue({ a: { b: [new Date(1)] } }, 'X.y', defaultScriberLimits)
    expect(freezeValue(value)).toBe(value)
  })

  test('does not trust an object that is frozen on the outside only', () => {
    const inside = [1]
    const frozen = freezeValue(Object.freeze({ inside })) as { inside: readonly number[] }
    inside.push(2)
    expect(frozen).toEqual({ inside: [1] })
  })

  test('copies dates and bytes', () => {
    const date = new Date(5)
    const bytes = Uint8Array.of(1)
    const [frozenDate, frozenBytes] = [freezeValue(date) as Date, freezeValue(bytes) as Uint8Array]
    date.setTime(6)
    bytes[0] = 2
    expect([frozenDate.getTime(), ...frozenBytes]).toEqual([5, 1])
  })

  test.each([[null], [true], [0], ['x'], [5n]])('leaves %s alone', (value) => {
    expect(freezeValue(value)).toBe(value)
  })

  test('makes -0 to 0', () => {
    expect(freezeValue(-0)).toBe(0)
    expect(freezeValue(Object.freeze([-0]))).toEqual([0])
  })
})

describe('handOut', () => {
  test('gives dates and bytes as copies, so that writing into them changes nothing recorded', () => {
    const date = admitValue(new Date(5), 'X.y', defaultScriberLimits)
    const bytes = admitValue(Uint8Array.of(1), 'X.y', defaultScriberLimits)
    ;(handOut(date) as Date).setTime(6)
    ;(handOut(bytes) as Uint8Array)[0] = 2
    expect([(date as Date).getTime(), ...(bytes as Uint8Array)]).toEqual([5, 1])
  })

  test.each([
    ['an array', [[Uint8Array.of(1)]]],
    ['an object', { a: { b: Uint8Array.of(1) } }],
  ])('gives bytes inside %s as copies', (_, value) => {
    const first = (outer: Value): Uint8Array => {
      const inner = Object.values(Object.values(outer as object)[0] as object)[0]
      return inner as Uint8Array
    }
    for (const recorded of [admitValue(value, 'X.y', defaultScriberLimits), freezeValue(value)]) {
      first(handOut(recorded))[0] = 9
      expect(first(recorded)[0]).toBe(1)
      expect(Object.isFrozen(handOut(recorded))).toBe(true)
    }
  })

  test('gives frozen values as they are', () => {
    const value = admitValue({ a: [1] }, 'X.y', defaultScriberLimits)
    expect(handOut(value)).toBe(value)
    expect([handOut('x'), handOut(null), handOut(1n)]).toEqual(['x', null, 1n])
  })
})

test('the names that reach an object’s prototype are forbidden keys', () => {
  expect(['__proto__', 'constructor', 'prototype', 'toString', ''].map(isForbiddenKey)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})
