/** Stamps: given out in rising order under any clock, and ordered alike by everybody. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Clock, clockEpochMs, compareStamps, maxStamp, stampAt, wallMsOf } from '../src/index.js'
import { Writers } from '../src/writers.js'
import { runs } from './runs.js'

/** What wall clocks say: near each other, so that they stand, run and jump; and far out of bounds. */
const wallMs = fc.oneof(
  { weight: 6, arbitrary: fc.nat(5).map((ms) => clockEpochMs + ms) },
  { weight: 2, arbitrary: fc.double({ min: -1e4, max: 1e4, noNaN: true }).map((ms) => clockEpochMs + ms) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 8.64e15, -8.64e15, Number.MAX_VALUE, Infinity, -Infinity) },
)
const anyStamp = fc.oneof(fc.nat(5 * 4096), fc.nat(maxStamp), fc.constantFrom(0, 4095, 4096, maxStamp))

const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('given' as const), at: wallMs }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('observed' as const), stamp: anyStamp }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restarted' as const) }) },
)

describe('a clock', () => {
  test('gives stamps that only rise, whatever wall time does, what it observes, and however often it is restarted', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40, size: 'max' }), (happenings) => {
        let now = clockEpochMs
        let clock = new Clock(() => now)
        let newest = -1
        for (const each of happenings) {
          if (each.type === 'restarted') clock = new Clock(() => now, clock.last)
          else if (each.type === 'observed') {
            clock.observe(each.stamp)
            newest = Math.max(newest, each.stamp)
          } else {
            now = each.at
            const stamp = clock.next()
            expect(Number.isSafeInteger(stamp)).toBe(true)
            expect(stamp).toBeGreaterThan(newest)
            // As close to wall time as that allows.
            expect(stamp).toBe(Math.max(newest + 1, Math.min(stampAt(now), maxStamp)))
            newest = stamp
          }
          expect(clock.last).toBe(newest)
        }
      }),
      runs,
    )
  })

  test('counts on into the next millisecond when one is full', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.nat(4095), fc.integer({ min: 4096, max: 9000 }), (ms, counter, count) => {
        const observed = ms * 4096 + counter
        const clock = new Clock(() => clockEpochMs, observed)
        let last = observed
        for (let given = 0; given < count; given++) last = clock.next()
        expect(last).toBe(observed + count)
        expect(wallMsOf(last) - clockEpochMs).toBe(ms + Math.floor((counter + count) / 4096))
      }),
      { numRuns: runs.numRuns / 10 },
    )
  })
})

describe('the order of stamps', () => {
  const writer = fc.oneof(
    fc.constantFrom('a', 'b').map((digit) => digit.repeat(24)),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  )
  const pair = fc.tuple(fc.oneof(fc.nat(2), anyStamp), writer)

  test('is that of the stamps’ bytes, with those of the writers behind', () => {
    const bytesOf = (stamp: number, by: string) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64BE(BigInt(stamp))
      return Buffer.concat([bytes, Buffer.from(by, 'hex')])
    }
    fc.assert(
      fc.property(pair, pair, ([a, aWriter], [b, bWriter]) => {
        const order = Buffer.compare(bytesOf(a, aWriter), bytesOf(b, bWriter))
        expect(Math.sign(compareStamps(a, aWriter, b, bWriter))).toBe(order)
        const writers = new Writers()
        const [aNumber, bNumber] = [writers.number(aWriter), writers.number(bWriter)]
        expect(writers.newer(a, aNumber, b, bNumber)).toBe(order > 0)
      }),
      runs,
    )
  })
})
