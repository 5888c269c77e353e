import type { Connection, Receiver, Transport } from '@syncro/protocol'
import type { ConnectionPair } from '@syncro/protocol/testing'
import { MemoryStore, maxStamp, stampAt } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import type { SyncroOptions } from '../src/syncro-types.js'
import { era, Peer } from './peer.js'
import { shown, state, World } from './world.js'

const minute = 60_000
const hour = 60 * minute
const writer = 'c'.repeat(24)

/** A client whose wall clock is off. */
function clientOff(world: World, uid: string, offMs: () => number, options: Partial<SyncroOptions> = {}): Syncro {
  return world.client(uid, { ...options, environment: { now: () => world.nowMs + offMs() } })
}

/** Dials a client again and again, as a transport would. */
class Line implements Transport {
  readonly label = 'line'
  readonly pairs: ConnectionPair[] = []
  readonly #world: World
  readonly #server: Syncro

  constructor(world: World, server: Syncro) {
    this.#world = world
    this.#server = server
  }

  async open(attach: (connection: Connection) => Receiver): Promise<void> {
    const pair = this.#world.pair()
    this.pairs.push(pair)
    const session = this.#server.accept(pair.b)
    pair.b.attach({ receive: (bytes) => session.receive(bytes), close: () => session.close() })
    pair.a.attach(attach(pair.a))
  }
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await undefined
}

/** Lets time pass, with promises settling in between. */
async function pass(world: World, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    world.advance(1000)
    await settled()
    world.settle()
  }
}

function birthOf(syncro: Syncro, id: number | string): number {
  const table = syncro.scriber.ledger.table('Todo')
  return table.birth(table.slot(id)!)
}

const create = (id: number | string, stamp: number, by = writer) =>
  ({
    type: 'batch',
    stamp,
    writer: by,
    changes: [{ name: 'Todo', id, type: 'create', fields: { title: 'x' } }],
  }) as const

describe('a client whose clock is off', () => {
  for (const offMs of [hour, -hour, 10 * 365 * 24 * hour, Date.UTC(9999, 0, 1) - Date.UTC(2026, 0, 1)])
    test(`by ${offMs / minute} minutes stamps with the time of the one that it dialled`, async () => {
      const world = new World()
      const server = world.client('server')
      const a = clientOff(world, 'a', () => offMs)
      a.dial(new Line(world, server))
      await pass(world, 2)
      a.record('Todo', 'create', 1, { title: 'x' })
      world.settle()
      expect(Math.abs(a.now() - world.nowMs)).toBeLessThan(5)
      expect(birthOf(server, 1)).toBe(birthOf(a, 1))
      expect(Math.abs(birthOf(server, 1) - stampAt(world.nowMs))).toBeLessThan(5 * 4096)
    })

  test('makes anew what it recorded before it had ever met anybody, and is in step a moment later', async () => {
    const world = new World()
    const server = world.client('server')
    const a = clientOff(world, 'a', () => hour)
    const told: number[] = []
    a.on('set-right', ({ offsetMs }) => told.push(offsetMs))
    for (let id = 0; id < 5; id++) a.record('Todo', 'create', id, { title: `number ${id}` })
    a.record('Todo', 'update', 0, { title: 'the last' })
    a.dial(new Line(world, server))
    await pass(world, 2)
    expect(state(server)).toEqual(state(a))
    expect(shown(server)['0']).toEqual({ title: 'the last' })
    expect(told.length).toBe(1)
    expect(Math.abs(told[0]! + hour)).toBeLessThan(5)
    expect(world.warnings).toMatchObject([{ code: 'SYNCRO_CLOCK', message: expect.stringContaining('3600 s') }])
    expect([0, 1, 2, 3, 4].every((id) => birthOf(server, id) <= stampAt(world.nowMs))).toBe(true)
    expect(a.unsent()).toEqual([])
  })

  test('by less than the guard makes nothing anew: that is how clocks are', async () => {
    const world = new World()
    const server = world.client('server')
    const a = clientOff(world, 'a', () => 4 * minute)
    const { era: before } = a.scriber
    a.record('Todo', 'create', 1, { title: 'x' })
    a.dial(new Line(world, server))
    await pass(world, 2)
    expect([a.scriber.era, shown(server)]).toEqual([before, { '1': { title: 'x' } }])
  })

  test('and jumps while it is connected is measured again by the next heartbeat', async () => {
    const world = new World()
    let offMs = 0
    const server = world.client('server')
    const a = clientOff(world, 'a', () => offMs)
    a.dial(new Line(world, server))
    await pass(world, 1)
    for (const jump of [hour, -hour, 3 * hour]) {
      offMs = jump
      await pass(world, 20)
      expect(Math.abs(a.now() - world.nowMs)).toBeLessThan(5)
    }
    expect(a.status).toBe('live')
  })

  test('and dials nobody makes anew what it stamped ahead of time, once somebody has set its clock right', async () => {
    const world = new World()
    let offMs = hour
    const server = clientOff(world, 'server', () => offMs)
    const a = world.client('a')
    server.record('Todo', 'create', 1, { title: 'x' })
    offMs = 0
    a.dial(new Line(world, server))
    await pass(world, 60)
    expect(shown(a)).toEqual({ '1': { title: 'x' } })
    expect(state(server)).toEqual(state(a))
    expect(server.unsent()).toEqual([])
  })

  test('and dials nobody makes nothing older while its clock is behind', async () => {
    const world = new World()
    let offMs = 0
    const server = clientOff(world, 'server', () => offMs)
    const a = world.client('a')
    a.record('Todo', 'create', 1, { title: 'earlier' })
    world.advance(hour)
    server.record('Todo', 'create', 1, { title: 'later' })
    offMs = -24 * hour
    a.dial(new Line(world, server))
    await pass(world, 60)
    offMs = 0
    await pass(world, 300)
    expect([shown(a), shown(server)]).toEqual([{ '1': { title: 'later' } }, { '1': { title: 'later' } }])
  })

  test('and jumps ahead between heartbeats has its changes refused, makes them anew, and loses none', async () => {
    const world = new World()
    let offMs = 0
    const server = world.client('server')
    const a = clientOff(world, 'a', () => offMs, { store: new MemoryStore({ level: 'disk' }) })
    a.dial(new Line(world, server))
    await pass(world, 1)
    const reasons: (string | undefined)[] = []
    a.sessions[0]!.on('closed', ({ code, remote }) => reasons.push(`${code} ${remote}`))
    offMs = hour
    a.record('Todo', 'create', 1, { title: 'ahead' })
    a.record('Todo', 'update', 1, { title: 'still ahead' })
    world.settle()
    expect(reasons).toEqual(['SYNCRO_CLOCK true'])
    await pass(world, 2)
    expect(shown(server)).toEqual({ '1': { title: 'still ahead' } })
    expect(state(server)).toEqual(state(a))
    expect(birthOf(a, 1)).toBeLessThanOrEqual(stampAt(world.nowMs))
    expect(a.unsent()).toEqual([])
  })
})

describe('what is made anew', () => {
  for (const [who, aheadMs] of [
    ['others wrote two minutes ahead of time', 2 * minute],
    ['others wrote a moment before', 0],
  ] as const)
    test(`stays newer than what it replaced, which ${who}`, async () => {
      const world = new World()
      let offMs = 0
      const server = world.client('server')
      const author = clientOff(world, 'author', () => aheadMs)
      const b = clientOff(world, 'b', () => offMs, { store: new MemoryStore({ level: 'disk' }) })
      author.record('Todo', 'create', 1, { title: 'first' })
      world.join(server, author)
      const link = b.dial(new Line(world, server))
      await pass(world, 1)
      expect(shown(b)).toEqual({ '1': { title: 'first' } })
      void link.close()
      await pass(world, 1)
      offMs = hour
      b.record('Todo', 'update', 1, { title: 'second' })
      offMs = 0
      b.dial(new Line(world, server))
      await pass(world, 5 * 60)
      expect(shown(server)).toEqual({ '1': { title: 'second' } })
      expect(state(server)).toEqual(state(b))
      expect(b.unsent()).toEqual([])
    })

  test('stays newer than what it replaced of our own, which somebody has acknowledged', async () => {
    const world = new World()
    let offMs = 0
    const store = new MemoryStore({ level: 'disk' })
    const server = clientOff(world, 'server', () => 4 * minute)
    let a = clientOff(world, 'a', () => 4 * minute, { store })
    const link = a.dial(new Line(world, server))
    await pass(world, 1)
    a.record('Todo', 'create', 1, { title: 'first' })
    await pass(world, 1)
    expect(a.unsent()).toEqual([])
    void link.close()
    await pass(world, 1)
    await a.close()
    // The ledger does not show the stamp of what it has replaced: it has to be remembered, over a restart too.
    offMs = hour
    a = clientOff(world, 'a', () => offMs, { store })
    a.record('Todo', 'update', 1, { title: 'second' })
    const right = world.client('right')
    offMs = 0
    world.join(a, right)
    world.settle()
    world.join(a, right)
    world.settle()
    expect(shown(right)).toEqual({ '1': { title: 'second' } })
    world.join(server, a)
    world.settle()
    expect(shown(server)).toEqual({ '1': { title: 'second' } })
    expect(state(server)).toEqual(state(right))
  })
})

describe('a stamp from the future', () => {
  /** A client with a friend, to whom nothing of a refused message may get. */
  function scene() {
    const world = new World()
    const [a, friend] = [world.client('a'), world.client('friend')]
    world.join(friend, a)
    const peer = new Peer(world, a).shakeHands()
    return { world, a, friend, peer }
  }

  for (const [whose, by, most] of [
    ['its author', era, 5],
    ['somebody who passes it on', writer, 6],
  ] as const)
    test(`is taken from ${whose} up to ${most} minutes ahead, and not a tick more`, () => {
      for (const [ticks, taken] of [
        [-1, true],
        [0, true],
        [1, false],
      ] as const) {
        const { world, a, friend, peer } = scene()
        const before = a.scriber.clock.last
        const stamp = stampAt(world.nowMs + most * minute) + ticks
        peer.send(create(1, stamp, by)).settle()
        expect([peer.session.state !== 'closed', Object.keys(shown(a))]).toEqual([taken, taken ? ['1'] : []])
        if (taken) continue
        expect(peer.session.reason).toMatchObject({ code: 'SYNCRO_CLOCK', remote: false })
        expect(peer.all('error')).toMatchObject([{ code: 'SYNCRO_CLOCK', time: world.nowMs }])
        expect(a.scriber.clock.last).toBe(before)
        expect([a.scriber.ledger.findTable('Todo'), shown(friend), friend.status]).toEqual([undefined, {}, 'live'])
      }
    })

  test('in rows is refused with all that came beside it, and moves neither clock nor cursor', () => {
    const { world, a, peer } = scene()
    peer
      .send(
        { type: 'catch-up', rows: 2 },
        {
          type: 'rows',
          writers: [writer],
          rows: [
            { name: 'Todo', id: 1, birth: [1, 0], fields: [] },
            { name: 'Todo', id: 2, birth: [stampAt(world.nowMs + hour), 0], fields: [] },
          ],
        },
        { type: 'caught-up' },
        { type: 'mark', era, position: 5 },
      )
      .settle()
    expect(peer.session.reason?.code).toBe('SYNCRO_CLOCK')
    expect(shown(a)).toEqual({})
    expect(peer.session.replica!.cursor?.position).toBe(0)
  })

  test('is taken when its time has come', () => {
    const { world, a, peer } = scene()
    const stamp = stampAt(world.nowMs + hour)
    peer.send(create(1, stamp)).settle()
    world.nowMs += hour
    const again = new Peer(world, a).shakeHands()
    again.send(create(1, stamp)).settle()
    expect([again.session.state, Object.keys(shown(a))]).toEqual(['live', ['1']])
  })

  test('never goes round by being made smaller: who refused it has no part of it', () => {
    const { world, a, friend, peer } = scene()
    peer.send(create(1, maxStamp)).settle()
    a.record('Todo', 'create', 2, { title: 'mine' })
    world.settle()
    expect(shown(friend)).toEqual({ '2': { title: 'mine' } })
    expect(birthOf(friend, 2)).toBeLessThanOrEqual(stampAt(world.nowMs))
  })
})

describe('a peer that refuses our stamps', () => {
  test('and dialled us bounds us no lower than the clock here', () => {
    const world = new World()
    const a = world.client('a')
    const peer = new Peer(world, a).shakeHands()
    a.record('Todo', 'create', 1, { title: 'x' })
    const [before, eraBefore] = [birthOf(a, 1), a.scriber.era]
    peer.send({ type: 'error', code: 'SYNCRO_CLOCK', message: 'ahead', time: world.nowMs - 10 * hour }).settle()
    expect(peer.session.reason).toMatchObject({ code: 'SYNCRO_CLOCK', remote: true })
    expect([birthOf(a, 1), a.now(), a.scriber.era]).toEqual([before, world.nowMs, eraBefore])
  })

  for (const time of [undefined, 0, Number.MAX_SAFE_INTEGER])
    test(`and says that it is ${time} changes nothing`, () => {
      const world = new World()
      const a = world.client('a')
      const peer = new Peer(world, a, 'dials').shakeHands()
      a.record('Todo', 'create', 1, { title: 'x' })
      const error = { type: 'error', code: 'SYNCRO_CLOCK', message: 'ahead' } as const
      peer.send(time === undefined ? error : { ...error, time }).settle()
      expect([a.now(), a.sessions]).toEqual([world.nowMs, []])
      expect(shown(a)).toEqual({ '1': { title: 'x' } })
    })

  test('finds one who took the change under its old stamp in step all the same', async () => {
    // b and c dial a; b has taken a change of a's and not said so, c has refused it.
    const world = new World()
    let offMs = 0
    const a = clientOff(world, 'a', () => offMs, { store: new MemoryStore({ level: 'disk' }) })
    const b = clientOff(world, 'b', () => offMs, { store: new MemoryStore({ level: 'disk' }) })
    const c = world.client('c')
    const ab = world.join(a, b)
    world.settle()
    offMs = hour
    a.record('Todo', 'create', 1, { title: 'ahead' })
    world.turn()
    // Only what a wrote gets through: b has the change, and its acknowledgement is lost.
    while (ab.flushOne({ from: 'a' }));
    expect(shown(b)).toEqual({ '1': { title: 'ahead' } })
    world.cut(ab)
    offMs = 0
    const first = world.join(a, c)
    world.settle()
    expect(first.a.closed).toBe(true)
    world.join(a, c)
    world.settle()
    a.record('Todo', 'update', 1, { title: 'in time' })
    world.settle()
    expect(state(c)).toEqual(state(a))
    // What b has wins when the time for it has come; until then nobody takes it.
    world.join(b, a)
    world.settle()
    expect(shown(a)).toEqual({ '1': { title: 'in time' } })
    world.nowMs += hour
    world.join(b, a)
    world.settle()
    expect(state(b)).toEqual(state(a))
    expect(state(c)).toEqual(state(a))
    expect(shown(a)).toEqual({ '1': { title: 'ahead' } })
  })
})

describe('what cannot be made older', () => {
  /** a wrote something an hour ahead, which its companion has acknowledged; then both clocks were set right. */
  function scene() {
    const world = new World()
    let offMs = hour
    const store = new MemoryStore({ level: 'disk' })
    const a = clientOff(world, 'a', () => offMs, { store })
    const companion = clientOff(world, 'companion', () => offMs)
    const held: { uid: string | undefined; untilMs: number }[] = []
    a.on('held', (one) => held.push(one))
    world.join(companion, a)
    world.settle()
    a.record('Todo', 'create', 1, { title: 'ahead' })
    world.settle()
    expect(a.unsent()).toEqual([])
    offMs = 0
    return { world, a, companion, held, store }
  }

  test('waits until its time has come; an event says until when, and what is in time goes on', () => {
    const { world, a, held } = scene()
    const b = world.client('b')
    b.record('Todo', 'create', 2, { title: 'of b' })
    world.join(b, a)
    world.settle()
    expect(held.length).toBe(1)
    expect(held[0]!.uid).toBe('b')
    expect(Math.abs(held[0]!.untilMs - (world.nowMs + hour - 5 * minute))).toBeLessThan(10)
    expect([b.status, Object.keys(shown(b))]).toEqual(['live', ['2']])
    b.record('Todo', 'update', 2, { title: 'again' })
    world.settle()
    expect(shown(a)['2']).toEqual({ title: 'again' })
    // No mark has passed it.
    expect(b.sessions[0]!.replica!.cursor?.position ?? 0).toBe(0)
    for (let step = 0; step < 56 * 12; step++) world.advance(5000)
    expect(state(b)).toEqual(state(a))
    expect(b.sessions[0]!.replica!.cursor!.position).toBe(a.scriber.place.position)
  })

  test('keeps back what is written after it, since that has to be newer, and neither gets lost', () => {
    const { world, a } = scene()
    const b = world.client('b')
    a.record('Todo', 'create', 3, { title: 'later' })
    const pair = world.join(b, a)
    world.settle()
    expect(shown(b)).toEqual({})
    // A break in between changes nothing.
    world.cut(pair)
    world.nowMs += hour
    world.join(b, a)
    world.settle()
    expect(state(b)).toEqual(state(a))
    expect(Object.keys(shown(b))).toEqual(['1', '3'])
  })

  test('is held in a catch-up without holding up the rows around it', () => {
    const { world, a } = scene()
    const author = world.client('author')
    for (let id = 10; id < 30; id++) author.record('Todo', 'create', id, { title: 'in time' })
    world.join(author, a)
    world.settle()
    const b = world.client('b')
    world.join(b, a)
    world.settle()
    expect(Object.keys(shown(b)).length).toBe(20)
    for (let step = 0; step < 56 * 12; step++) world.advance(5000)
    expect(Object.keys(shown(b)).length).toBe(21)
    expect(state(b)).toEqual(state(a))
  })
})

describe('a server whose clock stands still', () => {
  test('is followed by its clients, and all stay in step', async () => {
    const world = new World()
    const began = world.nowMs
    const server = clientOff(world, 'server', () => began - world.nowMs)
    const clients = ['a', 'b'].map((uid) => {
      const client = world.client(uid)
      client.dial(new Line(world, server))
      return client
    })
    await pass(world, 600)
    for (const [at, client] of clients.entries()) client.record('Todo', 'create', at, { title: client.uid })
    await pass(world, 60)
    for (const client of clients) expect([client.status, state(client)]).toEqual(['live', state(server)])
    expect(Object.keys(shown(server)).length).toBe(2)
  })
})
