import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import { Peer } from './peer.js'
import { World } from './world.js'

const disk = () => new MemoryStore({ level: 'disk' })

describe('what is unsent', () => {
  test('is told record by record: fields set, and life', () => {
    const world = new World()
    const a = world.client('a')
    a.record('Todo', 'create', 1, { title: 'x', done: false })
    const peer = new Peer(world, a).shakeHands()
    peer.send({ type: 'ack', era: a.scriber.era, position: 1 }).settle()
    expect([a.unsent(), a.syncState('Todo', 1)]).toEqual([[], 'synced'])
    a.record('Todo', 'update', 1, { done: true })
    a.record('Note', 'create', 'n', {})
    expect(a.unsent()).toEqual([
      { name: 'Todo', id: 1, fields: ['done'], life: false },
      { name: 'Note', id: 'n', fields: [], life: true },
    ])
    expect([
      a.syncState('Todo', 1),
      a.syncState('Note', 'n'),
      a.syncState('Todo', 2),
      a.syncState('Nothing', 1),
    ]).toEqual(['pending', 'pending', 'synced', 'synced'])
  })

  test('of a record that was destroyed is the destroy alone', () => {
    const a = new World().client('a')
    a.record('Todo', 'create', 1, { title: 'x' })
    a.record('Todo', 'destroy', 1)
    expect(a.unsent()).toEqual([{ name: 'Todo', id: 1, fields: [], life: true }])
    a.record('Todo', 'restore', 1)
    expect(a.unsent()).toEqual([{ name: 'Todo', id: 1, fields: ['title'], life: true }])
  })

  test('is nothing that others wrote, and of a record of theirs the part that is ours', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    b.record('Todo', 'create', 1, { title: 'theirs', done: false })
    const pair = world.join(a, b)
    world.settle()
    world.cut(pair)
    expect(a.unsent()).toEqual([])
    a.record('Todo', 'update', 1, { done: true })
    expect(a.unsent()).toEqual([{ name: 'Todo', id: 1, fields: ['done'], life: false }])
  })

  test('stays so until the other side has acknowledged it, not until it is written', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    world.join(a, b)
    world.settle()
    a.record('Todo', 'create', 1, { title: 'x' })
    let seen = 0
    while (a.syncState('Todo', 1) === 'pending') {
      expect(a.unsent().length).toBe(1)
      if (!world.step()) throw new Error('at rest, and still pending')
      seen += 1
    }
    expect(seen).toBeGreaterThan(2)
    expect(b.scriber.ledger.findTable('Todo')?.living).toBe(1)
    expect(a.unsent()).toEqual([])
  })

  test('survives a restart, and so does what is not', () => {
    const world = new World()
    const store = disk()
    let a = world.client('a', { store })
    a.record('Todo', 'create', 1, { title: 'acknowledged' })
    const pair = world.join(a, world.client('server', { store: disk() }))
    world.settle()
    world.cut(pair)
    a.record('Todo', 'create', 2, { title: 'not yet' })
    a = world.client('a', { store })
    expect(a.unsent().map(({ id }) => id)).toEqual([2])
    expect([a.syncState('Todo', 1), a.syncState('Todo', 2)]).toEqual(['synced', 'pending'])
  })

  test('is told anew with every ack', () => {
    const world = new World()
    const a = world.client('a')
    const peer = new Peer(world, a).shakeHands()
    a.record('Todo', 'create', 1, { title: 'x' })
    a.record('Todo', 'create', 2, { title: 'x' })
    world.settle()
    const counts: number[] = []
    a.on('changed', () => counts.push(a.unsent().length))
    for (const position of [1, 2]) peer.send({ type: 'ack', era: a.scriber.era, position }).settle()
    expect(counts).toEqual([1, 0])
  })
})

describe('an ack', () => {
  /** A client with a durable and a transient peer, each online or not, each having acknowledged or not. */
  function scene(peers: Record<'durable' | 'transient', { readonly acks: boolean; readonly online: boolean }>) {
    const world = new World()
    const a = world.client('a')
    const sessions = Object.entries(peers).map(([uid, { acks, online }], n) => {
      const peer = new Peer(world, a).shakeHands({ uid, durable: uid === 'durable', ledger: String(n).repeat(24) })
      return { peer, acks, online }
    })
    a.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    for (const { peer, acks } of sessions)
      if (acks) peer.send({ type: 'ack', era: a.scriber.era, position: 1 }).settle()
    for (const { peer, online } of sessions) if (!online) world.cut(peer.pair)
    return a.syncState('Todo', 1)
  }
  const yes = { acks: true, online: true }
  const no = { acks: false, online: true }

  test('of a client with a durable store is enough', () => {
    expect(scene({ durable: yes, transient: no })).toBe('synced')
    expect(scene({ durable: { acks: true, online: false }, transient: no })).toBe('synced')
  })

  test('of one without is enough while none with is connected', () => {
    expect(scene({ durable: no, transient: yes })).toBe('pending')
    expect(scene({ durable: { acks: false, online: false }, transient: yes })).toBe('synced')
  })

  test('of one without goes with it: what it had may be lost', () => {
    expect(scene({ durable: { acks: false, online: false }, transient: { acks: true, online: false } })).toBe('pending')
  })

  test('is replaced by the cursor of the next handshake, downwards too', () => {
    const world = new World()
    const a = world.client('a')
    for (let id = 1; id <= 3; id++) a.record('Todo', 'create', id, { title: 'x' })
    const peer = new Peer(world, a).shakeHands()
    peer.send({ type: 'ack', era: a.scriber.era, position: 3 }).settle()
    expect(a.unsent()).toEqual([])
    world.cut(peer.pair)
    expect(a.unsent()).toEqual([])
    const again = new Peer(world, a).hello({ number: 1 }).upgrade()
    again
      .send({ type: 'resume', cursor: { ledger: a.scriber.ledgerId, era: a.scriber.era, position: 1, view: '' } })
      .settle()
    expect(a.unsent().map(({ id }) => id)).toEqual([2, 3])
    world.cut(again.pair)
    const partly = new Peer(world, a).hello({ number: 2 }).upgrade()
    partly
      .send({
        type: 'resume',
        cursor: { ledger: a.scriber.ledgerId, era: a.scriber.era, position: 3, since: 2, view: '' },
      })
      .settle()
    expect(a.unsent().map(({ id }) => id)).toEqual([3])
    world.cut(partly.pair)
    new Peer(world, a).hello({ number: 3 }).upgrade().send({ type: 'resume', cursor: null }).settle()
    expect(a.unsent().length).toBe(3)
  })

  test('of the middle of a catch-up counts as far as all fields have come', () => {
    const world = new World()
    const a = world.client('a')
    const b = world.client('b', { store: disk() })
    const peer = new Peer(world, b).shakeHands()
    const { era } = peer.session.hello!
    peer.send({ type: 'mark', era, position: 9, since: 4 }).settle()
    expect(peer.all('ack').at(-1)).toMatchObject({ position: 4 })
    expect(a.unsent()).toEqual([])
  })
})
