import type { Scribe } from '@syncro/protocol'
import { describe, expect, test } from 'vitest'
import { GemPeer } from './gem-peer.js'
import { shown, World } from './world.js'

function scene() {
  const world = new World()
  const a = world.client('a')
  const gem = new GemPeer(world, a).meet()
  gem.addScribe(gem.create(1, { title: 'start', done: false })).settle()
  return { world, a, gem }
}

describe('changes that cross', () => {
  test('leave ours, which the gem has in the end, and are answered with true', () => {
    const { a, gem } = scene()
    a.record('Todo', 'update', 1, { title: 'ours' })
    gem.addScribe(gem.update(1, { title: 'theirs', done: true })).settle()
    expect(shown(a)).toEqual({ '1': { done: true, title: 'ours' } })
    expect(gem.all('response').at(-1)).toEqual({ type: 'response', id: 3, result: true })
    gem
      .answerAll()
      .addScribe(gem.update(1, { title: 'later' }))
      .settle()
    expect(shown(a)).toEqual({ '1': { done: true, title: 'later' } })
  })

  test('leave ours where it was in the answer to a sync, and it is told once more', () => {
    const world = new World()
    const a = world.client('a')
    a.record('Todo', 'create', 1, { title: 'ours', done: false })
    const gem = new GemPeer(world, a).meet()
    gem.addScribe(gem.update(1, { title: 'theirs' })).settle()
    expect(shown(a)).toEqual({ '1': { done: false, title: 'ours' } })
    expect(gem.told).toEqual([['update', [1, { title: 'ours' }]]])
    gem
      .answerAll()
      .addScribe(gem.update(1, { title: 'later' }))
      .settle()
    expect(shown(a)['1']?.title).toBe('later')
  })

  test('leave a record destroyed where either destroyed it', () => {
    const { a, gem } = scene()
    a.record('Todo', 'update', 1, { title: 'ours' })
    gem.addScribe(gem.destroy(1)).settle()
    expect(shown(a)).toEqual({})
    gem.fail().settle()
    expect(gem.told.at(-1)).toEqual(['noop', []])
    gem.answerAll()
    expect(gem.told).toHaveLength(2)
  })

  test('repeat what may have failed in the answer to a sync', () => {
    const { world, a, gem } = scene()
    a.record('Todo', 'create', 2, { title: 'two' })
    gem.settle().answerAll()
    const from = gem.lastId
    world.cut(gem.pair)
    a.record('Todo', 'update', 1, { title: 'ours' })
    a.record('Todo', 'update', 2, { title: 'behind it' })
    const again = new GemPeer(world, a).meet(from)
    expect(again.answers[0]).toEqual([
      ['update', [1, { title: 'ours' }]],
      ['update', [2, { title: 'behind it' }]],
    ])
    again.addScribe(gem.destroy(1)).settle()
    expect(again.told).toEqual([['create', { title: 'behind it', id: 2 }]])
  })

  test('bring back fields that a create of the gem dropped', () => {
    const { a, gem } = scene()
    a.record('Todo', 'update', 1, { note: 'only here' })
    gem.settle().answerAll()
    gem.addScribe(gem.create(1, { title: 'replaced', done: null })).settle()
    expect(shown(a)).toEqual({ '1': { done: null, note: 'only here', title: 'replaced' } })
    expect(gem.told.at(-1)).toEqual(['update', [1, { note: 'only here' }]])
  })

  test('change nothing, and get no stamp, where the value is here already', () => {
    const { world, a, gem } = scene()
    const before = a.scriber.place
    gem
      .addScribe(gem.update(1, { title: 'start' }))
      .addScribe(gem.create(1, { title: 'start', done: false }))
      .settle()
    expect(a.scriber.place).toEqual(before)
    void world
  })
})

describe('an error of the gem', () => {
  test('is about the oldest request; the mark that it leaves is cleared, and a record that is missing there is created', () => {
    const { a, gem } = scene()
    a.record('Todo', 'update', 1, { title: 'one' })
    gem.settle().fail().settle()
    expect(gem.told.slice(1)).toEqual([
      ['noop', []],
      ['create', { title: 'one', done: false, id: 1 }],
    ])
    const [failed, heal] = gem.all('add_scribe').map(({ scribe }) => (scribe as Scribe).id)
    expect(heal).toBe(failed)
  })

  test('is reported, with the record, when the record cannot be brought there at all', () => {
    const { world, a, gem } = scene()
    a.record('Todo', 'update', 1, { format: 'no attribute for Ruby' })
    gem.settle().fail().settle()
    gem
      .answer(gem.all('add_scribe')[1]?.id as number)
      .fail()
      .settle()
    expect(world.reported).toMatchObject([{ code: 'SYNCRO_SCRIBE_REFUSED' }])
    expect(gem.session.state).toBe('live')
  })

  test('for a class that it does not keep ends the sending of that class, and nothing else', () => {
    const { world, a, gem } = scene()
    a.record('Secret', 'create', 1, { title: 'one' })
    gem.settle().fail(403).settle()
    a.record('Secret', 'create', 2, { title: 'two' })
    a.record('Todo', 'update', 1, { title: 'goes on' })
    gem.settle()
    expect(gem.told.slice(1)).toEqual([['update', [1, { title: 'goes on' }]]])
    expect(world.warnings.map(({ code }) => code)).toEqual(['SYNCRO_CLASS_REFUSED'])
  })

  test('loses what was behind it in the same read: that is told once more', () => {
    const { a, gem } = scene()
    a.record('Todo', 'create', 2, { title: 'raises' })
    a.record('Todo', 'create', 3, { title: 'lost' })
    gem.settle().fail()
    const heal = gem
      .settle()
      .all('add_scribe')
      .find(({ scribe }) => (scribe as { type: string }).type === 'noop')
    gem.answer(heal?.id as number).settle()
    expect(gem.told.slice(2)).toEqual([
      ['noop', []],
      ['create', { title: 'raises', id: 2 }],
      ['create', { title: 'lost', id: 3 }],
    ])
  })
})
