import { decodeTime } from 'ulid'
import { describe, expect, test } from 'vitest'
import { idMaker } from './ids.js'

/** Random bytes that count: 0, 1, 2, … */
function counting(from = 0) {
  let next = from
  return (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = next++ & 255
    return bytes
  }
}

describe('ids', () => {
  test('carry the time they were made at', () => {
    expect(decodeTime(idMaker(() => 1_767_225_600_123.7, counting())())).toBe(1_767_225_600_123)
  })

  test('rise while the clock stands, and when it is set back', () => {
    let nowMs = 1000
    const make = idMaker(() => nowMs, counting())
    const ids = [make(), make()]
    nowMs = 10
    ids.push(make())
    nowMs = 1001
    ids.push(make())
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(4)
  })

  test('made at the same time elsewhere differ', () => {
    const [one, two] = [idMaker(() => 1000, counting(0)), idMaker(() => 1000, counting(99))]
    expect(one()).not.toBe(two())
  })

  test('take time and randomness from where they are told, even at the beginning of time', () => {
    const make = () => idMaker(() => 0, counting())()
    expect(make()).toBe(make())
  })
})
