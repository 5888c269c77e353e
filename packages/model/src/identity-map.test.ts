import { describe, expect, test } from 'vitest'
import { collectUntil } from '../test/garbage.js'
import { IdentityMap } from './identity-map.js'

describe('an identity map', () => {
  test('gives back the instance that is held', async () => {
    const map = new IdentityMap<object>()
    const held = { name: 'held' }
    map.set('one', held)
    await collectUntil(() => false, 3)
    expect(map.get('one')).toBe(held)
    expect(map.get(1)).toBeUndefined()
  })

  test('holds no instance itself, and forgets the entries of those that are gone', async () => {
    const map = new IdentityMap<object>()
    for (let id = 0; id < 1000; id++) map.set(id, { id })
    await collectUntil(() => map.size === 0)
    expect(map.size).toBe(0)
  })

  test('keeps the new instance of a record whose old one goes late', async () => {
    const map = new IdentityMap<object>()
    const fresh = { name: 'fresh' }
    map.set('other', {})
    map.set('one', { name: 'old' })
    map.set('one', fresh)
    await collectUntil(() => map.size === 1)
    expect(map.get('one')).toBe(fresh)
  })
})
