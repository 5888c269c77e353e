/** Ledgers whose cursors are no good: what differs is found by digests, and only that is exchanged. */
import type { Message } from '@syncro/protocol'
import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import type { SyncroOptions } from '../src/syncro-types.js'
import { era, Peer } from './peer.js'
import { type JoinOptions, shown, state, World } from './world.js'

const disk = () => new MemoryStore({ level: 'disk' })
const day = 86_400_000

function fill(syncro: Syncro, count: number, from = 0): void {
  for (let id = from; id < from + count; id++)
    syncro.record('Todo', 'create', id, { title: `todo number ${id}`, done: false })
}

/** Two clients who know nothing of each other, and hold the same. */
function twins(world: World, count: number, options: Partial<SyncroOptions> = {}): readonly [Syncro, Syncro] {
  const [a, b] = [world.client('a', options), world.client('b', options)]
  const author = world.client('author')
  fill(author, count)
  for (const one of [a, b]) {
    const pair = world.join(author, one)
    world.settle()
    world.cut(pair)
  }
  return [a, b]
}

/** Joins two clients; tells the bytes that both wrote, and how many rows each was sent. */
function compare(world: World, a: Syncro, b: Syncro, options: JoinOptions = {}) {
  const received = { a: 0, b: 0 }
  const watch = (syncro: Syncro, who: 'a' | 'b') =>
    syncro.on('session', (session) => {
      let before = 0
      session.on('state', (to) => {
        if (to === 'catching-up') before = 0
      })
      session.on('progress', ({ received: now }) => {
        received[who] += now - before
        before = now
      })
    })
  const off = [watch(a, 'a'), watch(b, 'b')]
  const pair = world.join(a, b, options)
  world.settle()
  for (const one of off) one()
  return { pair, bytes: pair.a.writtenBytes + pair.b.writtenBytes, received }
}

describe('two that never met and hold the same', () => {
  test('find that out for a few bytes, however much they hold', () => {
    for (const count of [10, 1500]) {
      const world = new World()
      const [a, b] = twins(world, count)
      const { bytes, received } = compare(world, a, b)
      expect(received).toEqual({ a: 0, b: 0 })
      expect(bytes).toBeLessThan(3000)
      expect([a.status, b.status]).toEqual(['live', 'live'])
      // From now on they go by cursor.
      expect(a.unsent()).toEqual([])
      a.record('Todo', 'update', 1, { title: 'live' })
      world.settle()
      expect(shown(b)['1']).toMatchObject({ title: 'live' })
    }
  })

  test('exchange only what differs, for what it is worth', () => {
    const costs = [1, 10, 100].map((differences) => {
      const world = new World()
      const [a, b] = twins(world, 1500)
      for (let n = 0; n < differences; n++)
        (n % 2 === 0 ? a : b).record('Todo', 'update', n * 7, { title: `changed ${n}` })
      const { bytes, received } = compare(world, a, b)
      expect(state(b)).toEqual(state(a))
      expect(received).toEqual({ a: differences, b: differences })
      return bytes
    })
    expect(costs[0]).toBeLessThan(6000)
    expect(costs[1]).toBeLessThan(costs[0]! * 10)
    expect(costs[2]).toBeLessThan(costs[1]! * 10)
  })

  test('one of whom has nothing, or both: that needs no comparison', () => {
    for (const [countA, countB] of [
      [0, 0],
      [500, 0],
      [0, 500],
    ] as const) {
      const world = new World()
      const [a, b] = [world.client('a'), world.client('b')]
      fill(a, countA)
      fill(b, countB)
      const { received } = compare(world, a, b)
      expect(received).toEqual({ a: countB, b: countA })
      expect(state(b)).toEqual(state(a))
    }
  })
})

describe('a comparison', () => {
  test('leaves both with the same, whatever either holds, in whatever pieces', () => {
    let rows = 0
    let total = 0
    for (let seed = 1; seed <= 60; seed++) {
      const world = new World(seed * 101)
      const limits = { chunkBytes: world.draw(2) === 0 ? 200 : 64 * 1024, digestRows: 1 + world.draw(40) }
      const [a, b] = twins(world, 200, { limits })
      for (let n = world.draw(60); n > 0; n--) {
        const syncro = world.draw(2) === 0 ? a : b
        const id = world.draw(260)
        const table = syncro.scriber.ledger.table('Todo')
        const slot = table.slot(id)
        const lives = slot !== undefined && table.lives(slot)
        if (!lives) syncro.record('Todo', 'create', id, { title: `new ${n}` })
        else if (world.draw(3) === 0) syncro.record('Todo', 'destroy', id)
        else syncro.record('Todo', 'update', id, { title: `t${world.draw(20)}` })
        world.nowMs += world.draw(3)
      }
      const differing = differences(a, b)
      const { received } = compare(world, a, b, { highWaterBytes: 300 })
      expect(state(b), `seed ${seed}`).toEqual(state(a))
      expect([a.status, b.status], `seed ${seed}`).toEqual(['live', 'live'])
      // Each goes both ways at the most; a few whose birth met a newer destroy come back once more.
      expect(received.a + received.b, `seed ${seed}`).toBeLessThanOrEqual(2.2 * differing + 3)
      rows += received.a + received.b
      total += 400
    }
    expect(rows).toBeGreaterThan(500)
    expect(rows).toBeLessThan(total / 4)
  })

  test('lets what happens meanwhile through, to a slow reader as well, and loses none of it', {
    timeout: 60_000,
  }, () => {
    for (let seed = 1; seed <= 40; seed++) {
      const world = new World(seed * 31)
      const limits = {
        chunkBytes: 400,
        digestRows: 20,
        maxQueuedBytes: world.draw(2) === 0 ? 600 : 100_000,
        writeBytes: 200,
      }
      const [a, b] = twins(world, 300, { limits })
      for (let n = 0; n < 30; n++) a.record('Todo', 'update', n, { title: `before ${n}` })
      world.join(a, b, { highWaterBytes: 300 })
      for (let n = 0; n < 60; n++) {
        for (let steps = world.draw(12); steps > 0; steps--) world.step()
        const syncro = world.draw(2) === 0 ? a : b
        syncro.record('Todo', 'create', `meanwhile ${n}`, { title: 'x' })
        syncro.record('Todo', 'update', 200 + world.draw(100), { title: `meanwhile ${n}` })
      }
      world.settle()
      expect(state(b), `seed ${seed}`).toEqual(state(a))
      expect([a.status, b.status, a.unsent().length], `seed ${seed}`).toEqual(['live', 'live', 0])
    }
  })

  test('that breaks off is begun anew by the next session', () => {
    for (let steps = 1; steps < 60; steps += 4) {
      const world = new World(steps)
      const [a, b] = twins(world, 100, { limits: { chunkBytes: 300, digestRows: 30 } })
      for (let id = 0; id < 20; id++) a.record('Todo', 'update', id, { title: 'x' })
      const pair = world.join(a, b)
      for (let n = 0; n < steps; n++) world.step()
      world.cut(pair)
      b.record('Todo', 'create', 'in between', { title: 'y' })
      world.join(a, b)
      world.settle()
      expect(state(b)).toEqual(state(a))
    }
  })

  test('goes on beside other sessions of the same client', () => {
    const world = new World()
    const server = world.client('server', { limits: { digestRows: 25 } })
    const clients = Array.from({ length: 6 }, (_, n) => world.client(`client ${n}`, { limits: { chunkBytes: 300 } }))
    fill(server, 200)
    for (const [n, client] of clients.entries()) fill(client, 60, n * 40)
    for (const client of clients) world.join(client, server)
    world.settle()
    for (const client of clients) expect(state(client)).toEqual(state(server))
  })
})

describe('a digest that is not up to date', () => {
  test('is brought so digestRows rows at a time, so that the event loop turns', () => {
    for (const [digestRows, turns] of [
      [49, 3],
      [50, 3],
      [51, 2],
    ] as const) {
      const world = new World()
      const a = world.client('a', { limits: { digestRows } })
      fill(a, 100)
      const peer = new Peer(world, a)
      let deferred = 0
      world.onDefer = () => {
        deferred += 1
      }
      peer.hello({ ledger: 'f'.repeat(24) }).upgrade()
      const cursor = { ledger: a.scriber.ledgerId, era, position: 3, view: '' }
      peer.send({ type: 'resume', cursor }).settle()
      peer.send({ type: 'resumed', good: false, rows: 1 }).settle()
      expect([deferred + 1, peer.all('digest').length]).toEqual([turns, 1])
    }
  })
})

describe('a record that only one side holds', () => {
  /**
   * A server and a client in step. The client goes away; the server destroys two records, and its tombstones are trimmed, since the client has
   * expired.
   */
  function scene() {
    const world = new World()
    const stores = { server: disk(), client: disk(), other: disk() }
    const limits = { expiryMs: 60 * day, tombstoneMs: 30 * day, maxExpired: 5 }
    const open = (uid: keyof typeof stores) => world.client(uid, { store: stores[uid], limits })
    const clients = { server: open('server'), client: open('client'), other: open('other') }
    fill(clients.server, 50)
    const pair = world.join(clients.client, clients.server)
    world.join(clients.other, clients.server)
    world.settle()
    world.cut(pair)
    const copies = { client: stores.client.copy(), server: stores.server.copy() }
    const reopen = (uid: keyof typeof stores, store: MemoryStore) => {
      for (const session of clients[uid].sessions) session.close()
      world.settle()
      stores[uid] = store
      clients[uid] = open(uid)
    }
    for (const id of [7, 8]) clients.server.record('Todo', 'destroy', id)
    world.settle()
    /** Time goes on, with something happening in each of so many days, and an hour for trimming. */
    const age = (days: number) => {
      for (let n = 0; n < days; n++) {
        world.nowMs += day
        clients.server.record('Todo', 'update', 0, { title: `day ${n}` })
        world.settle()
      }
      world.advance(3_600_000)
      world.advance(3_600_000)
    }
    const gone: { readonly id: number }[] = []
    clients.client.on('gone', (one) => gone.push({ ...one, id: Number(one.id) }))
    return { world, copies, clients, reopen, age, gone }
  }

  const ids = (syncro: Syncro) => Object.keys(shown(syncro)).length
  const known = (syncro: Syncro, id: number) => syncro.scriber.ledger.table('Todo').slot(id) !== undefined

  test('is gone if the other once had it: it does not come back, and what was edited in it is told', () => {
    const { world, clients, age, gone } = scene()
    clients.client.record('Todo', 'update', 7, { title: 'edited offline' })
    clients.client.record('Todo', 'update', 9, { title: 'edited offline, too' })
    clients.client.record('Todo', 'create', 'new', { title: 'made offline' })
    age(100)
    expect([known(clients.server, 7), known(clients.other, 7)]).toEqual([false, false])
    world.join(clients.client, clients.server)
    world.settle()
    expect(gone.sort((x, y) => x.id - y.id)).toEqual([
      { name: 'Todo', id: 7, fields: ['title'], uid: 'server' },
      { name: 'Todo', id: 8, fields: [], uid: 'server' },
    ])
    expect(shown(clients.server)).toEqual(shown(clients.client))
    expect([ids(clients.server), known(clients.server, 7)]).toEqual([49, false])
    expect(shown(clients.other)['9']).toMatchObject({ title: 'edited offline, too' })
    expect(shown(clients.other)['"new"']).toMatchObject({ title: 'made offline' })
    expect(clients.client.unsent()).toEqual([])
  })

  test('is news if the other lost it with its data, and comes back', () => {
    const { world, clients, reopen, age } = scene()
    age(100)
    reopen('server', disk())
    world.join(clients.client, clients.server)
    world.settle()
    // What was destroyed there is not known to anybody who is left.
    expect(ids(clients.server)).toBe(50)
    expect(state(clients.server)).toEqual(state(clients.client))
  })

  test('is news where the other was put back to before it had it', () => {
    const { world, clients, copies, reopen } = scene()
    clients.server.record('Todo', 'create', 'later', { title: 'x' })
    world.join(clients.client, clients.server)
    world.settle()
    reopen('server', copies.server)
    world.join(clients.client, clients.server)
    world.settle()
    expect(shown(clients.server)).toHaveProperty(['"later"'])
    expect([known(clients.server, 7), clients.server.scriber.ledger.table('Todo').living]).toEqual([true, 49])
    expect(shown(clients.server)).toEqual(shown(clients.client))
  })

  test('is destroyed there as long as a tombstone is left, whoever was put back', () => {
    const { world, clients, copies, reopen, age } = scene()
    world.join(clients.client, clients.server)
    world.settle()
    reopen('client', copies.client)
    age(20)
    world.join(clients.client, clients.server)
    world.settle()
    expect([ids(clients.client), ids(clients.server)]).toEqual([48, 48])
  })

  test('that its owner had destroyed before an older copy of the other came back does not live again', () => {
    // The client destroys, both trim, and the server is put back to a time when the record lived.
    const { world, clients, reopen, copies, age } = scene()
    world.join(clients.client, clients.server)
    world.settle()
    clients.client.record('Todo', 'destroy', 20)
    world.settle()
    age(100)
    expect([known(clients.client, 20), known(clients.server, 20)]).toEqual([false, false])
    reopen('server', copies.server)
    world.join(clients.client, clients.server)
    world.settle()
    expect([ids(clients.client), ids(clients.server)]).toEqual([47, 47])
  })

  test('is news again once the other has forgotten the one who holds it', () => {
    const { world, clients, age } = scene()
    age(100)
    const { server } = clients
    expect(server.clients().find(({ uid }) => uid === 'client')?.replicas).toMatchObject([{ online: false }])
    // Five others expire after it.
    for (let n = 0; n < 5; n++) {
      const other = world.client(`passer-by ${n}`, { store: disk() })
      const pair = world.join(other, server)
      world.settle()
      world.cut(pair)
      void other.close()
    }
    age(100)
    expect(server.clients().some(({ uid }) => uid === 'client')).toBe(false)
    world.join(clients.client, server)
    world.settle()
    expect([ids(clients.client), ids(server)]).toEqual([50, 50])
  })

  test('as an edit that waits for its create is sent, so that it is there when the create comes', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    const peer = new Peer(world, a).shakeHands()
    fill(b, 3)
    fill(a, 3, 10)
    const waits = { name: 'Todo', id: 1000, type: 'update', fields: { title: 'waits' } } as const
    peer.send({ type: 'batch', stamp: a.scriber.clock.last + 5, writer: era, changes: [waits] }).settle()
    world.join(a, b)
    world.settle()
    const create = { name: 'Todo', id: 1000, type: 'create', fields: { title: 'born', done: true } } as const
    peer.send({ type: 'batch', stamp: 7, writer: 'd'.repeat(24), changes: [create] }).settle()
    expect(shown(b)['1000']).toEqual({ title: 'waits', done: true })
    expect(state(b)).toEqual(state(a))
  })
})

describe('a peer that compares', () => {
  const empty = { type: 'digest', oldest: 0, parts: [], lists: [], differing: [], absent: [] } as const
  const nothing = { ...empty, lists: [['', [], []]] } as const

  /** A peer without anything, whose ledger's id makes it take the first turn or the second. */
  function scene(turn: 'first' | 'second', rows = 40) {
    const world = new World()
    const a = world.client('a')
    fill(a, rows)
    const peer = new Peer(world, a)
    const id = turn === 'first' ? '0'.repeat(24) : 'f'.repeat(24)
    peer.hello({ ledger: id }).upgrade()
    const cursor = { ledger: a.scriber.ledgerId, era, position: 3, view: '' }
    peer.send({ type: 'resume', cursor }).settle()
    peer.send({ type: 'resumed', good: false, rows: 0 }).settle()
    return { world, a, peer }
  }

  for (const turn of ['first', 'second'] as const)
    test(`and has nothing is sent everything, where the ${turn} turn is its own`, () => {
      const { a, peer } = scene(turn)
      expect(peer.all('digest').length).toBe(turn === 'first' ? 0 : 1)
      peer.send(nothing).settle()
      peer.send(empty).settle()
      const rows = peer.all('rows').flatMap((message) => message['rows'] as unknown[])
      expect(rows.length).toBe(40)
      expect(peer.all('mark').at(-1)).toMatchObject({ position: a.scriber.place.position })
    })

  test('out of its turn ends the session', () => {
    for (const turn of ['first', 'second'] as const) {
      const { peer } = scene(turn)
      peer.sendBytes(twice(empty)).settle()
      expect(peer.session.reason?.code).toBe('SYNCRO_MESSAGE_UNEXPECTED')
    }
  })

  test('where nothing is to be compared ends the session', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a')).shakeHands()
    peer.send(empty).settle()
    expect(peer.session.reason?.code).toBe('SYNCRO_MESSAGE_UNEXPECTED')
  })

  test('for ever is ended', () => {
    const { peer } = scene('first')
    const zeros = Array.from({ length: 16 }, () => [0, '0'.repeat(16)] as const)
    for (let n = 0; n < 500 && peer.session.state !== 'closed'; n++)
      peer.send({ ...empty, parts: [['', zeros]] }).settle()
    expect(peer.session.reason?.code).toBe('SYNCRO_MESSAGE_UNEXPECTED')
    expect(peer.all('digest').length).toBeGreaterThan(100)
  })

  test('and asks for what is not here gets nothing for it', () => {
    const { peer, a } = scene('first')
    peer.send({ ...empty, differing: ['0'.repeat(32)], absent: ['1'.repeat(32)] }).settle()
    peer.send(empty).settle()
    expect(peer.all('rows')).toEqual([])
    expect(peer.session.state).not.toBe('closed')
    expect(Object.keys(shown(a)).length).toBe(40)
  })

  test('and claims a cursor that covers what it says it does not hold has that destroyed: it may destroy what it likes anyway', () => {
    const world = new World()
    const a = world.client('a')
    fill(a, 5)
    const peer = new Peer(world, a)
    peer.hello({ ledger: '0'.repeat(24) }).upgrade()
    peer
      .send({ type: 'resume', cursor: { ledger: a.scriber.ledgerId, era: a.scriber.era, position: 3, view: '' } })
      .settle()
    peer.send({ type: 'resumed', good: false, rows: 0 }, nothing).settle()
    peer.send(empty).settle()
    expect(Object.keys(shown(a))).toEqual(['3', '4'])
  })
})

function twice(message: Message): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(message))
  const frame = new Uint8Array((body.length + 4) * 2)
  for (const at of [0, body.length + 4]) {
    new DataView(frame.buffer).setUint32(at, body.length)
    frame.set(body, at + 4)
  }
  return frame
}

/** How many records two clients hold differently. */
function differences(a: Syncro, b: Syncro): number {
  const [left, right] = [state(a), state(b)] as Record<string, unknown>[]
  const keys = new Set([...Object.keys(left!), ...Object.keys(right!)])
  return [...keys].filter((key) => JSON.stringify(left![key]) !== JSON.stringify(right![key])).length
}
