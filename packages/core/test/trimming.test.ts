import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { CoreLimits } from '../src/limits.js'
import type { Syncro } from '../src/syncro.js'
import { GemPeer } from './gem-peer.js'
import { era, Peer } from './peer.js'
import { shown, state, World } from './world.js'

const disk = () => new MemoryStore({ level: 'disk' })
const day = 86_400_000
const hour = 3_600_000

const knows = (syncro: Syncro, id: number | string) => syncro.scriber.ledger.table('Todo').slot(id) !== undefined

/** A client with one record destroyed; what happens afterwards lets time be seen. */
function alone(limits: Partial<CoreLimits> = {}) {
  const world = new World()
  const store = disk()
  const a = world.client('a', { store, limits })
  a.record('Todo', 'create', 1, { title: 'x' })
  a.record('Todo', 'create', 2, { title: 'stays' })
  a.record('Todo', 'destroy', 1)
  /** A change after some time, and the next look for tombstones. */
  const age = (ms: number) => {
    world.nowMs += ms
    a.record('Todo', 'update', 2, { title: `after ${ms}` })
    world.advance(hour)
  }
  return { world, store, a, age }
}

describe('a tombstone', () => {
  test('is trimmed when it is older than tombstoneMs, and not before', () => {
    for (const [ms, stays] of [
      [30 * day - 1, true],
      [30 * day, true],
      [30 * day + 1, false],
    ] as const) {
      const { a, age } = alone()
      age(ms)
      expect(knows(a, 1)).toBe(stays)
      expect(shown(a)['2']).toEqual({ title: `after ${ms}` })
    }
  })

  test('is looked for every trimMs', () => {
    for (const [ms, stays] of [
      [9_999, true],
      [10_000, false],
    ] as const) {
      const { world, a } = alone({ trimMs: 10_000, tombstoneMs: 5_000 })
      world.nowMs += 6_000
      a.record('Todo', 'update', 2, { title: 'later' })
      world.nowMs -= 6_000
      world.advance(ms)
      expect(knows(a, 1)).toBe(stays)
    }
  })

  test('is looked for in trimSlots slots at a time, so that the event loop turns', () => {
    for (const [trimSlots, turns] of [
      [49, 3],
      [50, 3],
      [51, 2],
    ] as const) {
      const world = new World()
      const a = world.client('a', { limits: { trimSlots, trimMs: 1000, tombstoneMs: 0 } })
      for (let id = 0; id < 100; id++) a.record('Todo', 'create', id, {})
      for (let id = 0; id < 100; id++) a.record('Todo', 'destroy', id)
      world.nowMs += 10
      a.record('Todo', 'create', 'last', {})
      let deferred = 0
      world.onDefer = () => {
        deferred += 1
      }
      world.advance(1000)
      expect([deferred + 1, a.scriber.ledger.rows]).toEqual([turns, 1])
    }
  })

  test('ages with the changes that are seen: a clock that jumps ahead forgets nothing', () => {
    const { world, a } = alone()
    world.nowMs += 1000 * day
    world.advance(hour)
    expect(knows(a, 1)).toBe(true)
  })

  test('waits for every replica with a store until it has it, or has expired', () => {
    const world = new World()
    const store = disk()
    const a = world.client('a', { store })
    const b = world.client('b', { store: disk() })
    a.record('Todo', 'create', 1, {})
    const pair = world.join(b, a)
    world.settle()
    world.cut(pair)
    a.record('Todo', 'destroy', 1)
    const age = (days: number) => {
      world.nowMs += days * day
      a.record('Todo', 'create', `after ${days}`, {})
      world.advance(hour)
    }
    age(60)
    expect([knows(a, 1), a.scriber.floor]).toEqual([true, 0])
    age(31)
    expect([knows(a, 1), a.scriber.floor]).toEqual([false, 2])
    expect(store.open()!.replicas).toMatchObject([{ uid: 'b', expired: true }])
    // What it has it still has: that is no reason to call it unsent.
    expect(store.open()!.replicas[0]!.ack).toBeDefined()
    expect(store.open()!.replicas[0]!.cursor).toBeDefined()
  })

  test('waits for what a client has yet to send after a comparison, whatever it has acknowledged', () => {
    for (const owes of [true, false]) {
      const world = new World()
      const store = disk()
      const a = world.client('a', { store })
      const b = world.client('b', { store: disk() })
      a.record('Todo', 'create', 1, {})
      a.record('Todo', 'destroy', 1)
      const pair = world.join(b, a)
      world.settle()
      world.cut(pair)
      const [replica] = store.open()!.replicas
      expect([replica!.ack!.position, replica!.owes]).toEqual([a.scriber.ledger.order.last, undefined])
      store.keep({ replicas: [{ ...replica!, ...(owes ? { owes } : undefined) }] })
      const again = world.client('a', { store })
      world.nowMs += 40 * day
      again.record('Todo', 'create', 2, {})
      world.advance(hour)
      expect(knows(again, 1)).toBe(owes)
      world.join(b, again)
      world.settle()
      world.advance(hour)
      expect([knows(again, 1), store.open()!.replicas[0]!.owes]).toEqual([false, undefined])
    }
  })

  test('waits for who was sent it back, whatever that one acknowledges of what it was told before', () => {
    const world = new World()
    const a = world.client('a', { store: disk(), limits: { stallMs: 10 * hour, deadAfterMs: 10 * hour } })
    a.record('Todo', 'create', 1, {})
    a.record('Todo', 'destroy', 1)
    world.nowMs += 40 * day
    a.record('Todo', 'create', 2, {})
    const peer = new Peer(world, a).shakeHands()
    const acknowledge = (position: unknown) =>
      peer.send({ type: 'ack', era: a.scriber.era, position: position as number }).settle()
    const told = peer.all('mark').at(-1)?.position
    const changes = [{ name: 'Todo', id: 1, type: 'create' as const, fields: {} }]
    peer.send({ type: 'batch', stamp: 5, writer: era, changes }).settle()
    acknowledge(told)
    world.advance(hour)
    expect(knows(a, 1)).toBe(true)
    acknowledge(peer.all('mark').at(-1)?.position)
    world.advance(hour)
    expect(knows(a, 1)).toBe(false)
  })

  test('takes with it an edit, which comes back to its author with the record', () => {
    const world = new World()
    const server = world.client('server', { store: disk() })
    const author = world.client('author', { store: disk() })
    const other = world.client('other', { store: disk() })
    const pairs = [author, other].map((client) => world.join(client, server))
    author.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    for (const pair of pairs) world.cut(pair)
    other.record('Todo', 'destroy', 1)
    let pair = world.join(other, server)
    world.settle()
    world.cut(pair)
    other.record('Todo', 'create', 1, { title: 'z' })
    world.nowMs += 1000
    author.record('Todo', 'update', 1, { done: true })
    pair = world.join(author, server)
    world.settle()
    world.nowMs += 40 * day
    author.record('Todo', 'create', 2, {})
    world.advance(hour)
    expect([knows(author, 1), knows(server, 1)]).toEqual([false, true])
    world.cut(pair)
    world.join(other, server)
    world.settle()
    world.join(author, server)
    world.settle()
    expect(shown(author)['1']).toEqual({ title: 'z', done: true })
    expect([state(author), state(other)]).toEqual([state(server), state(server)])
  })

  test('does not become old by a stamp that is years ahead of all that others have', () => {
    const world = new World()
    const a = world.client('a', { store: disk() })
    const b = world.client('b', { store: disk() })
    a.record('Todo', 'create', 1, {})
    a.record('Todo', 'destroy', 1)
    const pair = world.join(b, a)
    world.settle()
    world.cut(pair)
    world.nowMs += 40 * 365 * day
    a.record('Todo', 'create', 2, {})
    world.advance(hour)
    expect(knows(a, 1)).toBe(true)
  })

  test('does not wait for clients without a store that are away, but for those that are here', () => {
    for (const isHere of [true, false]) {
      const world = new World()
      const a = world.client('a', { limits: { stallMs: 10 * hour, deadAfterMs: 10 * hour } })
      const b = world.client('b', { limits: { deadAfterMs: 10 * hour } })
      a.record('Todo', 'create', 1, {})
      const pair = world.join(b, a)
      world.settle()
      if (!isHere) world.cut(pair)
      // Nothing gets through any more.
      world.pairs.delete(pair)
      a.record('Todo', 'destroy', 1)
      world.nowMs += 40 * day
      a.record('Todo', 'create', 2, {})
      world.advance(hour)
      expect(knows(a, 1)).toBe(isHere)
    }
  })

  test('waits for a gem until it has answered, or has expired', () => {
    const world = new World()
    const a = world.client('a', { store: disk() })
    const gem = new GemPeer(world, a).meet()
    a.record('Todo', 'create', 1, { title: 'x' })
    gem.settle().answerAll()
    gem.session.close()
    a.record('Todo', 'destroy', 1)
    const age = (days: number) => {
      world.nowMs += days * day
      a.record('Todo', 'create', `after ${days}`, {})
      world.advance(hour)
    }
    age(40)
    expect(knows(a, 1)).toBe(true)
    age(60)
    expect(knows(a, 1)).toBe(false)
  })

  test('that is gone leaves its row to another record, of which a gem is told all', () => {
    const world = new World()
    const a = world.client('a', { store: disk(), limits: { deadAfterMs: 100 * day, stallMs: 100 * day } })
    const gem = new GemPeer(world, a).meet()
    a.record('Todo', 'create', 1, { title: 'x' })
    a.record('Todo', 'destroy', 1)
    gem.settle().answerAll()
    world.nowMs += 40 * day
    a.record('Todo', 'create', 2, { title: 'y' })
    gem.settle().answerAll()
    world.advance(hour)
    gem.answerAll()
    expect(knows(a, 1)).toBe(false)
    const before = gem.all('add_scribe').length
    a.record('Todo', 'create', 3, { title: 'x' })
    gem.settle()
    expect(gem.all('add_scribe').slice(before)).toMatchObject([
      { scribe: { type: 'create', data: { id: 3, title: 'x' } } },
    ])
  })
})

describe('a replica', () => {
  /** A client that met another, which then stays away. */
  function scene() {
    const world = new World()
    const store = disk()
    const a = world.client('a', { store })
    const b = world.client('b', { store: disk() })
    a.record('Todo', 'create', 1, {})
    const pair = world.join(b, a)
    world.settle()
    world.cut(pair)
    const age = (ms: number) => {
      world.nowMs += ms
      a.record('Todo', 'create', `after ${ms}`, {})
      world.advance(hour)
    }
    return { world, store, a, b, age }
  }

  const isExpired = (store: MemoryStore) => store.open()!.replicas[0]!.expired === true

  test('expires after expiryMs without a session, and is registered again by the next', () => {
    for (const [ms, expired] of [
      [90 * day - 1, false],
      [90 * day, false],
      [90 * day + 1, true],
    ] as const) {
      const { world, store, a, b, age } = scene()
      age(ms)
      expect(isExpired(store)).toBe(expired)
      expect(a.unsent().map(({ id }) => id)).toEqual([`after ${ms}`])
      world.join(b, a)
      world.settle()
      expect([isExpired(store), state(b)]).toEqual([false, state(a)])
    }
  })

  test('whose session has lasted for long is counted from its end', () => {
    const world = new World()
    const store = disk()
    const a = world.client('a', { store })
    const b = world.client('b', { store: disk() })
    const pair = world.join(b, a)
    world.settle()
    for (let n = 0; n < 100; n++) {
      world.nowMs += day
      a.record('Todo', 'create', n, {})
      world.settle()
    }
    world.cut(pair)
    a.record('Todo', 'create', 'last', {})
    world.advance(hour)
    expect(isExpired(store)).toBe(false)
  })

  test('that has expired is remembered as one of maxExpired, the newest', () => {
    for (const [count, kept] of [
      [1, 1],
      [2, 2],
      [3, 2],
    ] as const) {
      const world = new World()
      const store = disk()
      const a = world.client('a', { store, limits: { maxExpired: 2 } })
      a.record('Todo', 'create', 1, {})
      for (let n = 0; n < count; n++) {
        const pair = world.join(world.client(`b${n}`, { store: disk() }), a)
        world.settle()
        world.cut(pair)
        world.nowMs += 1000
      }
      world.nowMs += 100 * day
      a.record('Todo', 'create', 2, {})
      world.advance(hour)
      const uids = a.clients().map(({ uid }) => uid)
      expect(uids).toEqual(Array.from({ length: kept }, (_, n) => `b${n + count - kept}`))
      expect(store.open()!.replicas.map(({ uid }) => uid)).toEqual(uids)
    }
  })
})

test('closing ends it', async () => {
  const { world, a } = alone()
  expect(world.trimTimers).toBe(1)
  await a.close()
  expect(world.trimTimers).toBe(0)
})
