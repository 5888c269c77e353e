import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8, hasLoneEscape, repairEscapes } from './text.js'

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\\', 'u', '\ud83d', '\ude00', '😀', '\\ud800'),
    fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
  ),
})

/** JSON text with everything outside ASCII escaped, in either case. */
function escaped(text: string, upper: boolean): string {
  return JSON.stringify(text).replace(/[\u0080-\uffff]/g, (unit) => {
    const hex = unit.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${upper ? hex.toUpperCase() : hex}`
  })
}

describe('text', () => {
  test('finds half a surrogate pair in escapes exactly where the string has one', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, upper) => {
        expect(hasLoneEscape(escaped(text, upper))).toBe(Buffer.from(text).toString() !== text)
      }),
      { numRuns: 2_000 },
    )
  })

  test('J3 repairs the halves and nothing else', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, upper) => {
        expect(JSON.parse(repairEscapes(escaped(text, upper)))).toBe(Buffer.from(text).toString())
      }),
      { numRuns: 2_000 },
    )
  })

  test('leaves the headroom asked for, for short texts and for long ones', () => {
    for (const text of ['', 'short ü', 'é'.repeat(10_000)]) {
      for (const headroom of [0, 4]) {
        const bytes = encodeUtf8(text, headroom)
        expect(decodeUtf8(bytes.subarray(headroom))).toBe(text)
        expect(bytes.buffer.byteLength).toBe(Buffer.byteLength(text) + headroom)
      }
    }
  })

  test('keeps a byte order mark, which no JSON begins with', () => {
    expect(decodeUtf8(encodeUtf8('\ufeff{}', 0))).toBe('\ufeff{}')
  })
})
