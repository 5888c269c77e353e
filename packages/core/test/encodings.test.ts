/** Which encoding is spoken, by whom; what travels together; and what a peer can do with numbers. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { BinaryDecoder, BinaryEncoder, encodeFrame, FrameDecoder, type Message, V1Reader } from '@syncro/protocol'
import { describe, expect, test } from 'vitest'
import type { PlayedChange } from '../src/binding.js'
import type { Syncro } from '../src/syncro.js'
import { era, helloOf, Peer } from './peer.js'
import { shown, state, World } from './world.js'

const encodings = ['binary', 'json'] as const

/** The bodies of version 2 that one side writes, and what was agreed upon before. */
class Tap {
  readonly bodies: Uint8Array[] = []
  encoding: string | undefined
  readonly #decoder = new FrameDecoder()
  readonly #reader = new V1Reader(this.#decoder)

  hear(bytes: Uint8Array): void {
    this.#decoder.push(bytes)
    while (this.#decoder.width === 16) {
      const message = this.#reader.next()
      if (message === undefined) return
      if (message.type !== 'upgrade') continue
      this.encoding = message.encoding ?? 'json'
      this.#decoder.width = 32
    }
    for (let body = this.#decoder.next(); body !== undefined; body = this.#decoder.next())
      this.bodies.push(body.slice())
  }

  /** The messages in each body of the binary encoding. */
  messages(): Message[][] {
    const decoder = new BinaryDecoder()
    return this.bodies.map((body) => {
      const messages: Message[] = []
      decoder.open(body)
      for (let message = decoder.next(); message !== undefined; message = decoder.next()) messages.push(message)
      return messages
    })
  }
}

/** Two clients, and what the first of them writes. */
function tapped(offered: readonly [(typeof encodings)[number], (typeof encodings)[number]]) {
  const world = new World()
  const [a, b] = [world.client('a', { encoding: offered[0] }), world.client('b', { encoding: offered[1] })]
  const tap = new Tap()
  const pair = world.pair()
  const dialled = a.connect('b', pair.a)
  const accepted = b.accept(pair.b)
  pair.a.attach({ receive: (bytes) => dialled.receive(bytes), close: (cause) => dialled.close(cause) })
  pair.b.attach({
    receive: (bytes) => {
      tap.hear(bytes)
      accepted.receive(bytes)
    },
    close: (cause) => accepted.close(cause),
  })
  world.settle()
  return { world, a, b, tap, accepted }
}

describe('the encoding', () => {
  for (const first of encodings)
    for (const second of encodings)
      for (const borders of [false, true])
        test(`of ${first} with ${second}${borders ? ', with message borders' : ''} brings the same data`, () => {
          const world = new World()
          const [a, b] = [world.client('a', { encoding: first }), world.client('b', { encoding: second })]
          for (let id = 0; id < 50; id++) a.record('Todo', 'create', id, { title: `todo ${id}`, at: new Date(id) })
          b.record('Todo', 'create', 'b', { bytes: Uint8Array.of(1, 2), big: 2n ** 80n, list: [1, { a: null }] })
          world.join(a, b, { borders })
          world.settle()
          a.record('Todo', 'update', 'b', { done: true })
          b.transact(() => {
            b.record('Todo', 'update', 7, { title: 'seven' })
            b.record('Todo', 'destroy', 8)
          })
          world.settle()
          expect(state(b)).toEqual(state(a))
          expect(Object.keys(shown(a))).toHaveLength(50)
          expect([...a.unsent(), ...b.unsent()]).toEqual([])
        })

  test('is binary where both offer it, and JSON else', () => {
    const agreed = encodings.flatMap((first) => encodings.map((second) => tapped([first, second]).tap.encoding))
    expect(agreed).toEqual(['binary', 'json', 'json', 'json'])
  })

  test('of a peer that offers unknown ones is JSON', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a', { encoding: 'binary' })).shakeHands({ encodings: ['papyrus'] })
    expect(peer.session.state).toBe('live')
  })

  test('that was not offered ends the session', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a', { encoding: 'json' }))
    peer.hello().sendV1({ type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1, encoding: 'binary' }).settle()
    expect(peer.all('error')).toMatchObject([{ code: 'SYNCRO_MESSAGE_UNEXPECTED' }])
  })

  test('holds for why a session ends as well', () => {
    const { world, a, tap, accepted } = tapped(['binary', 'binary'])
    a.sessions[0]!.end('SYNCRO_REPLACED', 'for a test')
    world.settle()
    expect(tap.messages().at(-1)).toMatchObject([{ type: 'error', code: 'SYNCRO_REPLACED' }])
    expect(accepted.reason).toMatchObject({ code: 'SYNCRO_REPLACED', remote: true })
  })
})

describe('in the binary encoding', () => {
  test('changes of one tick share a frame, each of them whole', () => {
    const { world, a, b, tap } = tapped(['binary', 'binary'])
    const before = tap.bodies.length
    for (let id = 0; id < 20; id++) a.record('Todo', 'create', id, { title: 'x' })
    for (let id = 0; id < 20; id++) a.record('Todo', 'update', id, { title: 'y' })
    world.settle()
    const bodies = tap.messages().slice(before)
    expect(bodies[0]!.filter(({ type }) => type === 'batch')).toHaveLength(40)
    expect(bodies[0]!.at(-1)).toMatchObject({ type: 'mark' })
    expect(state(b)).toEqual(state(a))
  })

  test('a record that took the number of one that was forgotten is told anew', () => {
    const world = new World()
    const limits = { tombstoneMs: 1_000, trimMs: 10_000 }
    const [a, b] = [world.client('a', { encoding: 'binary', limits }), world.client('b', { encoding: 'binary' })]
    world.join(a, b)
    world.settle()
    a.record('Todo', 'create', 'first', { title: 'x' })
    a.record('Todo', 'destroy', 'first')
    world.settle()
    const table = a.scriber.ledger.table('Todo')
    const row = table.row(table.slot('first')!)
    world.nowMs += 5_000
    a.record('Todo', 'create', 'stays', { title: 'x' })
    world.settle()
    // Time passes where the event loop turns, and sessions go on.
    world.advance(5_000)
    expect(table.slot('first')).toBeUndefined()
    b.record('Todo', 'create', 'second', { title: 'y' })
    world.settle()
    expect(table.row(table.slot('second')!)).toBe(row)
    a.record('Todo', 'update', 'second', { title: 'z' })
    world.settle()
    expect(shown(b)).toEqual({ '"second"': { title: 'z' }, '"stays"': { title: 'x' } })
    expect(a.status).toBe('live')
  })

  test('a number that was never defined ends that session and no other', () => {
    const world = new World()
    const [a, b] = [world.client('a', { encoding: 'binary' }), world.client('b', { encoding: 'binary' })]
    world.join(a, b)
    const peer = new Peer(world, a)
    peer.sendV1(helloOf()).sendV1({ type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1, encoding: 'binary' })
    peer.sendBytes(encodeFrame(Uint8Array.of(25, 0), 32)).settle()
    peer.sendBytes(encodeFrame(Uint8Array.of(26, 0, 0, 17, 1, 0, ...new Array<number>(12).fill(0), 9), 32)).settle()
    expect(peer.session.reason).toMatchObject({ code: 'SYNCRO_NUMBER_INVALID' })
    expect(peer.all('error')).toMatchObject([{ code: 'SYNCRO_NUMBER_INVALID' }])
    b.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    expect(shown(a)).toEqual(shown(b))
  })

  test('what would not fit in JSON ends the session of whoever sent it', () => {
    const world = new World()
    const a = world.client('a', { encoding: 'binary' })
    const peer = new Peer(world, a)
    peer.sendV1(helloOf()).sendV1({ type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1, encoding: 'binary' })
    peer.sendBytes(encodeFrame(Uint8Array.of(25, 0, 26, 0, 0), 32)).settle()
    const encoder = new BinaryEncoder({ numberOf: () => 0, recordAt: () => ({ name: 'T', id: 'x'.repeat(256) }) })
    const told = encoder.told()
    const changes = Array.from({ length: 20_000 }, () => ({ name: 'T', id: 'x'.repeat(256), type: 'destroy' as const }))
    const encoded = encoder.encode({ type: 'batch', stamp: 1, writer: era, changes })
    expect(encoded.bytes.length).toBeLessThan(50_000)
    peer
      .sendBytes(encodeFrame(told.definitions(encoded)!, 32))
      .sendBytes(encodeFrame(encoded.bytes, 32))
      .settle()
    expect(peer.session.reason).toMatchObject({ code: 'SYNCRO_FRAME_TOO_LARGE' })
  })

  test('a catch-up of rows with more fields together than a message may have comes whole', () => {
    const world = new World()
    const [a, b] = [world.client('a', { encoding: 'binary' }), world.client('b', { encoding: 'binary' })]
    const fields = (from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`field ${from + at}`, at]))
    a.record('Todo', 'create', 1, fields(0, 800))
    a.record('Todo', 'create', 2, fields(700, 900))
    a.record('Todo', 'create', 3, fields(0, 1_000))
    a.record('Todo', 'update', 3, fields(1_000, 500))
    world.join(a, b)
    world.settle()
    expect(state(b)).toEqual(state(a))
    expect(b.status).toBe('live')
  })

  test('what one row holds is parted where it would not fit', () => {
    const world = new World()
    const [a, b] = [world.client('a', { encoding: 'binary' }), world.client('b', { encoding: 'binary' })]
    for (let n = 0; n < 6; n++)
      a.record('Todo', n === 0 ? 'create' : 'update', 1, { [`text ${n}`]: 'é'.repeat(900_000) })
    world.join(a, b)
    world.settle()
    expect(state(b)).toEqual(state(a))
  })

  test('a catch-up is deflated where both sides can, and by nobody else', () => {
    const compression = {
      deflate: (bytes: Uint8Array) => deflateRawSync(bytes),
      inflate: (bytes: Uint8Array, most: number) => inflateRawSync(bytes, { maxOutputLength: most }),
    }
    const written = [[compression, compression], [compression, undefined], [undefined, compression], []].map((can) => {
      const world = new World()
      const [a, b] = ['a', 'b'].map((uid, side) => {
        const environment = can[side] === undefined ? {} : { compression: can[side] }
        return world.client(uid, { encoding: 'binary', environment })
      }) as [Syncro, Syncro]
      for (let id = 0; id < 2_000; id++) a.record('Todo', 'create', id, { title: `a title like others, ${id}` })
      const pair = world.join(a, b)
      world.settle()
      expect(state(b)).toEqual(state(a))
      a.record('Todo', 'update', 1, { title: 'live' })
      world.settle()
      expect(shown(b)['1']).toEqual({ title: 'live' })
      return pair.a.writtenBytes
    })
    expect(written[0]).toBeLessThan(written[3]! / 2)
    // The hello of whoever can says so.
    for (const one of [written[1]!, written[2]!]) expect(Math.abs(one - written[3]!)).toBeLessThan(20)
  })

  for (const borders of [false, true])
    test(`what comes while something is read comes after it${borders ? ', with message borders' : ''}`, () => {
      const world = new World()
      const encoder = new BinaryEncoder({ numberOf: () => -1, recordAt: () => ({ name: 'Todo', id: 0 }) })
      const told = encoder.told()
      const bytesOf = (...changed: number[]) => {
        const parts = changed.map((n) =>
          encoder.encode({
            type: 'batch',
            stamp: n,
            writer: era,
            changes: [{ name: 'Todo', id: n, type: 'create', fields: { n } }],
          }),
        )
        const body = Buffer.concat(parts.flatMap((part) => [told.definitions(part) ?? new Uint8Array(), part.bytes]))
        return borders ? body : encodeFrame(body, 32)
      }
      const [first, second] = [bytesOf(1, 2, 3), bytesOf(4, 5)]
      const played: unknown[] = []
      const player = {
        name: 'Todo',
        play: ({ id }: PlayedChange) => {
          played.push(id)
          // A connection that delivers while it is written to, say; the array is used again afterwards.
          if (id === 1) {
            const lent = second.slice()
            peer.session.receive(lent)
            lent.fill(0)
          }
        },
      }
      const peer = new Peer(world, world.client('a', { encoding: 'binary', models: [player] }), 'accepts', { borders })
      peer.sendV1(helloOf()).sendV1({ type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1, encoding: 'binary' })
      const opening = Uint8Array.of(25, 0, 26, 0, 0)
      peer.sendBytes(borders ? opening : encodeFrame(opening, 32)).settle()
      peer.sendBytes(first).settle()
      expect(played).toEqual([1, 2, 3, 4, 5])
      expect(peer.session.reason).toBeUndefined()
    })
})
