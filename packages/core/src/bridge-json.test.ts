import { expect, test } from 'vitest'
import { sameOnWire, wireValue } from './bridge-json.js'

test.each([
  [[], ''],
  [[0], 'AA=='],
  [[255, 254], '//4='],
  [[1, 2, 3], 'AQID'],
  [[1, 2, 3, 4], 'AQIDBA=='],
])('bytes go as base64: %j', (bytes, text) => {
  expect(wireValue(new Uint8Array(bytes))).toBe(text)
})

test('what JSON has a form for goes as it is, also within', () => {
  const value = { list: [1, null, 'x', [true]], of: { date: new Date(0), big: -3n } }
  expect(wireValue(value)).toEqual({
    list: [1, null, 'x', [true]],
    of: { date: '1970-01-01T00:00:00.000Z', big: '-3' },
  })
})

test('two values are the same if the gem cannot tell them apart', () => {
  expect(sameOnWire(new Date(0), '1970-01-01T00:00:00.000Z')).toBe(true)
  expect(sameOnWire({ a: 5n, b: 1 }, { b: 1, a: '5' })).toBe(true)
  expect(sameOnWire(5, '5')).toBe(false)
  expect(sameOnWire(null, false)).toBe(false)
})
