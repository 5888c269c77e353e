import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import { GemPeer } from './gem-peer.js'
import { shown, World } from './world.js'

function scene(uid = 'a') {
  const world = new World()
  const a = world.client(uid)
  return { world, a, gem: new GemPeer(world, a) }
}

describe('a session with the gem', () => {
  test('begins with a sync, and leaves nothing behind when the peer turns out to be one of ours', () => {
    const { a, gem } = scene()
    gem.settle()
    expect(gem.all('sync')).toEqual([{ type: 'sync', from: null, id: 1 }])
    gem.hello({ uid: 'gem' }).settle()
    expect(a.clients().map(({ replicas }) => replicas.map(({ ledger }) => ledger))).toEqual([['a'.repeat(24)]])
  })

  test('sends nothing before the gem has synced', () => {
    const { a, gem } = scene()
    a.record('Todo', 'create', 1, { title: 'before' })
    gem.settle().answerSync().settle()
    a.record('Todo', 'create', 2, { title: 'live' })
    gem.settle()
    expect([gem.told, gem.answers]).toEqual([[], []])
    gem.sync().settle()
    expect(gem.answers).toEqual([
      [
        ['create', { title: 'before', id: 1 }],
        ['create', { title: 'live', id: 2 }],
      ],
    ])
    a.record('Todo', 'update', 2, { title: 'told' })
    gem.settle()
    expect(gem.told).toEqual([['update', [2, { title: 'told' }]]])
  })

  test('plays the answer to its sync only after the sync of the gem', () => {
    const { a, gem } = scene()
    gem
      .settle()
      .answerSync(gem.create(1, { title: 'theirs' }))
      .settle()
    expect(shown(a)).toEqual({})
    expect(gem.session.state).toBe('catching-up')
    gem.sync().settle()
    expect(shown(a)).toEqual({ '1': { title: 'theirs' } })
    expect(gem.session.state).toBe('live')
  })

  test('waits only so long for the sync of a gem that never syncs', () => {
    const { world, a, gem } = scene()
    gem
      .settle()
      .answerSync(gem.create(1, { title: 'theirs' }))
      .addScribe(gem.create(2, { title: 'live' }))
      .settle()
    expect(shown(a)).toEqual({})
    world.advance(10_000)
    expect(shown(a)).toEqual({ '1': { title: 'theirs' }, '2': { title: 'live' } })
    expect(gem.all('response')).toEqual([{ type: 'response', id: 1, result: true }])
  })

  test('keeps live scribes that come before the answer, and plays those that are in it only once', () => {
    const { a, gem } = scene()
    const [first, second] = [gem.create(1, { title: 'one' }), gem.update(1, { title: 'two' })]
    gem.settle().addScribe(second).sync().settle()
    expect(shown(a)).toEqual({})
    gem.answerSync(first, second).settle()
    a.record('Todo', 'update', 1, { title: 'ours' })
    expect(shown(a)).toEqual({ '1': { title: 'ours' } })
    expect(gem.all('response').map(({ id }) => id)).toEqual([1, 2])
  })

  test('ends when more live scribes come before that than are kept', () => {
    const world = new World()
    const gem = new GemPeer(world, world.client('a', { limits: { maxHeldScribes: 2 } }))
    gem.settle()
    for (const id of [1, 2]) gem.addScribe(gem.create(id, {}))
    gem.settle()
    expect(gem.session.state).not.toBe('closed')
    gem.addScribe(gem.create(3, {})).settle()
    expect(gem.session.state).toBe('closed')
  })

  test('stamps history from the epoch, so that it fills gaps and loses to what is here', () => {
    const { a, gem } = scene()
    a.record('Todo', 'create', 1, { title: 'ours' })
    a.record('Todo', 'create', 3, { title: 'gone' })
    a.record('Todo', 'destroy', 3)
    gem.meet(
      null,
      gem.create(1, { title: 'theirs', done: true }),
      gem.create(2, { title: 'new' }),
      gem.create(3, { title: 'back' }),
    )
    expect(shown(a)).toEqual({ '1': { done: true, title: 'ours' }, '2': { title: 'new' } })
    expect(gem.answers).toEqual([
      [
        ['create', { title: 'gone', id: 3 }],
        ['destroy', [3]],
        ['create', { title: 'ours', done: true, id: 1 }],
      ],
    ])
  })

  test('does not tell a gem that is new of what is gone again', () => {
    const { a, gem } = scene()
    a.record('Todo', 'create', 1, { title: 'gone' })
    a.record('Todo', 'destroy', 1)
    gem.meet()
    expect(gem.answers).toEqual([[]])
  })

  test('lets a newer session take the place of the one that is there', () => {
    const { world, a, gem } = scene()
    gem.meet()
    const again = new GemPeer(world, a).meet()
    expect([gem.session.state, again.session.state]).toEqual(['closed', 'live'])
    expect(a.clients()).toHaveLength(1)
  })
})

describe('a gem that comes back', () => {
  test('is asked for what came after its last scribe, and is told what it lacks, also by a client that was started anew', () => {
    const world = new World()
    const store = new MemoryStore()
    const a = world.client('a', { store })
    const gem = new GemPeer(world, a).meet()
    gem.addScribe(gem.create(1, { title: 'theirs', done: false })).settle()
    a.record('Todo', 'update', 1, { title: 'ours' })
    gem.settle().answerAll()
    const [from, theirs] = [gem.lastId, 'f'.repeat(25).concat('1')]
    a.record('Todo', 'update', 1, { done: true })
    world.cut(gem.pair)

    const later = world.client('a', { store })
    later.record('Todo', 'create', 2, { title: 'offline' })
    const again = new GemPeer(world, later).meet(from)
    expect(again.all('sync')).toEqual([{ type: 'sync', from: theirs, id: 1 }])
    expect(again.answers).toEqual([
      [
        ['update', [1, { done: true }]],
        ['create', { title: 'offline', id: 2 }],
      ],
    ])
  })

  test('is told all that lives, as creates, if its place is not known', () => {
    const { a, gem } = scene()
    a.record('Todo', 'create', 1, { title: 'one' })
    a.record('Todo', 'create', 2, { title: 'two' })
    a.record('Todo', 'destroy', 2)
    gem.meet('0123456789ab00000000000003')
    expect(gem.answers).toEqual([[['create', { title: 'one', id: 1 }]]])
  })

  test('is told all that lives, what it made itself as well, if it lost what it had; and is asked for everything', () => {
    const { world, a, gem } = scene()
    gem.meet()
    gem.addScribe(gem.create(1, { title: 'theirs' })).settle()
    a.record('Todo', 'create', 2, { title: 'ours' })
    gem.settle().answerAll()
    world.cut(gem.pair)
    const again = new GemPeer(world, a).meet(null)
    expect(again.all('sync').map(({ from }) => from)).toEqual(['1'.padStart(26, 'f'), null])
    expect(again.answers).toEqual([])
    again.answerSync(again.create(3, { title: 'since then' }), again.create(2, { title: 'other' })).settle()
    expect(shown(a)).toEqual({ '1': { title: 'theirs' }, '2': { title: 'ours' }, '3': { title: 'since then' } })
    expect(again.answers[0]).toContainEqual(['create', { title: 'theirs', id: 1 }])
    expect(again.answers[0]).toContainEqual(['create', { title: 'ours', id: 2 }])
  })

  test('is told once more what it took without answering, since what it made may have come before', () => {
    const { world, a, gem } = scene()
    gem.meet()
    gem.addScribe(gem.create(1, { title: 'start' })).settle()
    a.record('Todo', 'update', 1, { title: 'ours' })
    gem.settle()
    const from = gem.lastId
    world.cut(gem.pair)
    const again = new GemPeer(world, a).meet(from, gem.update(1, { title: 'theirs' }))
    expect(shown(a)).toEqual({ '1': { title: 'ours' } })
    expect(again.told).toEqual([['create', { title: 'ours', id: 1 }]])
  })
})
