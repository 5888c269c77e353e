import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pieces, spoilt } from '../test/arbitraries.js'
import { JsonScanner } from './json-scanner.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const scan = (text: string) => new JsonScanner().scan(bytes(text))
const object = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { minKeys: 1 })
  .chain((value) => fc.constantFrom(JSON.stringify(value), JSON.stringify(value, null, ' \t')))

describe('JsonScanner', () => {
  test('each beginning of an object is unfinished, and the whole is finished', () => {
    fc.assert(
      fc.property(object, fc.nat(), (text, cut) => {
        const whole = bytes(text)
        expect(new JsonScanner().scan(whole)).toBe('finished')
        expect(new JsonScanner().scan(whole.subarray(0, cut % whole.length))).toBe('unfinished')
      }),
    )
  })

  test('what it is told in pieces it sees like the whole', () => {
    fc.assert(
      fc.property(spoilt(object.map(bytes)), fc.array(fc.nat()), (body, cuts) => {
        const scanner = new JsonScanner()
        const answers = pieces(body, cuts).map((piece) => scanner.scan(piece))
        expect(answers.at(-1)).toBe(new JsonScanner().scan(body))
      }),
    )
  })

  test('what JSON.parse takes for an object is finished, whatever was done to it', () => {
    fc.assert(
      fc.property(spoilt(object.map(bytes)), (body) => {
        const text = new TextDecoder().decode(body)
        let parsed: unknown
        try {
          parsed = JSON.parse(text)
        } catch {
          return
        }
        if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return
        expect(new JsonScanner().scan(bytes(text))).toBe('finished')
      }),
      { numRuns: 1_000 },
    )
  })

  test('the empty body is the beginning of an object', () => {
    expect(scan('')).toBe('unfinished')
  })

  test('white space after the object is part of it, and nothing else is', () => {
    expect(scan(' {} \r\n\t')).toBe('finished')
    expect(scan('{} {')).toBe('invalid')
    expect(scan('{}\0')).toBe('invalid')
  })

  test.each([
    '[',
    '5',
    'x',
    '{x',
    '{"a"x',
    '{"a":,',
    '{"a":}',
    '{"a":1]',
    '{"a":1,}',
    '{"a":[1}',
    '{"a":[,',
    '{"a":trux',
    '{"a":"\\x',
    '{"a":"\\u12x',
    '{"a":"\n',
    '{,',
    '{not json',
    '{"a":1 2',
    '\0',
  ])('%j can never become an object', (text) => {
    expect(scan(text)).toBe('invalid')
    expect(scan(text.slice(0, -1))).not.toBe('finished')
  })

  test('nests to the limit and not beyond', () => {
    const nested = (depth: number) => '{"a":'.repeat(depth)
    expect(scan(nested(99))).toBe('unfinished')
    expect(scan(nested(100))).toBe('unfinished')
    expect(scan(nested(101))).toBe('invalid')
    expect(scan(`${nested(100)}1${'}'.repeat(100)}`)).toBe('finished')
    expect(scan('{"a":['.repeat(5_000_000))).toBe('invalid')
  })
})
