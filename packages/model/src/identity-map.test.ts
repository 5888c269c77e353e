import { describe, expect, test } from 'vitest'
import { collectUntil } from '../test/garbage.js'
import { IdentityMap } from './identity-map.js'

/** A map whose time passes when a test says so. */
function mapped() {
  const table = { released: 0 }
  const due: (() => void)[] = []
  const timers = {
    set: (_ms: number, callback: () => void) => {
      due.push(callback)
      return () => undefined
    },
    defer: (callback: () => void) => void due.push(callback),
  }
  const map = new IdentityMap<{ readonly id: string }>(table, timers)
  const pass = () => {
    for (let callback = due.shift(); callback !== undefined; callback = due.shift()) callback()
  }
  return { map, table, pass, due }
}

describe('an identity map', () => {
  test('gives back the instance that is held, at once and later', async () => {
    const { map, pass } = mapped()
    const held = { id: 'one' }
    map.set(3, held)
    expect([map.get('one', 3), map.get('two', 4)]).toEqual([held, undefined])
    pass()
    await collectUntil(() => false, 3)
    expect(map.get('one', 3)).toBe(held)
    expect(map.get('two', 4)).toBeUndefined()
  })

  test('holds instances itself for a while, and forgets the entries of those that are gone', async () => {
    const { map, pass } = mapped()
    for (let slot = 0; slot < 5000; slot++) map.set(slot, { id: `${slot}` })
    await collectUntil(() => false, 3)
    expect(map.get('7', 7)).toMatchObject({ id: '7' })
    pass()
    expect(map.size).toBe(5000)
    await collectUntil(() => map.size === 0)
    expect(map.size).toBe(0)
  })

  test('lets go of many in slices, so that the event loop turns', () => {
    const { map, due } = mapped()
    for (let slot = 0; slot < 5000; slot++) map.set(slot, { id: `${slot}` })
    expect(due.length).toBe(1)
    due.shift()!()
    expect([map.size, due.length]).toEqual([1000, 1])
  })

  test('holds again what is asked for, and lets go of it again', async () => {
    const { map, pass } = mapped()
    let instance: object | undefined = { id: 'one' }
    map.set(0, instance as { id: string })
    pass()
    instance = map.get('one', 0)
    await collectUntil(() => false, 3)
    expect(map.get('one', 0)).toBe(instance)
    instance = undefined
    pass()
    await collectUntil(() => map.size === 0)
    expect(map.size).toBe(0)
  })

  test('keeps the new instance of a record whose old one goes late', async () => {
    const { map, pass } = mapped()
    const fresh = { id: 'one' }
    map.set(1, { id: 'other' })
    map.set(0, { id: 'one' })
    pass()
    map.set(0, fresh)
    pass()
    await collectUntil(() => map.size === 1)
    expect(map.get('one', 0)).toBe(fresh)
  })

  test('finds an instance whose record has moved, and none in the place that it left', () => {
    const { map, table } = mapped()
    const held = { id: 'one' }
    map.set(0, held)
    table.released += 1
    expect([map.get('two', 0), map.get('one', 5)]).toEqual([undefined, held])
  })
})
