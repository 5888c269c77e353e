import { maxStamp, stampAt } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import { Guard } from './guard.js'
import { defaultCoreLimits } from './limits.js'

const now = Date.UTC(2026, 0, 1)
const author = 'a'.repeat(24)
const other = 'b'.repeat(24)
const minute = 60_000
const guard = new Guard(
  () => now,
  defaultCoreLimits,
  (writer) => writer === author,
)

/** Each place of a message where a stamp can be. */
const places = {
  'of a batch': (stamp: number, writer: string) =>
    guard.waitForBatch({ stamp, writer, changes: [{ name: 'Todo', id: 1, type: 'destroy' }] }),
  'of a destroy that a birth overcomes': (stamp: number, writer: string) =>
    guard.waitForBatch({
      stamp: 1,
      writer,
      changes: [{ name: 'Todo', id: 1, type: 'create', after: { stamp, writer } }],
    }),
  'of a birth': (stamp: number, writer: string) =>
    guard.waitForRows([{ name: 'Todo', id: 1, birth: { stamp, writer }, fields: [] }]),
  'of a destroy': (stamp: number, writer: string) =>
    guard.waitForRows([{ name: 'Todo', id: 1, destroy: { stamp, writer }, fields: [] }]),
  'of a field': (stamp: number, writer: string) =>
    guard.waitForRows([
      { name: 'Todo', id: 1, fields: [] },
      { name: 'Todo', id: 2, fields: [{ name: 'x', value: 1, stamp, writer }] },
    ]),
}

describe.each(Object.entries(places))('the stamp %s', (_, waitFor) => {
  test('is taken from its author up to guardMs ahead, and from others up to guardRelayMs more', () => {
    const { guardMs, guardRelayMs } = defaultCoreLimits
    for (const [writer, most] of [
      [author, guardMs],
      [other, guardMs + guardRelayMs],
    ] as const)
      expect([-1, 0, 1].map((ticks) => waitFor(stampAt(now + most) + ticks, writer) === 0)).toEqual([true, true, false])
  })

  test('that is ahead waits for its time', () => {
    const stamp = stampAt(now + 65 * minute)
    expect([waitFor(stamp, author), waitFor(stamp, other)]).toEqual([60 * minute + 1, 59 * minute + 1])
    const later = new Guard(
      () => now + 60 * minute + 1,
      defaultCoreLimits,
      () => true,
    )
    expect(later.waitForBatch({ stamp, writer: author, changes: [] })).toBe(0)
  })

  test('beyond the greatest there can be is never taken', () => {
    expect(waitFor(maxStamp + 1, other)).toBe(Number.POSITIVE_INFINITY)
  })
})
