/** Values of every type: admitted, copied, compared. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  admitValue,
  canonicalBytes,
  compareValues,
  defaultScriberLimits,
  encodedBytes,
  equalValues,
  freezeValue,
  handOut,
  type Value,
} from '../src/index.js'
import { anyValue } from './generators.js'
import { runs } from './runs.js'

const admit = (value: unknown) => admitValue(value, 'Any.field', defaultScriberLimits)
const text = (value: Value) => new TextDecoder().decode(canonicalBytes(value))

/** Whatever a program may assign, mostly what it must not. */
const anything = fc.anything({
  ...{ maxDepth: 3, maxKeys: 4, withBigInt: true, withBoxedValues: true, withDate: true, withMap: true, withSet: true },
  ...{ withNullPrototype: true, withObjectString: true, withSparseArray: true, withTypedArray: true },
})

/** Text of any UTF-16 units, halves of surrogate pairs among them. */
const anyText = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff }))).map((units) => {
  return String.fromCharCode(...units)
})

/** The same value with the keys of its objects in another order. */
function rearranged(value: Value): Value {
  if (Array.isArray(value)) return value.map((part: Value) => rearranged(part))
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value
  const members = Object.entries(value).reverse() as [string, Value][]
  return Object.fromEntries(members.map(([key, part]) => [key, rearranged(part)]))
}

/** Every array and object in a value, dates and bytes aside. */
function holders(value: Value): object[] {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return []
  return [value, ...Object.values(value).flatMap((part) => holders(part as Value))]
}

describe('values', () => {
  test('are equal exactly when their canonical bytes are', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        expect(equalValues(a, b)).toBe(text(a) === text(b))
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0)
        expect(compareValues(a, b) === 0).toBe(equalValues(a, b))
      }),
      runs,
    )
  })

  test('are equal to themselves, in whatever order their keys are', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(equalValues(value, rearranged(value))).toBe(true)
        expect(text(rearranged(value))).toBe(text(value))
      }),
      runs,
    )
  })

  test('are totally ordered', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (...three) => {
        const [a, b, c] = three.sort(compareValues) as [Value, Value, Value]
        expect(compareValues(a, b)).toBeLessThanOrEqual(0)
        expect(compareValues(b, c)).toBeLessThanOrEqual(0)
        expect(compareValues(a, c)).toBeLessThanOrEqual(0)
        expect(Math.sign(compareValues(a, b))).toBe(Buffer.compare(canonicalBytes(a), canonicalBytes(b)))
      }),
      runs,
    )
  })

  test.each([
    ['admitted', admit],
    ['frozen on arrival', freezeValue],
    ['handed out', (value: Value) => handOut(admit(value))],
  ])('are the same, copied and frozen, deep, when they are %s', (_, take) => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const taken = take(value)
        expect(equalValues(taken, value)).toBe(true)
        expect(holders(taken).every((holder) => Object.isFrozen(holder))).toBe(true)
        expect(holders(value).some((holder) => Object.isFrozen(holder))).toBe(false)
      }),
      runs,
    )
  })

  test('are admitted, or refused with the reason, whatever is assigned', () => {
    fc.assert(
      fc.property(fc.oneof(anything, anyText), (value) => {
        let admitted: Value
        try {
          admitted = admit(value)
        } catch (error) {
          expect(error).toMatchObject({ name: 'UsageError', code: 'SYNCRO_VALUE_INVALID' })
          expect((error as Error).message).toMatch(/^Any\.field/)
          return
        }
        expect(holders(admitted).every((holder) => Object.isFrozen(holder))).toBe(true)
        expect(text(admit(admitted))).toBe(text(admitted))
        if (typeof value === 'string') expect([admitted, value.isWellFormed()]).toEqual([value, true])
      }),
      runs,
    )
  })

  test('never take more on the wire than is counted', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(encodedBytes(value)).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(tagged(value))))
      }),
      runs,
    )
  })
})

/** As the JSON encoding has it. */
function tagged(value: Value): unknown {
  if (typeof value === 'bigint') return { $bigint: `${value}` }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { $date: value.getTime() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map((part: Value) => tagged(part))
  const members = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, tagged(part as Value)]))
  const [first, ...others] = Object.keys(members)
  return others.length === 0 && first?.startsWith('$') ? { $: members } : members
}
