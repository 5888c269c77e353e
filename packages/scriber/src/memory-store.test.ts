import { describe, expect, test } from 'vitest'
import { storeSuite } from './conformance/index.js'
import { MemoryStore } from './memory-store.js'

describe('MemoryStore', () => {
  storeSuite(test, { reopens: true, exclusive: false, waits: false, survivesKill: false }, () => {
    const store = new MemoryStore()
    return { store: () => store }
  })

  test('says, as does its copy, what its owner makes it survive', () => {
    expect(new MemoryStore().level).toBe('memory')
    expect(new MemoryStore({ level: 'disk' }).copy().level).toBe('disk')
  })

  test('a copy goes its own way', () => {
    const store = new MemoryStore({ level: 'disk' })
    expect(store.copy().level).toBe('disk')
    expect(store.copy().open()).toBeUndefined()
    store.keep({ ledger: 'aaaaaaaaaaaaaaaaaaaaaaaa', eras: [], clock: 1 })
    const copy = store.copy()
    store.keep({ clock: 2 })
    copy.keep({ position: 3 })
    expect(store.open()).toMatchObject({ ledger: 'aaaaaaaaaaaaaaaaaaaaaaaa', clock: 2, position: 0 })
    expect(copy.open()).toMatchObject({ ledger: 'aaaaaaaaaaaaaaaaaaaaaaaa', clock: 1, position: 3 })
  })
})
