/** PROTOCOL.md, section 7, from the session's side: which code, which side, what stays. */
import { encodeFrame, encodeMessage, MAX_FRAME_BYTES, type Message } from '@syncro/protocol'
import { maxReplayedNames, stampAt } from '@syncro/scriber'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { era, Peer } from './peer.js'
import { shown, state, World } from './world.js'

const writer = 'c'.repeat(24)

/** A client with a session that all is well with, and one with a peer that is about to say something bad. */
function scene(options: { readonly borders?: boolean } = {}) {
  const world = new World()
  const a = world.client('a')
  a.record('Todo', 'create', 1, { title: 'mine' })
  const friend = world.client('friend')
  world.join(friend, a)
  const peer = new Peer(world, a, 'accepts', options).shakeHands()
  peer.send(batch({ name: 'Todo', id: 2, type: 'create', fields: { title: 'theirs' } })).settle()
  return { world, a, friend, peer }
}

function batch(...changes: Extract<Message, { type: 'batch' }>['changes']): Message {
  return { type: 'batch', stamp: 5, writer, changes }
}

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(() => {
  process.on('unhandledRejection', note)
})
afterAll(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

/** Nothing but the one session has ended, and what it brought before stays. */
function expectUnharmed({ world, a, friend }: { world: World; a: Syncro; friend: Syncro }) {
  expect(shown(a)).toEqual({ '1': { title: 'mine' }, '2': { title: 'theirs' } })
  a.record('Todo', 'create', 3, { title: 'goes on' })
  world.settle()
  expect(a.sessions.length).toBe(1)
  expect(state(friend)).toEqual(state(a))
  expect(world.reported).toEqual([])
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const change = (parts: string) => `{"type":"batch","stamp":9,"writer":"${writer}","changes":[${parts}]}`
const value = (json: string) => change(`["Todo",1,"u",{"title":${json}}]`)

const texts: Record<string, readonly [text: string, code: string]> = {
  'B8 no JSON': ['{"type":', 'SYNCRO_JSON_INVALID'],
  'B9 a list': ['[]', 'SYNCRO_MESSAGE_INVALID'],
  'B9 null': ['null', 'SYNCRO_MESSAGE_INVALID'],
  'B10 no type': ['{}', 'SYNCRO_MESSAGE_INVALID'],
  'B10 an unknown type': ['{"type":"Batch"}', 'SYNCRO_MESSAGE_UNKNOWN'],
  'B10 the name of something inherited': ['{"type":"toString"}', 'SYNCRO_MESSAGE_UNKNOWN'],
  'B11 no changes': [`{"type":"batch","stamp":9,"writer":"${writer}"}`, 'SYNCRO_MESSAGE_INVALID'],
  'B11 a stamp that is text': [
    `{"type":"batch","stamp":"9","writer":"${writer}","changes":[["Todo",1,"d"]]}`,
    'SYNCRO_MESSAGE_INVALID',
  ],
  'B11 an unknown letter': [change('["Todo",1,"x"]'), 'SYNCRO_MESSAGE_INVALID'],
  'B12 __proto__ as a class': [change('["__proto__",1,"c"]'), 'SYNCRO_MESSAGE_INVALID'],
  'B12 __proto__ as a field': [change('["Todo",1,"c",{"__proto__":{"polluted":1}}]'), 'SYNCRO_MESSAGE_INVALID'],
  'B12 constructor as a field': [change('["Todo",1,"c",{"constructor":{"prototype":1}}]'), 'SYNCRO_MESSAGE_INVALID'],
  'B12 __proto__ in a value': [value('{"__proto__":{"polluted":1}}'), 'SYNCRO_MESSAGE_INVALID'],
  'B13 deep nesting': [value(nested(33)), 'SYNCRO_MESSAGE_INVALID'],
  'B13 very deep nesting': [value(nested(500_000)), 'SYNCRO_MESSAGE_INVALID'],
  'B14 a huge string': [value(JSON.stringify('x'.repeat(1_048_577))), 'SYNCRO_MESSAGE_INVALID'],
  'B14 a long name': [change(`["${'x'.repeat(257)}",1,"c"]`), 'SYNCRO_MESSAGE_INVALID'],
  'B14 no changes at all': [change(''), 'SYNCRO_MESSAGE_INVALID'],
  'B15 half a surrogate pair': [value('"\\ud800"'), 'SYNCRO_MESSAGE_INVALID'],
  'B16 a number that no double holds': [value('1e400'), 'SYNCRO_MESSAGE_INVALID'],
  'B18 a stamp beyond 2^53': [
    `{"type":"batch","stamp":9007199254740993,"writer":"${writer}","changes":[["Todo",1,"d"]]}`,
    'SYNCRO_MESSAGE_INVALID',
  ],
  'B19 an unknown tag': [value('{"$class":"Date"}'), 'SYNCRO_MESSAGE_INVALID'],
  'B20 a writer beyond the list': [
    `{"type":"rows","writers":[],"rows":[["Todo",1,[1,0],null,[]]]}`,
    'SYNCRO_MESSAGE_INVALID',
  ],
  'a stamp from the end of time': [
    `{"type":"batch","stamp":9007199254740990,"writer":"${writer}","changes":[["Todo",1,"d"]]}`,
    'SYNCRO_CLOCK',
  ],
  'a catch-up that ends without having begun': ['{"type":"caught-up"}', 'SYNCRO_MESSAGE_UNEXPECTED'],
  'a hello in the wrong place': ['{"type":"hello","versions":[2]}', 'SYNCRO_MESSAGE_UNKNOWN'],
  'a mark of an era that is not open': [`{"type":"mark","era":"${writer}","position":1}`, 'SYNCRO_CURSOR_INVALID'],
  'a mark whose earlier place is the later': [
    `{"type":"mark","era":"${era}","position":1,"since":2}`,
    'SYNCRO_MESSAGE_INVALID',
  ],
  'a stamp of tomorrow': [
    `{"type":"batch","stamp":${stampAt(Date.UTC(2026, 0, 2))},"writer":"${writer}","changes":[["Todo",1,"d"]]}`,
    'SYNCRO_CLOCK',
  ],
}

describe('an established session that is sent', () => {
  for (const [what, [text, code]] of Object.entries(texts))
    for (const borders of [false, true])
      test(`${what} ends with ${code}${borders ? ', with message borders' : ''}`, () => {
        const { peer, ...others } = scene({ borders })
        peer.sendText(text).settle()
        expect(peer.session.reason).toMatchObject({ code, remote: false })
        expect(peer.all('error')).toMatchObject([{ code }])
        expect(peer.isCut).toBe(true)
        expectUnharmed(others)
      })

  for (const [what, bytes, code] of [
    ['B2 a length over the limit', Uint8Array.of(0, 64, 0, 1), 'SYNCRO_FRAME_TOO_LARGE'],
    ['B2 the greatest length', Uint8Array.of(255, 255, 255, 255), 'SYNCRO_FRAME_TOO_LARGE'],
    ['B3 a length of 0', Uint8Array.of(0, 0, 0, 0), 'SYNCRO_FRAME_EMPTY'],
    ['B8 no UTF-8', encodeFrame(Uint8Array.of(0x7b, 0xff, 0x7d), 32), 'SYNCRO_JSON_INVALID'],
  ] as const)
    test(`${what} ends with ${code}`, () => {
      const { peer, ...others } = scene()
      peer.sendBytes(bytes).settle()
      expect(peer.session.reason?.code).toBe(code)
      expect(peer.all('error')).toMatchObject([{ code }])
      expectUnharmed(others)
    })

  test('B6, B7 part of a frame waits for the rest, and is forgotten when the connection closes', () => {
    const { peer, ...others } = scene()
    const frame = encodeFrame(encodeMessage(batch({ name: 'Todo', id: 1, type: 'destroy' })), 32)
    for (const length of [1, 4, frame.length - 1]) {
      const again = length === 1 ? peer : new Peer(others.world, others.a).shakeHands({ number: length })
      again.sendBytes(frame.subarray(0, length)).settle()
      expect(again.session.state).toBe('live')
      others.world.cut(again.pair)
      expect(again.session.reason?.code).toBe('SYNCRO_FRAME_CUT')
    }
    expectUnharmed(others)
  })

  for (const [bytes, code] of [
    [MAX_FRAME_BYTES - 1, undefined],
    [MAX_FRAME_BYTES, undefined],
    [MAX_FRAME_BYTES + 1, 'SYNCRO_FRAME_TOO_LARGE'],
  ] as const)
    test(`a message of ${bytes} bytes where borders are kept: ${code ?? 'is taken'}`, () => {
      const { peer } = scene({ borders: true })
      const text = '{"type":"ping","clock":1,"":""}'
      peer.sendText(text.replace('""}', `"${'x'.repeat(bytes - text.length)}"}`)).settle()
      expect(peer.session.reason?.code).toBe(code)
    })

  for (const [bytes, code] of [
    [65_534, undefined],
    [65_535, undefined],
    [65_536, 'SYNCRO_FRAME_TOO_LARGE'],
  ] as const)
    test(`a version-1 message of ${bytes} bytes where borders are kept: ${code ?? 'is taken'}`, () => {
      const world = new World()
      const peer = new Peer(world, world.client('a'), 'accepts', { borders: true }).hello()
      peer.sendText(`{"type":"${'x'.repeat(bytes - 11)}"}`).settle()
      expect(peer.session.reason?.code).toBe(code)
    })

  test('a good message behind a bad one has no effect', () => {
    const { peer, ...others } = scene()
    const bad = encodeFrame(encodeMessage({ type: 'ack', era, position: 0 }), 32)
    const good = encodeFrame(encodeMessage(batch({ name: 'Todo', id: 1, type: 'destroy' })), 32)
    const both = new Uint8Array(bad.length + good.length)
    both.set(bad)
    both.set(good, bad.length)
    peer.sendBytes(both).settle()
    expect(peer.session.reason?.code).toBe('SYNCRO_CURSOR_INVALID')
    expectUnharmed(others)
  })

  test('a scribe for a class that nobody here knows is kept, stored and passed on', () => {
    const { peer, a, friend, world } = scene()
    peer.send(batch({ name: 'Unheard', id: 'x', type: 'create', fields: { anything: [1, { deep: true }] } })).settle()
    expect(shown(a, 'Unheard')).toEqual({ '"x"': { anything: [1, { deep: true }] } })
    expect(shown(friend, 'Unheard')).toEqual(shown(a, 'Unheard'))
    expect(world.reported).toEqual([])
  })

  test('an update for a record that is not here waits in its row, unseen, until the create comes', () => {
    const { peer, a, friend } = scene()
    peer
      .send({ ...batch({ name: 'Todo', id: 9, type: 'update', fields: { done: true } }), stamp: 8 } as Message)
      .settle()
    expect(shown(a)).not.toHaveProperty('9')
    peer
      .send({
        ...batch({ name: 'Todo', id: 9, type: 'create', fields: { title: 'x', done: false } }),
        stamp: 7,
      } as Message)
      .settle()
    expect(shown(a)['9']).toEqual({ title: 'x', done: true })
    expect(shown(friend)['9']).toEqual({ title: 'x', done: true })
  })
})

describe('a peer that makes up names', () => {
  for (const [count, code] of [
    [maxReplayedNames - 1, undefined],
    [maxReplayedNames, undefined],
    [maxReplayedNames + 1, 'SYNCRO_NAMES_FULL'],
  ] as const)
    test(`brings ${count} in all, of at most ${maxReplayedNames}: ${code ?? 'they are taken'}`, () => {
      const world = new World()
      const a = world.client('a')
      const peer = new Peer(world, a).shakeHands()
      // One for the class.
      for (let made = 1; made < count; ) {
        const fields: Record<string, number> = {}
        for (let n = 0; n < 500 && made < count; n++) fields[`field ${made++}`] = n
        peer.send(batch({ name: 'Made', id: 1, type: 'create', fields }))
      }
      peer.settle()
      expect(peer.session.reason?.code).toBe(code)
      expect(peer.all('error')).toMatchObject(code === undefined ? [] : [{ code }])
    })
})

describe('a peer that lies about how far things have gone', () => {
  test('by an ack of what was never marked ends its session', () => {
    for (const ack of [
      { era: 'own', position: 2 },
      { era: 'own', position: Number.MAX_SAFE_INTEGER },
      { era: 'd'.repeat(24), position: 0 },
    ]) {
      const world = new World()
      const a = world.client('a')
      a.record('Todo', 'create', 1, { title: 'x' })
      const peer = new Peer(world, a).shakeHands()
      peer.send({ type: 'ack', era: ack.era === 'own' ? a.scriber.era : ack.era, position: ack.position }).settle()
      expect(peer.session.reason?.code).toBe('SYNCRO_CURSOR_INVALID')
      expect(a.unsent().length).toBe(1)
    }
  })

  test('by an ack of what is there, but was not marked yet, ends its session', () => {
    const world = new World()
    const a = world.client('a')
    a.record('Todo', 'create', 1, { title: 'x' })
    const peer = new Peer(world, a).hello().upgrade().send({ type: 'resume', cursor: null })
    peer.settle()
    // It has rows, so it is to be compared with first, and nothing is marked meanwhile.
    peer.send({ type: 'resumed', good: false, rows: 1 }, { type: 'ack', era: a.scriber.era, position: 1 }).settle()
    expect([peer.session.reason?.code, peer.all('mark')]).toEqual(['SYNCRO_CURSOR_INVALID', []])
    expect(a.unsent().length).toBe(1)
  })

  test('by an ack of less than before changes nothing: acks are cumulative', () => {
    const world = new World()
    const a = world.client('a')
    a.record('Todo', 'create', 1, { title: 'x' })
    const peer = new Peer(world, a).shakeHands()
    for (const position of [1, 0]) peer.send({ type: 'ack', era: a.scriber.era, position }).settle()
    expect(a.unsent()).toEqual([])
    expect(peer.session.state).toBe('live')
  })

  test('by a cursor that was never ours is sent everything', () => {
    const lies = [
      { ledger: 'own', era: 'own', position: 10_000, view: '' },
      { ledger: 'own', era: 'd'.repeat(24), position: 0, view: '' },
      { ledger: 'd'.repeat(24), era: 'own', position: 0, view: '' },
      { ledger: 'own', era: 'own', position: 1, view: 'a part' },
    ]
    for (const lie of lies) {
      const world = new World()
      const a = world.client('a')
      a.record('Todo', 'create', 1, { title: 'x' })
      const own = (id: string, ours: string) => (id === 'own' ? ours : id)
      const peer = new Peer(world, a).hello().upgrade()
      peer.send({
        type: 'resume',
        cursor: { ...lie, ledger: own(lie.ledger, a.scriber.ledgerId), era: own(lie.era, a.scriber.era) },
      })
      peer.send({ type: 'resumed', good: true, rows: 0 }).settle()
      expect(peer.all('resumed')).toEqual([{ type: 'resumed', good: false, rows: 1 }])
      const says = { type: 'digest', oldest: 0, parts: [], differing: [], absent: [] } as const
      peer.send({ ...says, lists: [['', [], []]] }).settle()
      peer.send({ ...says, lists: [] }).settle()
      expect(peer.all('rows').length).toBe(1)
      expect(Object.keys(shown(a))).toEqual(['1'])
    }
  })

  test('by a mark of more than it sent is believed: it harms itself alone', () => {
    const { peer, ...others } = scene()
    peer.send({ type: 'mark', era, position: Number.MAX_SAFE_INTEGER }).settle()
    expect(peer.all('ack').at(-1)).toMatchObject({ position: Number.MAX_SAFE_INTEGER })
    peer.session.close()
    expectUnharmed(others)
  })

  test('by one era after the other is remembered to a bound', () => {
    for (const [count, kept] of [
      [1, 2],
      [2, 3],
      [3, 3],
    ] as const) {
      const world = new World()
      const a = world.client('a', { limits: { maxEras: 3 } })
      let peer = new Peer(world, a).shakeHands()
      const ids = Array.from({ length: count }, (_, n) => String(n).padStart(24, '0'))
      for (const id of ids) {
        peer.session.close()
        peer = new Peer(world, a).shakeHands({ era: id })
      }
      expect(peer.session.state).toBe('live')
      expect(peer.session.replica!.eras.size).toBe(kept)
      expect(peer.session.replica!.eras.has(ids.at(-1)!)).toBe(true)
    }
  })
})

describe('numbers that are shorter on the wire than they are written here', () => {
  const many = (count: number) => change(`["Todo",2,"u",{"title":[${new Array(count).fill('1e20').join(',')}]}]`)

  test('are taken where they can be sent on', () => {
    const { peer, friend } = scene()
    peer.sendText(many(150_000)).settle()
    expect((shown(friend)['2'] as unknown as { title: unknown[] }).title.length).toBe(150_000)
  })

  test('end the session that sent them where they cannot, and no other', () => {
    for (const text of [
      many(800_000),
      `{"type":"rows","writers":["${writer}"],"rows":[["Todo",1,null,null,[["title",[${new Array(800_000).fill('1e20').join(',')}],9,0]]]]}`,
    ]) {
      const { peer, ...others } = scene()
      peer.sendText(text).settle()
      expect(peer.session.reason?.code).toBe('SYNCRO_FRAME_TOO_LARGE')
      expectUnharmed(others)
    }
  })
})

describe('a session that answers', () => {
  test('does not queue answers for a peer that does not read them', () => {
    const world = new World()
    const a = world.client('a', { limits: { maxQueuedBytes: 2000 } })
    const peer = new Peer(world, a, 'accepts', { highWaterBytes: 1 }).shakeHands()
    // What the client writes stays under way from now on.
    for (let n = 0; n < 500; n++) {
      peer.send({ type: 'ping', clock: n }, { type: 'mark', era, position: n })
      peer.pair.flush({ from: 'a' })
      world.turn()
    }
    expect(peer.session.queuedBytes).toBeLessThan(2300)
    world.settle()
    expect(peer.session.state).toBe('live')
    expect(peer.all('ack').at(-1)).toMatchObject({ position: 499 })
  })
})
