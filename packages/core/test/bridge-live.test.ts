import { describe, expect, test } from 'vitest'
import { GemPeer } from './gem-peer.js'
import { shown, World } from './world.js'

function scene() {
  const world = new World()
  const a = world.client('a')
  return { world, a, gem: new GemPeer(world, a).meet() }
}

describe('what happens here', () => {
  test('reaches the gem as it happens, in the form that the gem has', () => {
    const { a, gem } = scene()
    a.record('Todo', 'create', 'x', { title: 'milk', done: false })
    a.record('Todo', 'update', 'x', { done: true })
    a.record('Todo', 'destroy', 'x')
    gem.settle()
    expect(gem.told).toEqual([
      ['create', { title: 'milk', done: false, id: 'x' }],
      ['update', ['x', { done: true }]],
      ['destroy', ['x']],
    ])
    expect(Object.keys((gem.all('add_scribe')[0]?.scribe ?? {}) as object)).toEqual(['data', 'id', 'klass', 'type'])
  })

  test('goes as text where JSON has no form for it', () => {
    const { a, gem } = scene()
    const fields = {
      at: new Date(0),
      size: 2n ** 70n,
      bytes: new Uint8Array([1, 2, 3, 255]),
      list: [new Date(1), null],
    }
    a.record('Todo', 'create', 1, fields)
    gem.settle()
    const data = { at: '1970-01-01T00:00:00.000Z', size: '1180591620717411303424', bytes: 'AQID/w==', id: 1 }
    expect(gem.told).toEqual([['create', { ...data, list: ['1970-01-01T00:00:00.001Z', null] }]])
    gem
      .answerAll()
      .addScribe(gem.update(1, { at: '1970-01-01T00:00:00.000Z' }))
      .settle()
    expect(shown(a)['1']?.at).toEqual(new Date(0))
  })

  test('goes as a create where a field is gone', () => {
    const { world, a, gem } = scene()
    const b = world.client('b')
    world.join(a, b)
    a.record('Todo', 'create', 1, { title: 'one', done: true })
    world.settle()
    gem.answerAll()
    world.advance(1000)
    b.transact(() => {
      b.record('Todo', 'destroy', 1)
      b.record('Todo', 'create', 1, { title: 'anew' })
    })
    world.settle()
    expect(gem.told.at(-1)).toEqual(['create', { title: 'anew', id: 1 }])
  })

  test('is passed on from others, and never back to whom it came from', () => {
    const { world, a, gem } = scene()
    const other = new GemPeer(world, a, 'other').meet()
    const b = world.client('b')
    world.join(a, b)
    gem.addScribe(gem.create(7, { title: 'from the gem' })).settle()
    expect([gem.told, other.told]).toEqual([[], [['create', { title: 'from the gem', id: 7 }]]])
    expect(shown(b)).toEqual({ '7': { title: 'from the gem' } })
    other.answerAll()
    world.advance(1000)
    b.record('Todo', 'update', 7, { title: 'from b' })
    world.settle()
    expect([gem.told, other.told.length]).toEqual([[['update', [7, { title: 'from b' }]]], 2])
  })

  test('waits a little where a record keeps changing, and is told once', () => {
    const { world, a, gem } = scene()
    const b = world.client('b')
    world.join(a, b)
    b.record('Todo', 'create', 1, { title: 'start' })
    world.settle()
    for (const title of ['one', 'two', 'three']) {
      b.record('Todo', 'update', 1, { title })
      world.settle()
    }
    gem.answerAll()
    expect(gem.told).toHaveLength(1)
    world.advance(50)
    expect(gem.told.slice(1)).toEqual([['update', [1, { title: 'three' }]]])
  })

  test('is not told where the gem holds it already', () => {
    const { world, a, gem } = scene()
    const b = world.client('b')
    world.join(a, b)
    b.record('Todo', 'create', 1, { title: 'start' })
    world.settle()
    b.record('Todo', 'update', 1, { title: 'other' })
    b.record('Todo', 'update', 1, { title: 'start' })
    world.settle()
    gem.answerAll()
    world.advance(1000)
    expect(gem.told).toEqual([['create', { title: 'start', id: 1 }]])
  })

  test('counts as acknowledged when the gem has answered, while no client with a store of its own is connected', () => {
    const { world, a, gem } = scene()
    a.record('Todo', 'create', 1, { title: 'mine' })
    gem.settle()
    expect(a.syncState('Todo', 1)).toBe('pending')
    gem.answerAll()
    expect(a.syncState('Todo', 1)).toBe('synced')
    expect(a.clients()[0]?.replicas[0]).toMatchObject({ durable: true, online: true, acknowledged: 1 })
    void world
  })

  test('falls behind when too much is unanswered, and goes on where it stopped', () => {
    const world = new World()
    const a = world.client('a', { limits: { maxUnanswered: 3 } })
    const gem = new GemPeer(world, a).meet()
    for (let id = 1; id <= 8; id++) a.record('Todo', 'create', id, { title: `${id}` })
    gem.settle()
    expect(gem.told).toHaveLength(3)
    a.record('Todo', 'update', 5, { title: 'five' })
    for (let round = 0; round < 4; round++) gem.answerAll()
    expect(gem.told.slice(3)).toEqual([
      ['create', { title: '4', id: 4 }],
      ['create', { title: '6', id: 6 }],
      ['create', { title: '7', id: 7 }],
      ['create', { title: '8', id: 8 }],
      ['create', { title: 'five', id: 5 }],
    ])
  })
})

test.each([
  [3, 1],
  [4, 0],
  [5, 0],
])('a gem is known to hold %i fields at the most (maxKnownFields)', (maxKnownFields, told) => {
  const world = new World()
  const a = world.client('a', { limits: { maxKnownFields } })
  const gem = new GemPeer(world, a).meet()
  const b = world.client('b')
  world.join(a, b)
  // A record counts as one, and its field as another.
  for (const id of [1, 2]) b.record('Todo', 'create', id, { title: 'same' })
  world.settle()
  b.record('Todo', 'update', 1, { title: 'other' })
  b.record('Todo', 'update', 1, { title: 'same' })
  world.settle()
  gem.answerAll()
  world.advance(1000)
  expect(gem.told).toHaveLength(2 + told)
})

describe('a change that is too large for version 1', () => {
  /** A create of record 1 whose message takes so many bytes. */
  function create(bytes: number) {
    const { world, a, gem } = scene()
    const empty =
      '{"type":"add_scribe","scribe":{"data":{"title":"","id":1},"id":"01234567890123456789012345","klass":"Todo","type":"create"},"id":2}'
    a.record('Todo', 'create', 1, { title: 'x'.repeat(bytes - empty.length) })
    gem.settle()
    return { world, a, gem }
  }

  test.each([65_534, 65_535])('is sent up to the limit (%i bytes)', (bytes) => {
    const { world, gem } = create(bytes)
    expect([gem.told.length, world.reported]).toEqual([1, []])
  })

  test('is reported beyond it, and nothing later fails for want of it', () => {
    const { world, a, gem } = create(65_536)
    expect([gem.told, world.reported]).toMatchObject([[], [{ code: 'SYNCRO_SCRIBE_TOO_LARGE' }]])
    expect(String(world.reported[0])).toContain('Todo 1')
    a.record('Todo', 'update', 1, { title: 'small now' })
    gem.settle()
    expect(gem.told).toEqual([['create', { title: 'small now', id: 1 }]])
  })

  test('goes behind the answer to a sync where only the list would be too long', () => {
    const world = new World()
    const a = world.client('a')
    for (let id = 0; id < 1200; id++) a.record('Todo', 'create', id, { title: `record ${id}` })
    const gem = new GemPeer(world, a).meet()
    const listed = gem.answers[0]?.length ?? 0
    expect(listed).toBeGreaterThan(500)
    expect([...(gem.answers[0] ?? []), ...gem.told]).toEqual(
      Array.from({ length: 1200 }, (_, id) => ['create', { title: `record ${id}`, id }]),
    )
  })
})
