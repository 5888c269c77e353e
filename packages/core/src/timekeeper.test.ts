import { describe, expect, test } from 'vitest'
import { Timekeeper } from './timekeeper.js'

const start = Date.UTC(2026, 0, 1)

/** A timekeeper under a clock that the test moves, and what a peer whose clock is ahead by `aheadMs` would answer. */
function scene() {
  const clock = { ms: start }
  const time = new Timekeeper(() => clock.ms)
  const sample = (aheadMs: number, thereMs = 10, backMs = thereMs) => ({
    asked: clock.ms,
    received: clock.ms + thereMs + aheadMs,
    sent: clock.ms + thereMs + aheadMs + 3,
    answered: clock.ms + thereMs + 3 + backMs,
  })
  return { clock, time, sample }
}

describe('corrected time', () => {
  test('is the clock here until another was measured', () => {
    const { clock, time } = scene()
    clock.ms += 5
    expect(time.now()).toBe(start + 5)
  })

  test('is the time of the one that was measured, give or take half the difference of the ways', () => {
    for (const [there, back, off] of [
      [10, 10, 0],
      [0, 20, -10],
      [20, 0, 10],
    ] as const) {
      const { clock, time, sample } = scene()
      time.measured('a', sample(3_600_000, there, back))
      expect(time.now() - clock.ms).toBe(3_600_000 + off)
    }
  })

  test('follows the measurement with the shortest round trip', () => {
    const { time, sample } = scene()
    time.measured('a', sample(1000, 40, 0))
    expect(time.offsetMs).toBe(1020)
    time.measured('a', sample(1000, 10, 10))
    expect(time.offsetMs).toBe(1000)
    time.measured('a', sample(1000, 60, 0))
    expect(time.offsetMs).toBe(1000)
  })

  test('follows a later one that contradicts it: a clock was set', () => {
    const { clock, time, sample } = scene()
    time.measured('a', sample(1000, 1, 1))
    clock.ms -= 3_600_000
    time.measured('a', sample(3_601_000, 40, 40))
    expect(time.offsetMs).toBe(3_601_000)
  })

  test('is the median of those that were dialled, of an even number the lower one', () => {
    const { time, sample } = scene()
    const offsets = [5000, -20_000, 90_000, 7000]
    const expected = [5000, -20_000, 5000, 5000]
    for (const [at, offset] of offsets.entries()) {
      time.measured(`client ${at}`, sample(offset))
      expect(time.offsetMs).toBe(expected[at])
    }
  })

  test('takes no measurement during which a clock was set, and none from beyond 2089 or before 2020', () => {
    const { clock, time, sample } = scene()
    for (const bad of [
      { ...sample(0), answered: clock.ms - 1 },
      { ...sample(0), sent: clock.ms - 1000 },
      { ...sample(0), sent: clock.ms + 60_000 },
      sample(Date.UTC(9999, 0, 1) - clock.ms),
      sample(Date.UTC(2090, 0, 1) - clock.ms),
      sample(Date.UTC(1970, 0, 2) - clock.ms),
    ]) {
      time.measured('a', bad)
      expect(time.offsetMs).toBe(0)
    }
  })

  test('forgets who was measured longest ago, where there are more than sixteen', () => {
    const { time, sample } = scene()
    for (let at = 0; at < 16; at++) time.measured(`early ${at}`, sample(1_000_000))
    for (let at = 0; at < 16; at++) time.measured(`late ${at}`, sample(-1_000_000))
    expect(time.offsetMs).toBe(-1_000_000)
  })
})

describe('what was measured', () => {
  test('is forgotten when the wall clock is set back', () => {
    const { clock, time, sample } = scene()
    clock.ms += 3_600_000
    time.measured('a', sample(-3_600_000))
    expect(time.now()).toBe(start)
    clock.ms -= 59_000
    expect(time.now()).toBe(start - 59_000)
    clock.ms -= 3_541_000
    expect([time.now(), time.offsetMs]).toEqual([start, 0])
  })

  test('of somebody who has left counts until somebody else is measured', () => {
    const { time, sample } = scene()
    time.measured('a', sample(-7_200_000))
    time.left('a')
    time.left('nobody')
    expect(time.offsetMs).toBe(-7_200_000)
    time.measured('b', sample(1000))
    expect(time.offsetMs).toBe(1000)
  })

  test('of somebody who is back over a slower line counts as before', () => {
    const { time, sample } = scene()
    time.measured('a', sample(5000, 1, 1))
    time.left('a')
    time.measured('a', sample(5000, 40, 40))
    time.measured('b', sample(90_000))
    expect(time.offsetMs).toBe(5000)
  })
})

describe('the word of somebody who refused a stamp', () => {
  test('bounds our time, where we dialled it', () => {
    const { clock, time } = scene()
    expect(time.bounded('a', clock.ms - 3_600_000, true)).toBe(clock.ms - 3_600_000)
    expect(time.offsetMs).toBe(-3_600_000)
  })

  test('bounds our time no lower than the clock here, where it dialled us', () => {
    const { clock, time, sample } = scene()
    time.measured('server', sample(7_200_000))
    expect(time.bounded('a', clock.ms - 3_600_000, false)).toBe(clock.ms)
    // Of the two measurements there are now the lower counts.
    expect(time.offsetMs).toBe(0)
  })

  test('changes nothing where it is later than what we think', () => {
    const { clock, time } = scene()
    expect(time.bounded('a', clock.ms + 1000, true)).toBe(clock.ms + 1000)
    expect(time.offsetMs).toBe(0)
  })

  test('is not believed where there are no stamps for it', () => {
    const { time } = scene()
    for (const ms of [0, Date.UTC(2019, 11, 31)]) {
      time.bounded('a', ms, true)
      expect(time.offsetMs).toBe(0)
    }
  })
})
