import { MemoryStore } from '@syncro/scriber'
import { storeSuite } from '@syncro/scriber/conformance'
import { describe, expect, test } from 'vitest'
import { loadSnapshot, takeSnapshot } from '../src/snapshot.js'
import { shown, World } from './world.js'

describe('a store that is dumped when it is closed, and loaded when it is opened', () => {
  storeSuite(test, { reopens: true, exclusive: false, waits: false, survivesKill: false }, () => {
    let dumped: Uint8Array | undefined
    return {
      store: () => {
        const store = dumped === undefined ? new MemoryStore() : loadSnapshot(dumped)
        store.close = () => {
          dumped = takeSnapshot(store)
        }
        return store
      },
    }
  })
})

describe('a snapshot', () => {
  test('brings a client back where it was, and the others bring it level', () => {
    const world = new World()
    const server = world.client('server', { store: new MemoryStore({ level: 'disk' }) })
    const store = new MemoryStore()
    const before = world.client('a', { store })
    const pair = world.join(before, server)
    before.record('Todo', 'create', 1, { title: 'mine', at: new Date(5), size: 7n, bytes: new Uint8Array([1]) })
    world.settle()
    const bytes = takeSnapshot(store)
    server.record('Todo', 'create', 2, { title: 'theirs' })
    world.settle()
    pair.a.close()
    world.settle()

    const again = world.client('a', { store: loadSnapshot(bytes) })
    expect(shown(again)).toEqual({
      1: { title: 'mine', at: new Date(5), size: 7n, bytes: new Uint8Array([1]) },
    })
    world.join(again, server)
    world.settle()
    expect(shown(again)).toEqual(shown(server))
    expect(Object.keys(shown(again))).toEqual(['1', '2'])
  })

  test('of a store that was never used is one that was never used', () => {
    expect(loadSnapshot(takeSnapshot(new MemoryStore())).open()).toBeUndefined()
  })

  test('says what it is to survive', () => {
    const bytes = takeSnapshot(new MemoryStore())
    expect([loadSnapshot(bytes).level, loadSnapshot(bytes, { level: 'disk' }).level]).toEqual(['memory', 'disk'])
  })

  test('is refused where it is no snapshot, newer, cut off or spoilt', () => {
    const store = new MemoryStore()
    const a = new World().client('a', { store })
    a.record('Todo', 'create', 1, { title: 'x' })
    const text = new TextDecoder().decode(takeSnapshot(store))
    const codeOf = (changed: string) => {
      try {
        loadSnapshot(new TextEncoder().encode(changed))
        return undefined
      } catch (error) {
        return (error as { readonly code?: string }).code
      }
    }
    expect(codeOf(text)).toBeUndefined()
    expect(codeOf('')).toBe('SYNCRO_STORE_FOREIGN')
    expect(codeOf('{"some":"json"}\n{}\n')).toBe('SYNCRO_STORE_FOREIGN')
    expect(codeOf(text.replace('"format":1', '"format":2'))).toBe('SYNCRO_STORE_NEWER')
    expect(codeOf(text.slice(0, -2))).toBe('SYNCRO_STORE_DAMAGED')
    expect(codeOf(text.replace('title', 'tilte'))).toBe('SYNCRO_STORE_DAMAGED')
  })
})
