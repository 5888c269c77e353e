/** One ledger, open twice: a client that came back before its last session was known to be dead, or a data directory that was copied. */
import { type Connection, encodeFrame, encodeMessage, encodeV1, type Receiver, type Transport } from '@syncro/protocol'
import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { helloOf, Peer } from './peer.js'
import { shown, state, World } from './world.js'

const disk = () => new MemoryStore({ level: 'disk' })

/** Dials a client again and again, as a transport would. */
class Line implements Transport {
  readonly label = 'line'
  readonly #world: World
  readonly #to: Syncro

  constructor(world: World, to: Syncro) {
    this.#world = world
    this.#to = to
  }

  async open(attach: (connection: Connection) => Receiver): Promise<void> {
    const pair = this.#world.pair()
    const session = this.#to.accept(pair.b)
    pair.b.attach({ receive: (bytes) => session.receive(bytes), close: () => session.close() })
    pair.a.attach(attach(pair.a))
  }
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await undefined
}

async function pass(world: World, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await settled()
    world.advance(1000)
  }
  await settled()
  world.settle()
}

/** A client in step with a server, and a copy of its data directory that is started beside it. */
async function scene() {
  const world = new World()
  const store = disk()
  const server = world.client('server', { store: disk() })
  const original = world.client('a', { store })
  for (let id = 0; id < 20; id++) original.record('Todo', 'create', id, { title: `number ${id}` })
  original.dial(new Line(world, server))
  await pass(world, 2)
  original.record('Todo', 'update', 1, { title: 'not yet acknowledged' })
  const copyStore = store.copy()
  const copy = world.client('a', { store: copyStore })
  let told = 0
  copy.on('copied', () => {
    told += 1
  })
  original.on('copied', () => {
    throw new Error('the original was told')
  })
  return { world, server, original, copy, copyStore, told: () => told }
}

describe('a copied data directory', () => {
  test('that is started beside the original is told so, goes on as a client of its own, and loses nothing', async () => {
    const { world, server, original, copy, copyStore, told } = await scene()
    const before = copy.scriber.ledgerId
    copy.record('Todo', 'create', 'of the copy', { title: 'x' })
    copy.dial(new Line(world, server))
    original.record('Todo', 'create', 'of the original', { title: 'y' })
    await pass(world, 10)
    expect([told(), copy.status, original.status]).toEqual([1, 'live', 'live'])
    expect(copy.scriber.ledgerId).not.toBe(before)
    expect(copyStore.open()!.ledger).toBe(copy.scriber.ledgerId)
    expect(state(copy)).toEqual(state(server))
    expect(state(original)).toEqual(state(server))
    expect(shown(server)).toMatchObject({ '"of the copy"': { title: 'x' }, '"of the original"': { title: 'y' } })
    expect(server.clients()).toMatchObject([{ uid: 'a', replicas: [{ online: true }, { online: true }] }])
    expect([copy.unsent(), original.unsent()]).toEqual([[], []])
    expect(world.warnings).toMatchObject([{ code: 'SYNCRO_COPIED' }])
  })

  test('goes on under its new id after a restart, too', async () => {
    const { world, server, copy, copyStore } = await scene()
    copy.dial(new Line(world, server))
    await pass(world, 10)
    const closing = copy.close()
    await pass(world, 6)
    await closing
    const again = world.client('a', { store: copyStore })
    again.on('copied', () => {
      throw new Error('it was told again')
    })
    again.record('Todo', 'create', 'later', { title: 'z' })
    const bytes = await (async () => {
      const pair = world.join(again, server)
      await pass(world, 5)
      return pair.a.writtenBytes
    })()
    expect(state(again)).toEqual(state(server))
    expect(bytes).toBeLessThan(1500)
  })

  test('that dials the original finds out itself', async () => {
    const { world, original, copy, told } = await scene()
    copy.dial(new Line(world, original))
    await pass(world, 10)
    expect(told()).toBe(1)
    expect(state(copy)).toEqual(state(original))
  })

  test('is found out by whoever dials the copy, while the original is there', async () => {
    const { world, server, copy, told } = await scene()
    server.dial(new Line(world, copy))
    await pass(world, 20)
    expect(told()).toBe(1)
    expect(state(copy)).toEqual(state(server))
  })

  test('is told once: whoever says so again is not believed', async () => {
    const world = new World()
    const a = world.client('a', { store: disk() })
    a.record('Todo', 'create', 1, {})
    const ids = new Set([a.scriber.ledgerId])
    for (let n = 0; n < 4; n++) {
      const peer = new Peer(world, a).shakeHands({ era: String(n).padStart(24, '0') })
      peer.send({ type: 'error', code: 'SYNCRO_COPIED', message: 'you are a copy' }).settle()
      expect(peer.session.state).toBe('closed')
      ids.add(a.scriber.ledgerId)
    }
    expect(ids.size).toBe(2)
    expect(shown(a)).toEqual({ '1': {} })
  })
})

describe('a client that comes back while its last session is not known to be dead', () => {
  /** The session of a client hangs half-open on the server; the client has started anew. */
  function halfOpen(probeMs?: number) {
    const world = new World()
    const store = disk()
    const limits = probeMs === undefined ? {} : { probeMs }
    const server = world.client('server', { store: disk(), limits })
    const first = world.client('a', { store })
    first.record('Todo', 'create', 1, { title: 'x' })
    const hung = world.join(first, server)
    world.settle()
    world.pairs.delete(hung)
    const again = world.client('a', { store })
    again.record('Todo', 'create', 2, { title: 'y' })
    const pair = world.join(again, server)
    world.settle()
    return { world, server, again, hung, pair }
  }

  for (const [probeMs, isThere] of [
    [3999, true],
    [4000, true],
    [4001, false],
  ] as const)
    test(`waits until the old one has not answered for probeMs of ${probeMs}, and takes its place`, () => {
      const { world, server, again } = halfOpen(probeMs)
      const [old, next] = server.sessions
      expect([old!.state, next!.state]).toEqual(['live', 'handshaking'])
      world.advance(4000)
      expect([old!.state, next!.state === 'live']).toEqual([isThere ? 'closed' : 'live', isThere])
      if (!isThere) return
      expect(old!.reason?.code).toBe('SYNCRO_REPLACED')
      expect(state(server)).toEqual(state(again))
      expect(server.clients()).toMatchObject([{ uid: 'a', replicas: [{ online: true }] }])
    })

  test('takes its place at once where the old one turns out to be dead', () => {
    const { world, server, again, hung } = halfOpen()
    hung.cut()
    world.settle()
    expect([server.status, server.sessions.length]).toEqual(['live', 1])
    expect(state(server)).toEqual(state(again))
  })

  test('is not taken for a copy because something of the old session is still on its way', () => {
    const world = new World()
    const server = world.client('server')
    const before = new Peer(world, server).shakeHands()
    // An answer to an earlier question.
    for (let n = 0; n < 16; n++) world.advance(1000)
    const [asked] = before.all('ping')
    const after = new Peer(world, server).hello({ era: 'c'.repeat(24) }).settle()
    before.send({ type: 'pong', clock: asked!['clock'] as number, received: 1, sent: 1 }).settle()
    expect(after.session.state).toBe('handshaking')
    world.advance(4000)
    expect([before.session.reason?.code, after.session.state]).toEqual(['SYNCRO_REPLACED', 'catching-up'])
  })

  test('several times settles on the last', () => {
    const world = new World()
    const server = world.client('server')
    const peers = Array.from({ length: 4 }, (_, n) =>
      new Peer(world, server)
        .hello({ era: String(n).padStart(24, '0'), number: n })
        .upgrade()
        .settle(),
    )
    for (let n = 0; n < 12; n++) world.advance(1000)
    const open = peers.filter(({ session }) => session.state !== 'closed')
    expect(open.length).toBeLessThanOrEqual(1)
    expect(world.reported).toEqual([])
  })

  test('and is gone again before that is known has cut no frame, whatever of it was held meanwhile', () => {
    const world = new World()
    const server = world.client('server')
    new Peer(world, server).shakeHands()
    const pair = world.pair()
    const session = server.accept(pair.b)
    const frames = [
      encodeFrame(encodeV1(helloOf({ era: 'c'.repeat(24) })), 16),
      encodeFrame(encodeV1({ type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1 }), 16),
      encodeFrame(encodeMessage({ type: 'resume', cursor: null }), 32),
    ]
    session.receive(Uint8Array.from(frames.flatMap((frame) => [...frame])))
    expect(session.state).toBe('handshaking')
    session.close()
    expect(session.reason?.code).toBe('SYNCRO_CLOSED')
  })

  test('and is gone again before that is known leaves nothing that waits', () => {
    const { world, server, pair } = halfOpen()
    world.cut(pair)
    world.advance(4000)
    expect(server.sessions.map(({ state }) => state)).not.toContain('handshaking')
    expect(world.reported).toEqual([])
  })
})
