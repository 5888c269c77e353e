/** Peers that mean harm, and what they come to: beside what bad-input.test.ts has of single messages, what they do with good ones. */
import { type DigestSum, encodeFrame, encodeV1, MAX_VALUE_CONTAINERS, type Message, type Value } from '@syncro/protocol'
import { defaultScriberLimits, MemoryStore, maxReplayedNames, stampAt } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { era, helloOf, Peer } from './peer.js'
import { shown, World } from './world.js'

const writer = 'c'.repeat(24)

/** Slots in a page of a column, and what they take: a stamp with its writer and place, and a number (`column.ts`, `stamp-page.ts`). */
const pageSize = 512
const bytesOfPage = pageSize * (16 + 8)

describe('a peer that has not said who it is', () => {
  const unfinished = (bytes: number) => new TextEncoder().encode(`{"type":"sync","from":"${'x'.repeat(bytes)}`)

  test('has its session ended by a body that is longer than its length', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    peer.sendBytes(encodeFrame(unfinished(100), 16)).settle()
    expect(peer.session.reason?.code).toBe('SYNCRO_JSON_INVALID')
  })

  test('is waited for where a uid was given: it may be the gem', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'), 'accepts', { accept: { uid: 'gem' } })
    peer.sendBytes(encodeFrame(unfinished(100), 16)).settle()
    expect(peer.session.state).toBe('handshaking')
  })
})

describe('a peer that is refused when its session is over', () => {
  const refusals: Record<string, () => Promise<boolean>> = {
    false: () => Promise.resolve(false),
    'a rejection': () => Promise.reject(new Error('no database')),
  }
  for (const [what, authenticate] of Object.entries(refusals))
    for (const isClosed of [false, true])
      test(`by ${what}, after ${isClosed ? 'a close' : 'sending more than is held'}, is a rejection that somebody takes`, async () => {
        const unhandled: unknown[] = []
        const note = (reason: unknown) => unhandled.push(reason)
        process.on('unhandledRejection', note)
        const world = new World()
        const judge = () => {
          if (isClosed) peer.session.close()
          return authenticate()
        }
        const limits = { maxUnprovenBytes: 100 }
        const accept = { authenticate: judge }
        const peer: Peer = new Peer(world, world.client('a', { limits }), 'accepts', { accept })
        const hello = encodeFrame(encodeV1(helloOf()), 16)
        peer.sendBytes(isClosed ? hello : Buffer.concat([hello, Buffer.alloc(101)])).settle()
        await new Promise((resolve) => setImmediate(resolve))
        process.off('unhandledRejection', note)
        expect(peer.session.reason?.code).toBe(isClosed ? 'SYNCRO_CLOSED' : 'SYNCRO_SLOW')
        expect(unhandled).toEqual([])
      })
})

describe('a value of as many arrays as there may be', () => {
  const lists = (count: number): Value => Array.from({ length: count }, () => [])
  const shownList = (syncro: Syncro) => (shown(syncro)['1'] as unknown as { list: unknown[] }).list.length

  test('goes on to others, as a batch and as a row', () => {
    const world = new World()
    const [a, live, late] = [world.client('a'), world.client('live'), world.client('late')]
    world.join(live, a)
    const fields = { list: lists(MAX_VALUE_CONTAINERS - 1) }
    const peer = new Peer(world, a).shakeHands()
    peer.send({ type: 'batch', stamp: 5, writer, changes: [{ name: 'Todo', id: 1, type: 'create', fields }] }).settle()
    world.join(late, a)
    world.settle()
    expect([peer.session.state, live.status, late.status]).toEqual(['live', 'live', 'live'])
    expect([shownList(live), shownList(late)]).toEqual([MAX_VALUE_CONTAINERS - 1, MAX_VALUE_CONTAINERS - 1])
  })

  test('is more than can be recorded, in one value or in one batch', () => {
    const world = new World()
    const [a, friend] = [world.client('a'), world.client('friend')]
    world.join(friend, a)
    const most = Math.floor((defaultScriberLimits.maxValueBytes - 10) / 11)
    expect(() => a.record('Todo', 'create', 1, { list: lists(most + 1) })).toThrow('takes more than')
    const rest = Math.floor((defaultScriberLimits.maxBatchBytes - defaultScriberLimits.maxValueBytes - 1000) / 11)
    a.record('Todo', 'create', 1, { list: lists(most), more: lists(rest) })
    world.settle()
    expect([friend.status, shownList(friend)]).toEqual(['live', most])
  })
})

describe('a peer that writes under our own name', () => {
  const forged = (stamp: number, era: string): Message => ({
    type: 'batch',
    stamp,
    writer: era,
    changes: [{ name: 'Todo', id: 1, type: 'create', fields: { title: 'forged' } }],
  })

  test('does not make us begin anew, and so end the sessions of others', () => {
    const world = new World()
    const [a, friend] = [world.client('a'), world.client('friend')]
    world.join(friend, a)
    const peer = new Peer(world, a).shakeHands()
    // More than its author may be ahead, and within the minute more that is for what is passed on.
    peer.send(forged(stampAt(world.nowMs + 330_000), a.scriber.era)).settle()
    const server = new Peer(world, a, 'dials')
    server.hello({ ledger: 'd'.repeat(24), clock: world.nowMs })
    server
      .sendV1({ type: 'upgrade', version: 2, clock: world.nowMs, received: world.nowMs, sent: world.nowMs })
      .settle()
    expect(friend.status).toBe('live')
    expect(world.warnings).toEqual([])
  })
})

describe('a peer that repeats itself', () => {
  const change = (parts: Partial<Extract<Message, { type: 'batch' }>> = {}): Message => ({
    type: 'batch',
    stamp: 5,
    writer,
    changes: [{ name: 'Todo', id: 1, type: 'create', fields: { title: 'again' } }],
    ...parts,
  })

  test('with one batch a thousand times changes, tells and passes on nothing more', () => {
    const world = new World()
    const told: unknown[] = []
    const a = world.client('a', { models: [{ name: 'Todo', play: (played) => told.push(played) }] })
    const friend = new Peer(world, a).shakeHands()
    const peer = new Peer(world, a).shakeHands({ uid: 'other', ledger: 'd'.repeat(24) })
    peer.send(change()).settle()
    const { position } = a.scriber.place
    for (let time = 0; time < 1000; time++) peer.send(change())
    peer.settle()
    expect([peer.session.state, told.length, friend.all('batch').length]).toEqual(['live', 1, 1])
    expect(a.scriber.place.position).toBe(position)
  })

  test('by destroying and restoring one record five hundred times leaves one row', () => {
    const world = new World()
    const a = world.client('a')
    const peer = new Peer(world, a).shakeHands()
    for (let stamp = 10; stamp < 1010; stamp += 2) {
      peer.send(change({ stamp, changes: [{ name: 'Todo', id: 1, type: 'destroy' }] }))
      peer.send(change({ stamp: stamp + 1, changes: [{ name: 'Todo', id: 1, type: 'restore', fields: { n: stamp } }] }))
    }
    peer.settle()
    expect(shown(a)).toEqual({ '1': { n: 1008 } })
    expect(a.scriber.ledger.walk(0).remaining).toBe(1)
  })

  test('with stamps from before all others changes nothing that has a newer one', () => {
    const world = new World()
    const a = world.client('a')
    a.record('Todo', 'create', 1, { title: 'ours' })
    const peer = new Peer(world, a).shakeHands()
    for (const type of ['update', 'create', 'restore'] as const)
      peer.send(change({ stamp: 0, changes: [{ name: 'Todo', id: 1, type, fields: { title: 'theirs' } }] }))
    peer.send(change({ stamp: 0, changes: [{ name: 'Todo', id: 1, type: 'destroy' }] })).settle()
    expect(shown(a)).toEqual({ '1': { title: 'ours' } })
  })
})

describe('a peer that asks for everything, again and again', () => {
  test('without reading it costs one session, and what that may queue', () => {
    const world = new World()
    const a = world.client('a', { limits: { maxQueuedBytes: 10_000, chunkBytes: 1_000 } })
    for (let id = 0; id < 2000; id++) a.record('Todo', 'create', id, { title: 'x'.repeat(50) })
    for (let number = 0; number < 100; number++) {
      const peer = new Peer(world, a, 'accepts', { highWaterBytes: 1 })
      peer.pair.a.pause()
      peer.hello({ number }).upgrade()
      peer.send({ type: 'resume', cursor: null }, { type: 'resumed', good: false, rows: 0 })
      peer.settle()
    }
    expect(a.sessions.length).toBe(1)
    expect(a.sessions[0]!.queuedBytes).toBeLessThan(12_000)
    for (const session of a.sessions) session.close()
    expect(world.timers).toBe(0)
  })

  test('under one name and another leaves as many cursors as are remembered', () => {
    const world = new World()
    const a = world.client('a', { limits: { maxTransientCursors: 10 } })
    for (let at = 0; at < 100; at++) visit(world, a, at, false)
    expect(a.clients().length).toBe(10)
  })

  for (const [visitors, known] of [
    [9, 9],
    [10, 10],
    [11, 10],
  ] as const)
    test(`is one of maxReplicas that are remembered although they say that their stores are durable: of ${visitors} ${known}`, () => {
      const world = new World()
      const store = new MemoryStore({ level: 'disk' })
      const a = world.client('a', { store, limits: { maxReplicas: 10 } })
      for (let at = 0; at < visitors; at++) {
        world.nowMs += 1
        visit(world, a, at, true)
      }
      expect(a.clients().map(({ uid }) => uid)).toEqual(
        Array.from({ length: known }, (_, at) => `visitor ${visitors - known + at}`),
      )
      expect(store.open()!.replicas.length).toBe(known)
    })

  /** Shakes hands as somebody who was never met, and leaves. */
  function visit(world: World, a: Syncro, at: number, durable: boolean): void {
    const ledger = String(at).padStart(24, '0')
    const peer = new Peer(world, a).shakeHands({ uid: `visitor ${at}`, ledger, durable })
    world.cut(peer.pair)
  }
})

describe('a peer that compares', () => {
  const empty = { type: 'digest', parts: [], lists: [], differing: [], absent: [] } as const
  const sums = (sum: string): DigestSum[] => Array.from({ length: 16 }, () => [0, sum])
  const turns: Record<string, Partial<Extract<Message, { type: 'digest' }>>> = {
    'as empty': { lists: Array.from({ length: 500 }, () => ['', [], []]) },
    'as having nothing below it': { parts: Array.from({ length: 500 }, () => ['', sums('0'.repeat(16))]) },
  }
  for (const [what, turn] of Object.entries(turns))
    test(`and says of everything, again and again, ${what}, has each row looked at a few times`, () => {
      const world = new World()
      const a = world.client('a')
      const count = 1000
      for (let id = 0; id < count; id++) a.record('Todo', 'create', id)
      const peer = new Peer(world, a).hello({ ledger: 'f'.repeat(24) }).upgrade()
      const cursor = { ledger: 'f'.repeat(24), era, position: 0, view: '' }
      peer.send({ type: 'resume', cursor }, { type: 'resumed', good: false, rows: 1 }).settle()
      const { digest } = a.scriber.ledger
      const rows = digest.rows.bind(digest)
      let looked = 0
      digest.rows = function* (prefix) {
        for (const row of rows(prefix)) {
          looked += 1
          yield row
        }
      }
      peer.send({ ...empty, oldest: Number(peer.all('digest')[0]?.oldest), ...turn }).settle()
      expect(looked).toBeGreaterThan(count - 1)
      expect(looked).toBeLessThan(100 * count)
    })
})

describe('a peer that makes up names', () => {
  const fields = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${from + at}`, 1]))
  const batch = (...changes: Extract<Message, { type: 'batch' }>['changes']): Message => ({
    type: 'batch',
    stamp: 5,
    writer,
    changes,
  })

  test('leaves room for names of our own', () => {
    const world = new World()
    const a = world.client('a')
    const peer = new Peer(world, a).shakeHands()
    // One for the class.
    for (let from = 1; from < maxReplayedNames; from += 1024)
      peer.send(
        batch({ name: 'Made', id: 1, type: 'create', fields: fields(from, Math.min(1024, maxReplayedNames - from)) }),
      )
    peer.settle()
    expect(() => a.record('Own', 'create', 1, { title: 'x' })).not.toThrow()
  })

  test.fails('does not have them cost a hundred times what it took to send them', () => {
    const world = new World()
    const a = world.client('a')
    const rows = 2048
    a.transact(() => {
      for (let id = 0; id < rows; id++) a.record('Todo', 'create', id)
    })
    const peer = new Peer(world, a).shakeHands()
    const bytesBefore = peer.pair.a.writtenBytes
    // One row in each page, with names that no other row has.
    const ids = Array.from({ length: rows / pageSize }, (_, page) => page * pageSize)
    for (const id of ids) peer.send(batch({ name: 'Todo', id, type: 'update', fields: fields(0, 1000) }))
    peer.settle()
    const columns = [...a.scriber.ledger.table('Todo').columns.values()]
    const pages = columns.flatMap((column) => column.pages.filter((page) => page !== undefined))
    expect(pages.length).toBe(ids.length * 1000)
    expect(pages.length * bytesOfPage).toBeLessThan(100 * (peer.pair.a.writtenBytes - bytesBefore))
  })
})
