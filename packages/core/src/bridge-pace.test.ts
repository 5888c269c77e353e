import { ManualClock } from '@syncro/scriber/testing'
import { expect, test } from 'vitest'
import { Pace } from './bridge-pace.js'
import { defaultCoreLimits } from './limits.js'

function scene() {
  const clock = new ManualClock()
  const timers: { readonly ms: number; readonly ring: () => void }[] = []
  const environment = {
    now: clock.now,
    random: (bytes: Uint8Array) => bytes,
    timers: {
      set: (ms: number, ring: () => void) => {
        timers.push({ ms, ring })
        return () => undefined
      },
      soon: () => undefined,
      defer: () => undefined,
    },
  }
  const limits = { ...defaultCoreLimits, relayPauseFirstMs: 50, relayPauseLongestMs: 150, maxUnanswered: 2 }
  let resumed = 0
  const pace = new Pace(environment, limits, () => {
    resumed += 1
  })
  const ring = () => {
    const timer = timers.shift()
    clock.advance(timer?.ms ?? 0)
    timer?.ring()
    return timer?.ms
  }
  return { clock, pace, ring, resumed: () => resumed }
}

test('a row is busy for a while after it was sent', () => {
  const { clock, pace } = scene()
  pace.sent(1)
  clock.advance(49)
  expect([pace.isBusy(1), pace.isBusy(2)]).toEqual([true, false])
  clock.advance(1)
  expect(pace.isBusy(1)).toBe(false)
})

test('pauses get longer as long as they are of no use, up to a bound, and short again after a rest', () => {
  const { clock, pace, ring, resumed } = scene()
  const pauses = [1, 2, 3, 4].map(() => {
    pace.hold()
    pace.hold()
    expect(pace.isHolding).toBe(true)
    return ring()
  })
  expect([pauses, pace.isHolding, resumed()]).toEqual([[50, 100, 150, 150], false, 4])
  clock.advance(150)
  pace.hold()
  expect(ring()).toBe(50)
})

test('it remembers no more rows than may be unanswered', () => {
  const { pace } = scene()
  for (const row of [1, 2, 3]) pace.sent(row)
  expect([1, 2, 3].map((row) => pace.isBusy(row))).toEqual([false, true, true])
})
