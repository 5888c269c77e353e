import { type Cursor, MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { type Heard, Peer } from './peer.js'
import { shown, state, World } from './world.js'

const disk = () => new MemoryStore({ level: 'disk' })

function fill(syncro: Syncro, count: number, from = 0): void {
  for (let id = from; id < from + count; id++)
    syncro.record('Todo', 'create', id, { title: `todo number ${id}`, done: false })
}

const title = (syncro: Syncro, id: number) => shown(syncro)[String(id)]?.['title']

describe('a restart', () => {
  test('of either side, or both, goes on by cursor: few bytes move', () => {
    for (const restarted of [['a'], ['b'], ['a', 'b']]) {
      const world = new World()
      const stores = { a: disk(), b: disk() }
      const clients = { a: world.client('a', { store: stores.a }), b: world.client('b', { store: stores.b }) }
      fill(clients.a, 300)
      fill(clients.b, 300, 300)
      const first = world.join(clients.a, clients.b)
      world.settle()
      world.cut(first)
      for (const uid of restarted as ('a' | 'b')[]) clients[uid] = world.client(uid, { store: stores[uid] })
      clients.a.record('Todo', 'update', 3, { title: 'by a' })
      clients.b.record('Todo', 'update', 4, { title: 'by b' })
      const second = world.join(clients.a, clients.b)
      world.settle()
      expect(state(clients.b)).toEqual(state(clients.a))
      expect([title(clients.b, 3), title(clients.a, 4)]).toEqual(['by a', 'by b'])
      expect(second.a.writtenBytes).toBeLessThan(1500)
      expect(second.b.writtenBytes).toBeLessThan(1500)
    }
  })

  test('in the middle of a catch-up goes on where it was, with `since`', () => {
    const world = new World()
    const storeB = disk()
    const limits = { chunkBytes: 500, maxQueuedBytes: 250, writeBytes: 125 }
    const a = world.client('a', { store: disk(), limits })
    let b = world.client('b', { store: storeB })
    fill(a, 1000)
    // Old fields in new places: what `since` is for.
    for (let id = 0; id < 1000; id += 7) a.record('Todo', 'update', id, { done: true })
    let pair = world.join(a, b, { highWaterBytes: 125 })
    const whole = (() => {
      const other = new World()
      const [from, to] = [other.client('a', { limits }), other.client('b')]
      fill(from, 1000)
      for (let id = 0; id < 1000; id += 7) from.record('Todo', 'update', id, { done: true })
      const measured = other.join(from, to)
      other.settle()
      return measured.a.writtenBytes
    })()
    let written = 0
    let breaks = 0
    const sinces: number[] = []
    const isDone = () => b.status === 'live'
    while (!isDone()) {
      if (breaks > 300) throw new Error('the catch-up makes no progress')
      for (let steps = 0; steps < 60 && !isDone() && world.step(); steps++);
      if (isDone()) break
      written += pair.a.writtenBytes
      world.cut(pair)
      breaks += 1
      b = world.client('b', { store: storeB })
      const cursor = b.scriber.remembered.replicas[0]?.cursor
      if (cursor?.since !== undefined) sinces.push(cursor.since)
      if (breaks % 3 === 0) a.record('Todo', 'update', (breaks * 37) % 1000, { title: `break ${breaks}` })
      pair = world.join(a, b, { highWaterBytes: 125 })
    }
    world.settle()
    written += pair.a.writtenBytes
    expect(state(b)).toEqual(state(a))
    expect(breaks).toBeGreaterThan(3)
    expect(sinces.length).toBeGreaterThan(1)
    // What had come before a break is not sent again, give or take what was under way.
    expect(written).toBeLessThan(whole * 2)
  })

  test('from an older copy passes nothing over that stands again where a catch-up has been', () => {
    const world = new World()
    const store = disk()
    const before = world.client('a', { store, limits: { chunkRows: 2 } })
    for (const id of [1, 2, 3, 4]) before.record('Todo', 'create', id, { title: `todo ${id}` })
    const backup = store.copy()
    before.record('Todo', 'update', 1, { done: true })
    const peer = new Peer(world, before).hello().upgrade()
    peer.send({ type: 'resume', cursor: null }, { type: 'resumed', good: false, rows: 0 })
    world.settle()
    // The connection might have broken after the first chunk: rows 2 and 3, since 1 has moved to the end.
    const { era, position, since } = peer.all('mark')[0] as Cursor & Heard
    expect([since, position]).toEqual([0, 3])
    world.cut(peer.pair)
    const restored = world.client('a', { store: backup })
    const again = new Peer(world, restored).hello({ number: 1 }).upgrade()
    const cursor = { ledger: restored.scriber.ledgerId, era, position, since: since!, view: '' }
    again.send({ type: 'resume', cursor }, { type: 'resumed', good: true, rows: 0 }).settle()
    const ids = again.all('rows').flatMap(({ rows }) => (rows as { id: number }[]).map(({ id }) => id))
    expect(ids).toContain(1)
  })

  test('of a client without a durable store: it is sent everything, and sends what it has', () => {
    const world = new World()
    const server = world.client('server', { store: disk() })
    const before = world.client('a')
    fill(server, 20)
    fill(before, 20, 20)
    const pair = world.join(before, server)
    world.settle()
    world.cut(pair)
    const after = world.client('a')
    after.record('Todo', 'create', 99, { title: 'meanwhile' })
    world.join(after, server)
    world.settle()
    expect(state(server)).toEqual(state(after))
    expect(Object.keys(shown(after)).length).toBe(41)
  })

  test('stamps rise across it, also where the clock was set back', () => {
    const world = new World()
    const store = disk()
    const a = world.client('a', { store })
    a.record('Todo', 'create', 1, { title: 'before' })
    world.nowMs -= 3_600_000
    const again = world.client('a', { store })
    again.record('Todo', 'update', 1, { title: 'after' })
    const b = world.client('b')
    // The first session finds out that the stamps are an hour ahead: they are made anew, and the next one takes them along.
    world.join(again, b)
    world.settle()
    world.join(again, b)
    world.settle()
    expect(title(b, 1)).toBe('after')
  })
})

describe('an older backup', () => {
  /** A server and a client in step; then one of them is put back to a time when the other had less. */
  function scene() {
    const world = new World()
    const stores = { a: disk(), b: disk() }
    const clients = { a: world.client('a', { store: stores.a }), b: world.client('b', { store: stores.b }) }
    fill(clients.a, 20)
    const pair = world.join(clients.a, clients.b)
    world.settle()
    const backups = { a: stores.a.copy(), b: stores.b.copy() }
    clients.a.record('Todo', 'update', 1, { title: 'a, later' })
    clients.b.record('Todo', 'update', 2, { title: 'b, later' })
    clients.a.record('Todo', 'create', 'new at a', { title: 'x' })
    clients.b.record('Todo', 'create', 'new at b', { title: 'x' })
    clients.b.record('Todo', 'destroy', 5)
    world.settle()
    world.cut(pair)
    return { world, clients, backups }
  }

  for (const restored of ['a', 'b'] as const)
    test(`of ${restored} loses nothing: everything is sent both ways`, () => {
      const { world, clients, backups } = scene()
      const before = state(restored === 'a' ? clients.b : clients.a)
      clients[restored] = world.client(restored, { store: backups[restored] })
      clients[restored].record('Todo', 'create', 'after the restore', { title: 'x' })
      const pair = world.join(clients.a, clients.b)
      world.settle()
      expect(state(clients.a)).toEqual(state(clients.b))
      expect(state(clients.a)).toMatchObject(before as object)
      expect(shown(clients.a)).toHaveProperty(['"after the restore"'])
      // 20 records, in full, in both directions: 35 bytes each at least.
      expect(Math.min(pair.a.writtenBytes, pair.b.writtenBytes)).toBeGreaterThan(700)
      for (const client of [clients.a, clients.b]) expect(client.unsent()).toEqual([])
    })

  test('of both loses what neither has, and they agree', () => {
    const { world, clients, backups } = scene()
    clients.a = world.client('a', { store: backups.a })
    clients.b = world.client('b', { store: backups.b })
    world.join(clients.a, clients.b)
    world.settle()
    expect(state(clients.a)).toEqual(state(clients.b))
    expect(Object.keys(shown(clients.a)).length).toBe(20)
  })

  test('as far as it goes is what others still acknowledge: the rest is pending again', () => {
    const { world, clients, backups } = scene()
    expect(clients.a.unsent()).toEqual([])
    clients.b = world.client('b', { store: backups.b })
    const pair = world.join(clients.a, clients.b)
    // As soon as the handshake has told.
    while (clients.a.unsent().length === 0 && world.step());
    expect(clients.a.unsent().map(({ id }) => id)).toContain('new at a')
    world.settle()
    expect(clients.a.unsent()).toEqual([])
    expect(pair.a.writtenBytes).toBeGreaterThan(0)
  })
})

describe('a wiped client', () => {
  test('gets everything back from the others, what it once wrote included', () => {
    const world = new World()
    const server = world.client('server', { store: disk() })
    const a = world.client('a', { store: disk() })
    fill(a, 30)
    const pair = world.join(a, server)
    world.settle()
    world.cut(pair)
    const wiped = world.client('a', { store: disk() })
    world.join(wiped, server)
    world.settle()
    expect(Object.keys(shown(wiped)).length).toBe(30)
    expect(state(wiped)).toEqual(state(server))
    expect(server.clients()).toMatchObject([{ uid: 'a', replicas: [{ online: false }, { online: true }] }])
  })

  test('that is the server gets everything back from its clients', () => {
    const world = new World()
    let server = world.client('server', { store: disk() })
    const clients = [world.client('a', { store: disk() }), world.client('b', { store: disk() })]
    const pairs = clients.map((client) => world.join(client, server))
    for (const [n, client] of clients.entries()) fill(client, 10, n * 10)
    world.settle()
    for (const pair of pairs) world.cut(pair)
    clients[1]!.record('Todo', 'destroy', 3)
    server = world.client('server', { store: disk() })
    for (const client of clients) world.join(client, server)
    world.settle()
    for (const client of clients) expect(state(client)).toEqual(state(server))
    expect(Object.keys(shown(server)).length).toBe(19)
  })
})
