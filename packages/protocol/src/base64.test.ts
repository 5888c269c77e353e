import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64Length, decodeBase64, encodeBase64 } from './base64.js'

describe('base64', () => {
  test("writes what Node's Buffer writes, and reads it back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase64(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64'))
        expect(decodeBase64(text)).toEqual(bytes)
        expect(base64Length(text)).toBe(bytes.length)
      }),
    )
  })

  test('reads only what it writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AZaz09+/=-_ é'), maxLength: 9 }), (text) => {
        const bytes = decodeBase64(text)
        if (bytes) expect(encodeBase64(bytes)).toBe(text)
      }),
      { numRuns: 1_000 },
    )
  })
})
