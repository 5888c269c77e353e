import { describe, expect, test } from 'vitest'
import { Clock, clockEpochMs, maxStamp, stampAt, wallMsOf } from './clock.js'
import { ManualClock } from './testing/index.js'

describe('a stamp', () => {
  test('is milliseconds since 2020 times 4096', () => {
    expect(stampAt(Date.UTC(2020, 0, 1))).toBe(0)
    expect(stampAt(Date.UTC(2020, 0, 1) + 1)).toBe(4096)
    expect(stampAt(Date.UTC(2020, 0, 1) + 1.9)).toBe(4096)
  })

  test('is 0 for any time before 2020', () => {
    expect(stampAt(0)).toBe(0)
  })

  test('is a safe integer until 2089', () => {
    expect(Number.isSafeInteger(stampAt(Date.UTC(2089, 0, 1)) + 4095)).toBe(true)
  })

  test('tells its wall time', () => {
    expect(wallMsOf(stampAt(clockEpochMs + 77) + 4095)).toBe(clockEpochMs + 77)
  })
})

describe('a clock', () => {
  test('begins at wall time', () => {
    const time = new ManualClock()
    expect(new Clock(time.now).next()).toBe(stampAt(time.now()))
  })

  test('gives a stamp of 0 in the first millisecond of all', () => {
    const clock = new Clock(() => clockEpochMs)
    expect(clock.last).toBe(-1)
    expect(clock.next()).toBe(0)
    expect(clock.last).toBe(0)
  })

  test('counts within a millisecond', () => {
    const clock = new Clock(new ManualClock().now)
    const first = clock.next()
    expect([clock.next(), clock.next()]).toEqual([first + 1, first + 2])
  })

  test('counts on past 4096 changes in a millisecond', () => {
    const time = new ManualClock()
    const clock = new Clock(time.now)
    const first = clock.next()
    for (let count = 0; count < 5000; count++) clock.next()
    time.advance(1)
    expect(clock.next()).toBe(first + 5001)
  })

  test('follows wall time forward', () => {
    const time = new ManualClock()
    const clock = new Clock(time.now)
    clock.next()
    time.advance(1000)
    expect(clock.next()).toBe(stampAt(time.now()))
  })

  test('only rises when wall time jumps back', () => {
    const time = new ManualClock()
    const clock = new Clock(time.now)
    const before = clock.next()
    time.advance(-3_600_000)
    expect(clock.next()).toBe(before + 1)
    expect(clock.next()).toBe(before + 2)
  })

  test('gives stamps newer than any it observed', () => {
    const clock = new Clock(new ManualClock().now)
    const ahead = stampAt(new ManualClock().now()) + 1_000_000
    clock.observe(ahead)
    expect(clock.next()).toBe(ahead + 1)
  })

  test('takes no notice of older stamps', () => {
    const clock = new Clock(new ManualClock().now)
    const first = clock.next()
    clock.observe(first - 1)
    expect(clock.next()).toBe(first + 1)
  })

  test('goes on after the newest stamp of the store', () => {
    const time = new ManualClock()
    const stored = stampAt(time.now()) + 9_999
    expect(new Clock(time.now, stored).next()).toBe(stored + 1)
  })
})

describe('a clock at the end of time', () => {
  test('gives stamps that rise, and that leave room above', () => {
    for (const wallMs of [
      Date.UTC(2090, 0, 1),
      Date.UTC(9999, 0, 1),
      Number.MAX_SAFE_INTEGER,
      Number.POSITIVE_INFINITY,
    ]) {
      const clock = new Clock(() => wallMs)
      expect([clock.next(), clock.next()]).toEqual([maxStamp, maxStamp + 1])
      expect(Number.isSafeInteger(clock.next())).toBe(true)
    }
  })
})
