import { describe, expect, test } from 'vitest'
import { GemPeer } from './gem-peer.js'
import { shown, World } from './world.js'

function scene() {
  const world = new World()
  const a = world.client('a')
  const b = world.client('b')
  world.join(a, b)
  return { world, a, b, gem: new GemPeer(world, a).meet() }
}

/** Scribes that ask for nothing that can be done. */
const nothing: Record<string, unknown> = {
  'no scribe': null,
  'a list': [],
  'no class': { data: { id: 1 }, id: 'x', klass: null, type: 'create' },
  'a class that reaches the prototype': { data: { id: 1 }, id: 'x', klass: 'constructor', type: 'create' },
  'a class of 257 units': { data: { id: 1 }, id: 'x', klass: 'x'.repeat(257), type: 'create' },
  'no type': { data: { id: 1 }, id: 'x', klass: 'Todo' },
  'a type that is not known': { data: [], id: 'x', klass: 'Todo', type: 'noop' },
  'a create without an id': { data: { title: 'x' }, id: 'x', klass: 'Todo', type: 'create' },
  'a create of a list': { data: [1], id: 'x', klass: 'Todo', type: 'create' },
  'an id that is an object': { data: { id: {} }, id: 'x', klass: 'Todo', type: 'create' },
  'an id that cannot be made into text': { data: [{ toString: 7 }], id: 'x', klass: 'Todo', type: 'update' },
  'an id that is empty': { data: { id: '' }, id: 'x', klass: 'Todo', type: 'create' },
  'an id of 257 units': { data: { id: 'x'.repeat(257) }, id: 'x', klass: 'Todo', type: 'create' },
  'an id that is a fraction': { data: { id: 1.5 }, id: 'x', klass: 'Todo', type: 'create' },
  'an update that is no list': { data: { title: 'x' }, id: 'x', klass: 'Todo', type: 'update' },
  'an update of what is not here': { data: [9, { title: 'x' }], id: 'x', klass: 'Todo', type: 'update' },
  'an update without fields': { data: [9], id: 'x', klass: 'Todo', type: 'update' },
  'a destroy of what is not here': { data: [9], id: 'x', klass: 'Todo', type: 'destroy' },
  'a destroy of nothing': { data: null, id: 'x', klass: 'Todo', type: 'destroy' },
}

describe('a scribe that cannot be played', () => {
  test.each(Object.entries(nothing))('is answered with true and changes nothing: %s', (_what, scribe) => {
    const { world, a, gem } = scene()
    const before = a.scriber.place
    gem.request({ type: 'add_scribe', scribe: scribe as never }).settle()
    expect(gem.all('response').at(-1)).toEqual({ type: 'response', id: 2, result: true })
    expect([a.scriber.place, gem.session.state, gem.all('error'), world.reported]).toEqual([before, 'live', [], []])
  })

  test('keeps an id beyond 2^53 from becoming another', () => {
    const { a, gem } = scene()
    gem
      .sendText(
        '{"type":"add_scribe","id":9,"scribe":{"id":"x","klass":"Todo","type":"create","data":{"id":9007199254740993}}}',
        16,
      )
      .settle()
    expect([shown(a), gem.all('response').at(-1)?.result]).toEqual([{}, true])
  })

  test('plays what can be held, leaves out what cannot, and says so', () => {
    const { world, a, b, gem } = scene()
    const deep = (levels: number): never => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as never
    gem
      .addScribe(
        gem.create(-0, { title: 'ok', '': 1, constructor: 2, deep: deep(33), fits: deep(32), keys: { prototype: 1 } }),
      )
      .settle()
    expect(Object.keys(shown(a)['0'] ?? {})).toEqual(['fits', 'title'])
    expect(shown(b)).toEqual(shown(a))
    expect(world.warnings.map(({ code }) => code)).toEqual(Array(4).fill('SYNCRO_SCRIBE_LEFT_OUT'))
  })

  test('leaves out the names that the ledger has no room for, and plays the rest', () => {
    const { world, a, gem } = scene()
    for (let klass = 0; klass < 4; klass++) {
      const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`field ${at}`, at]))
      gem.addScribe(gem.create(1, fields, `Class ${klass}`)).settle()
    }
    gem.addScribe(gem.create(1, { 'field 1': 1 }, 'Class 1')).settle()
    expect(gem.session.state).toBe('live')
    expect(Object.keys(shown(a, 'Class 2'))).toEqual(['1'])
    expect(shown(a, 'Class 3')).toEqual({})
    expect(world.warnings.map(({ code }) => code)).toContain('SYNCRO_SCRIBE_LEFT_OUT')
  })

  test('does not keep those behind it from being played, in the answer to a sync neither', () => {
    const world = new World()
    const a = world.client('a')
    const gem = new GemPeer(world, a)
    gem
      .settle()
      .sync()
      .answer(1, [nothing['no class'] as never, 7, { ...gem.create(1, { title: 'behind it' }) }])
      .settle()
    expect(shown(a)).toEqual({ '1': { title: 'behind it' } })
  })
})

describe('a message that the gem would drop, or never sends', () => {
  test.each([
    '{"type":"Sync","id":9}',
    '{"id":9}',
    '{"type":5}',
    '{"type":"response","id":99,"result":[]}',
    '{"type":"error"}',
  ])('is dropped without an answer: %s', (text) => {
    const { gem } = scene()
    const heard = gem.heard.length
    gem.sendText(text, 16).settle()
    expect([gem.heard.length, gem.session.state]).toEqual([heard, 'live'])
  })

  test.each(['{not json', '[1,2]', 'null', '{"type":"noop","id":1e400}', `{"type":"noop","__proto__":{}}`])(
    'ends the session, and nothing else: %s',
    (text) => {
      const { world, b, gem } = scene()
      gem.sendText(text, 16).settle()
      expect([gem.session.state, gem.all('error'), world.reported]).toEqual(['closed', [], []])
      expect(b.status).toBe('live')
    },
  )

  test('gives any id back as it came', () => {
    const { gem } = scene()
    for (const id of ['null', '"mine"', '[1]', '{"a":9007199254740993}', '-0.5'])
      gem.sendText(`{"type":"noop","id":${id}}`, 16).settle()
    expect(
      gem
        .all('response')
        .slice(-5)
        .map(({ id }) => id),
    ).toEqual([null, 'mine', [1], { a: 9007199254740993n }, -0.5])
    gem.sendText('{"type":"noop"}', 16).settle()
    expect(gem.all('response').at(-1)?.id).toBe(null)
  })
})

describe('a call', () => {
  test('is answered as for a class that is not exposed', () => {
    const { gem } = scene()
    gem.request({ type: 'rpc', klass: 'Calc', method: 'add', args: [1] }).settle()
    gem.request({ type: 'rpc', klass: 'Syncro::RPC::Default', method: 'instance_eval', args: ['1'] }).settle()
    expect(gem.all('error')).toEqual([
      { type: 'error', code: 404 },
      { type: 'error', code: 405 },
    ])
  })

  test('of the last scribe id is answered with a place to sync from: 0 where nothing is here', () => {
    const { a, gem } = scene()
    const last = { type: 'rpc', klass: 'Syncro::RPC::Default', method: 'last_scribe_id', args: [] }
    gem.request(last).settle()
    expect(gem.all('response').at(-1)).toEqual({ type: 'response', id: 2, result: 0 })
    a.record('Todo', 'create', 1, { title: 'old' })
    gem.request(last).settle()
    gem.sync(gem.all('response').at(-1)?.result as string).settle()
    expect(gem.answers.at(-1)).toEqual([])
  })
})

test('a client that asks without reading is ended before its answers fill the memory', () => {
  const world = new World()
  const a = world.client('a', { limits: { maxAnswerBytes: 10_000 } })
  const gem = new GemPeer(world, a).meet()
  const noops = '{"type":"noop","id":1}'
  const frame = new Uint8Array([0, noops.length, ...new TextEncoder().encode(noops)])
  const answer = frame.length + ',"result":true'.length + 'response'.length - 'noop'.length
  for (let asked = 0; asked < 10_000 / answer; asked++) gem.session.receive(frame)
  expect(gem.session.state).toBe('live')
  gem.session.receive(frame)
  gem.session.receive(frame)
  expect([gem.session.state, a.sessions]).toEqual(['closed', []])
})
