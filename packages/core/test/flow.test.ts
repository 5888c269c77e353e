import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { era, Peer } from './peer.js'
import { shown, state, World } from './world.js'

function fill(syncro: Syncro, count: number): void {
  for (let id = 0; id < count; id++) syncro.record('Todo', 'create', id, { title: `todo number ${id}`, done: false })
}

describe('a slow reader', () => {
  test('falls behind alone, with a bounded queue, and catches up when it reads', () => {
    const world = new World()
    const limits = { maxQueuedBytes: 5000, writeBytes: 1000, chunkBytes: 1000 }
    const server = world.client('server', { limits })
    const [author, quick, slow] = [world.client('author'), world.client('quick'), world.client('slow')]
    world.join(author, server)
    world.join(quick, server)
    const stuck = world.join(slow, server, { highWaterBytes: 1 })
    world.settle()
    world.pairs.delete(stuck)
    const session = server.sessions.find(({ uid }) => uid === 'slow')!
    let most = 0
    for (let n = 0; n < 2000; n++) {
      author.record('Todo', n < 50 ? 'create' : 'update', n % 50, { title: `title ${n}` })
      while (world.step());
      most = Math.max(most, session.queuedBytes)
    }
    expect(most).toBeLessThan(limits.maxQueuedBytes + 2 * limits.chunkBytes)
    expect(state(quick)).toEqual(state(author))
    expect(shown(slow)).not.toEqual(shown(author))
    // It reads again: what it missed is caught up from its cursor, each record once, not 2000 changes.
    const states: string[] = []
    slow.sessions[0]!.on('state', (state) => states.push(state))
    const before = stuck.b.writtenBytes
    world.pairs.add(stuck)
    world.settle()
    expect(state(slow)).toEqual(state(author))
    expect(states).toEqual(['catching-up', 'live'])
    expect(stuck.b.writtenBytes - before).toBeLessThan(30_000)
  })

  for (const [bytes, behind] of [
    [-1, false],
    [0, false],
    [1, true],
  ] as const)
    test(`with ${bytes} bytes beyond the bound is ${behind ? 'behind' : 'not behind'}`, () => {
      const measure = (maxQueuedBytes: number) => {
        const world = new World()
        const a = world.client('a', { limits: { maxQueuedBytes } })
        const b = world.client('b')
        const pair = world.join(a, b, { highWaterBytes: 1 })
        world.settle()
        world.pairs.delete(pair)
        const [session] = a.sessions
        // The first goes out, the second is queued, and decides about the third.
        for (let id = 0; id < 2; id++) {
          a.record('Todo', 'create', id, { title: 'x'.repeat(100) })
          world.turn()
        }
        const queued = session!.queuedBytes
        a.record('Todo', 'create', 2, { title: 'x'.repeat(100) })
        return { queued, more: session!.queuedBytes > queued, world, pair, a, b }
      }
      const { queued } = measure(1_000_000)
      const { more, world, pair, a, b } = measure(queued - bytes)
      expect(more).toBe(!behind)
      world.pairs.add(pair)
      world.settle()
      expect(state(b)).toEqual(state(a))
    })
})

describe('a catch-up', () => {
  test('in chunks lets live changes pass, and the event loop turn between chunks', () => {
    const world = new World()
    const a = world.client('a', { limits: { chunkBytes: 2000, writeBytes: 1000 } })
    fill(a, 500)
    const peer = new Peer(world, a)
    peer.hello().upgrade().send({ type: 'resume', cursor: null }, { type: 'resumed', good: false, rows: 0 })
    let chunks = 0
    let live = 0
    for (let turns = 0; peer.all('caught-up').length === 0; turns++) {
      if (turns > 1000) throw new Error('the catch-up does not end')
      const before = peer.all('rows').length
      if (turns % 3 === 2) a.record('Todo', 'create', `live ${live++}`, { title: 'x' })
      world.turn()
      peer.pair.flush()
      const grown = peer.all('rows').length - before
      expect(grown).toBeLessThanOrEqual(1)
      chunks += grown
    }
    expect(chunks).toBeGreaterThan(10)
    expect(live).toBeGreaterThan(3)
    const types = peer.heard.map(({ type }) => type)
    expect(types.indexOf('batch')).toBeLessThan(types.lastIndexOf('rows'))
    // No mark passes a gap: in the middle, none is beyond what the rows have covered.
    const marks = peer.all('mark').map(({ position }) => position as number)
    expect(marks).toEqual([...marks].sort((x, y) => x - y))
    expect(peer.all('mark').at(-1)).toMatchObject({ position: a.scriber.place.position })
  })

  test('looks at so many rows at a time, and lets the event loop turn in between', () => {
    for (const [chunkRows, turns] of [
      [49, 3],
      [50, 2],
      [51, 1],
    ] as const) {
      const world = new World()
      const a = world.client('a', { limits: { chunkRows } })
      for (let id = 0; id < 50; id++) a.record('Todo', 'create', id, { title: 'x' })
      const peer = new Peer(world, a).hello().upgrade()
      peer
        .send({ type: 'resume', cursor: { ledger: a.scriber.ledgerId, era: a.scriber.era, position: 0, view: '' } })
        .send({ type: 'resumed', good: true, rows: 0 })
      peer.pair.flush()
      let used = 0
      while (peer.all('caught-up').length === 0) {
        world.turn()
        peer.pair.flush()
        used += 1
      }
      expect(peer.all('rows').flatMap(({ rows }) => rows)).toHaveLength(50)
      // One turn writes; each chunk but the last takes one more. The row after the last is looked at, too.
      expect(used, `chunks of ${chunkRows} rows`).toBeLessThanOrEqual(turns)
      if (chunkRows <= 50) expect(used).toBeGreaterThan(1)
    }
  })

  test('of one chunk is one step at the receiver, and so is a batch: one event each', () => {
    const world = new World()
    const told: number[] = []
    const a = world.client('a')
    const b = world.client('b')
    b.scriber.on('step', ({ effects }) => told.push(effects.length))
    a.transact(() => {
      for (let id = 0; id < 30; id++) a.record('Todo', 'create', id, { title: 'x' })
    })
    world.join(a, b)
    world.settle()
    expect(told).toEqual([30])
    a.transact(() => {
      for (let id = 0; id < 30; id++) a.record('Todo', 'update', id, { title: 'y' })
      a.record('Note', 'create', 1, {})
    })
    world.settle()
    expect(told).toEqual([30, 31])
  })

  test('tells its state, how far it is, and its end, as they are', () => {
    const world = new World()
    const a = world.client('a', { limits: { chunkBytes: 2000 } })
    const b = world.client('b')
    fill(a, 200)
    world.join(a, b)
    const [session] = b.sessions
    const told: string[] = []
    const progress: { received: number; expected: number }[] = []
    session!.on('state', (state) => told.push(state))
    session!.on('progress', (now) => {
      progress.push(now)
      // What is said to have come is here.
      expect(Object.keys(shown(b)).length).toBe(now.received)
      expect(session!.state).toBe('catching-up')
    })
    session!.on('caught-up', () => {
      told.push('caught-up')
      expect(state(b)).toEqual(state(a))
      expect(b.status).toBe('live')
    })
    world.settle()
    expect(told).toEqual(['catching-up', 'live', 'caught-up'])
    expect(progress.length).toBeGreaterThan(3)
    expect(progress.every(({ expected }) => expected === 200)).toBe(true)
    expect(progress.at(-1)!.received).toBe(200)
  })

  test('is not over because the other direction is', () => {
    const world = new World()
    const a = world.client('a', { limits: { chunkBytes: 1000 } })
    const b = world.client('b')
    fill(a, 200)
    world.join(a, b)
    while (a.status !== 'live') if (!world.step()) throw new Error('at rest')
    expect(b.status).toBe('catching-up')
    world.settle()
    expect(b.status).toBe('live')
  })

  for (const records of [1, 50])
    test(`of ${records} large records goes in frames that fit, whatever a chunk may hold`, () => {
      const world = new World()
      const a = world.client('a', { limits: { chunkBytes: 64 * 1024 * 1024 } })
      for (let id = 0; id < records; id++) {
        a.record('Todo', 'create', id, { one: 'x'.repeat(900_000 / records), two: '\u0001'.repeat(300_000 / records) })
        a.record('Todo', 'update', id, { three: 'é'.repeat(500_000 / records) })
      }
      const b = world.client('b')
      world.join(a, b)
      world.settle()
      expect(state(b)).toEqual(state(a))
      expect(world.reported).toEqual([])
    })

  test('of more rows than a message may hold goes in several', () => {
    const world = new World()
    const a = world.client('a', { limits: { chunkBytes: 64 * 1024 * 1024, chunkRows: 100_000 } })
    a.transact(() => {
      for (let id = 0; id < 17_000; id++) a.record('T', 'create', id, { n: 1 })
    })
    const b = world.client('b')
    world.join(a, b)
    world.settle()
    expect(Object.keys(shown(b, 'T')).length).toBe(17_000)
  })
})

describe('a birth that a destroy here outlives', () => {
  const destroy = {
    type: 'batch',
    stamp: 20,
    writer: 'd'.repeat(24),
    changes: [{ name: 'Todo', id: 1, type: 'destroy' }],
  } as const
  const birth = {
    type: 'batch',
    stamp: 10,
    writer: era,
    changes: [{ name: 'Todo', id: 1, type: 'create', fields: { title: 'x' } }],
  } as const

  test('has the record’s life sent back to whoever brought it, once and also if it brought nothing new', () => {
    const world = new World()
    const a = world.client('a')
    new Peer(world, a)
      .shakeHands({ uid: 'other', ledger: 'e'.repeat(24) })
      .send(birth, destroy)
      .settle()
    const peer = new Peer(world, a).shakeHands()
    peer.heard.length = 0
    peer.send(birth).settle()
    expect(peer.all('rows')).toMatchObject([
      { rows: [{ name: 'Todo', id: 1, birth: [10, 0], destroy: [20, 1], fields: [] }] },
    ])
    expect(shown(a)).toEqual({})
    peer.heard.length = 0
    peer.send({ ...birth, stamp: 15 }).settle()
    expect(peer.all('rows')).toMatchObject([{ rows: [{ id: 1, birth: [15, 0], destroy: [20, 1] }] }])
  })

  test('is not answered without bound to a peer that does not read', () => {
    const world = new World()
    const a = world.client('a', { limits: { maxQueuedBytes: 1000 } })
    new Peer(world, a)
      .shakeHands({ uid: 'other', ledger: 'e'.repeat(24) })
      .send(birth, destroy)
      .settle()
    const peer = new Peer(world, a, 'accepts', { highWaterBytes: 1 }).shakeHands()
    for (let n = 0; n < 300; n++) {
      peer.send(birth)
      peer.pair.flush({ from: 'a' })
      world.turn()
    }
    expect(peer.session.queuedBytes).toBeLessThan(1400)
    world.settle()
    expect(peer.all('rows').at(-1)).toMatchObject({ rows: [{ id: 1, destroy: [20, 1] }] })
  })
})

describe('at rest', () => {
  test('marks and acks have come to rest in every shape', () => {
    for (const joins of [
      [[0, 1]],
      [
        [0, 1],
        [1, 2],
      ],
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
    ] as const) {
      const world = new World()
      const clients = [world.client('0'), world.client('1'), world.client('2')]
      const pairs = joins.map(([from, to]) => world.join(clients[from]!, clients[to]!))
      fill(clients[0]!, 10)
      world.settle()
      const writes = () => pairs.reduce((sum, { a, b }) => sum + a.writes + b.writes, 0)
      const before = writes()
      // Short of the first heartbeat.
      for (let n = 0; n < 14; n++) world.advance(1000)
      expect(writes()).toBe(before)
      expect(world.timers).toBe(2 * pairs.length)
    }
  })

  test('a change costs a batch with its mark one way, and an ack the other', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    const pair = world.join(a, b)
    world.settle()
    const before = { a: pair.a.writes, b: pair.b.writes }
    a.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    // b has it, and says how far its own ledger has gone by that; which a acknowledges.
    expect([pair.a.writes - before.a, pair.b.writes - before.b]).toEqual([2, 1])
  })
})
