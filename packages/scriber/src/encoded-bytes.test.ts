import { expect, test } from 'vitest'
import { encodedBytes } from './encoded-bytes.js'

const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

test.each([[''], ['plain'], ['"quoted" \\'], ['caf\u00e9'], ['\u65e5\u672c'], ['\ud83d\ude80'], ['x'.repeat(1000)]])(
  'counts the text %j exactly',
  (text) => {
    expect(encodedBytes(text)).toBe(size(text))
  },
)

test.each([
  ['control characters', '\u0000\n\u001f', '\u0000\n\u001f'],
  ['numbers', -2.2250738585072014e-308, -2.2250738585072014e-308],
  ['booleans', false, false],
  ['null', null, null],
  ['bigints', -(10n ** 30n), { $bigint: `${-(10n ** 30n)}` }],
  ['dates', new Date(-8_640_000_000_000_000), { $date: -8_640_000_000_000_000 }],
  ['bytes', new Uint8Array(100), { $bytes: Buffer.alloc(100).toString('base64') }],
  ['arrays', [1, ['x'], []], [1, ['x'], []]],
  ['objects', { $date: { a: 'x', 'b"': 1 } }, { $: { $date: { a: 'x', 'b"': 1 } } }],
])('never counts less than %s take', (_, value, encoded) => {
  expect(encodedBytes(value)).toBeGreaterThanOrEqual(size(encoded))
})
