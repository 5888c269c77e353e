import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Session } from '../src/session.js'
import { Syncro } from '../src/syncro.js'
import { Peer } from './peer.js'
import { shown, state, World } from './world.js'

const live = (syncro: Syncro) => syncro.sessions.filter(({ state }) => state === 'live')

describe('two sessions between the same two clients', () => {
  /** Connections in both directions at once, their bytes delivered in an order drawn from the seed, and cut when all is said. */
  function meet(seed: number): { world: World; a: Syncro; b: Syncro } {
    const world = new World(seed)
    const [a, b] = [world.client('a'), world.client('b')]
    a.record('Todo', 'create', 1, { title: 'from a' })
    b.record('Todo', 'create', 2, { title: 'from b' })
    const pairs = [world.join(a, b), world.join(b, a)]
    if (seed % 3 === 0) pairs.push(world.join(a, b))
    for (let steps = 0; steps < 200; steps++) {
      world.turn()
      pairs[world.draw(pairs.length)]!.flushOne({ from: world.draw(2) === 0 ? 'a' : 'b' })
    }
    world.settle()
    return { world, a, b }
  }

  test('end as one, the same on both sides, whatever is delivered when', () => {
    const survivors = new Set<string>()
    for (let seed = 1; seed <= 200; seed++) {
      const { world, a, b } = meet(seed)
      expect([live(a).length, live(b).length], `seed ${seed}`).toEqual([1, 1])
      const [ours, theirs] = [live(a)[0]!, live(b)[0]!]
      expect([ours.number, ours.hello!.number], `seed ${seed}`).toEqual([theirs.hello!.number, theirs.number])
      expect(a.sessions.length + b.sessions.length).toBe(2)
      expect(state(b)).toEqual(state(a))
      survivors.add(`${ours.number} ${theirs.number}`)
      b.record('Todo', 'update', 1, { title: 'later' })
      world.settle()
      expect(shown(a)['1']).toEqual({ title: 'later' })
      expect(world.reported).toEqual([])
      // The heartbeat of each side of the one that stayed.
      expect(world.timers).toBe(2)
    }
    expect(survivors.size).toBeGreaterThan(1)
  })

  test('the newer one stays; the other is told that it was replaced, and its late end changes nothing', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    const first = world.join(a, b)
    world.settle()
    const [old] = a.sessions
    world.join(a, b)
    world.settle()
    expect(old!.reason?.code).toBe('SYNCRO_REPLACED')
    expect(live(a).length).toBe(1)
    first.cut()
    old!.close()
    world.settle()
    expect([a.status, b.status]).toEqual(['live', 'live'])
    expect(b.clients()).toMatchObject([{ uid: 'a', online: true }])
  })

  test('a session that hangs half-open is replaced when the client comes back', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    world.pairs.delete(world.join(a, b))
    const pair = world.join(a, b)
    world.settle()
    // Only a learns that the connection is gone.
    world.pairs.delete(pair)
    live(a)[0]!.close()
    world.join(a, b)
    world.settle()
    expect([live(a).length, live(b).length]).toEqual([1, 1])
  })

  test('a new era of the same ledger takes the place of the old one’s session', () => {
    const world = new World()
    const a = world.client('a')
    const before = new Peer(world, a).shakeHands({ number: 9 })
    const after = new Peer(world, a).hello({ era: 'c'.repeat(24), number: 0 }).settle()
    // The old one is asked, and says nothing.
    expect([before.all('ping').length, after.session.state]).toEqual([1, 'handshaking'])
    world.advance(4000)
    expect(before.session.reason?.code).toBe('SYNCRO_REPLACED')
    expect(after.session.state).toBe('catching-up')
  })

  test('that are closed by whoever hears of the replacement are both over', () => {
    const world = new World()
    const a = world.client('a')
    const before = new Peer(world, a).shakeHands()
    const after = new Peer(world, a)
    before.session.on('closed', () => after.session.close())
    after.hello({ number: 1 }).settle()
    expect(a.sessions).toEqual([])
    expect(a.clients()).toMatchObject([{ online: false }])
  })
})

describe('several replicas of one uid', () => {
  test('have sessions side by side, and each other’s changes', () => {
    const world = new World()
    const server = world.client('server')
    const devices = [world.client('me'), world.client('me'), world.client('me')]
    for (const device of devices) world.join(device, server)
    world.settle()
    devices[0]!.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    for (const device of devices) expect(shown(device)).toEqual({ '1': { title: 'x' } })
    expect(server.clients()).toMatchObject([
      { uid: 'me', online: true, replicas: [{ online: true }, { online: true }, { online: true }] },
    ])
  })

  test('need the connection named, where bytes are handed over by uid', () => {
    const world = new World()
    const server = world.client('server')
    const pairs = [world.join(world.client('me'), server), world.join(world.client('me'), server)]
    world.settle()
    expect(() => server.receive('me', new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'SYNCRO_NOT_CONNECTED', message: expect.stringContaining('2 sessions') }),
    )
    expect(() => server.disconnect('me')).toThrow(expect.objectContaining({ code: 'SYNCRO_NOT_CONNECTED' }))
    server.disconnect('me', pairs[0]!.b)
    world.settle()
    expect(server.sessions.length).toBe(1)
    server.disconnect('me')
    expect(server.sessions.length).toBe(0)
  })
})

describe('by hand', () => {
  /** Both ends by uid alone, as the README shows it. */
  function wire(world: World, a: Syncro, server: Syncro) {
    const pair = world.pair()
    const session = a.connect('server', pair.a)
    const accepted = server.accept(pair.b)
    pair.a.attach({ receive: (bytes) => a.receive('server', bytes), close: () => a.disconnect('server') })
    pair.b.attach({ receive: (bytes) => accepted.receive(bytes), close: () => accepted.close() })
    return { pair, session, accepted }
  }

  test('the connection may be left out while the uid has one session', () => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    a.record('Todo', 'create', 1, { title: 'x' })
    const { pair, session } = wire(world, a, server)
    world.settle()
    expect(shown(server)).toEqual(shown(a))
    world.cut(pair)
    expect([session.state, a.status, server.status]).toEqual(['closed', 'offline', 'offline'])
  })

  test('what comes after the end is ignored, with and without the connection', () => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    const { pair } = wire(world, a, server)
    world.settle()
    a.disconnect('server', pair.a)
    for (const connection of [pair.a, undefined]) {
      a.receive('server', new Uint8Array([0, 1, 2]), connection)
      a.disconnect('server', connection)
    }
    expect(a.status).toBe('offline')
  })

  test('what comes after a handshake that never was is ignored as well', () => {
    const world = new World()
    const a = world.client('a')
    const { b } = world.pair()
    a.connect('server', b)
    a.disconnect('server', b)
    a.receive('server', new Uint8Array(1))
    a.disconnect('server')
  })

  test('a socket that never connected may tell of its end', () => {
    const world = new World()
    const a = world.client('a')
    const { a: connection } = world.pair()
    a.disconnect('server', connection)
    a.disconnect('server')
  })

  test('bytes for an unknown uid, or from a connection without session, are a mistake', () => {
    const world = new World()
    const a = world.client('a')
    const mistake = expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_NOT_CONNECTED' })
    expect(() => a.receive('nobody', new Uint8Array(1))).toThrow(mistake)
    a.connect('server', world.pair().a)
    expect(() => a.receive('server', new Uint8Array(1), world.pair().a)).toThrow(mistake)
  })

  test('a connection serves one session, also once that is over', () => {
    const world = new World()
    const a = world.client('a')
    const { a: connection } = world.pair()
    const mistake = expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_CONNECTION_IN_USE' })
    const session = a.connect('server', connection)
    expect(() => a.connect('server', connection)).toThrow(mistake)
    expect(() => a.accept(connection)).toThrow(mistake)
    session.close()
    expect(() => a.connect('server', connection)).toThrow(mistake)
  })

  test('something without write is no connection', () => {
    const a = new World().client('a')
    for (const nothing of [undefined, null, {}, { write: 1 }])
      expect(() => a.connect('server', nothing as never)).toThrow(
        expect.objectContaining({ code: 'SYNCRO_CONNECTION_INVALID' }),
      )
  })

  test('something with write alone is one', () => {
    const world = new World()
    const a = world.client('a')
    const written: Uint8Array[] = []
    const session = a.connect('server', { write: (bytes) => written.push(bytes) })
    world.settle()
    expect(written.length).toBe(1)
    session.close()
  })

  test('text instead of bytes is a mistake', () => {
    const a = new World().client('a')
    const session = a.accept(new World().pair().b)
    expect(() => session.receive('text' as never)).toThrow(
      expect.objectContaining({ code: 'SYNCRO_BYTES_INVALID', message: expect.stringContaining('setEncoding') }),
    )
    expect(session.state).toBe('handshaking')
  })

  test('bytes within transact are a mistake, which costs nothing', () => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    const { session } = wire(world, a, server)
    expect(() => a.transact(() => void session.receive(new Uint8Array(1)))).toThrow(
      expect.objectContaining({ code: 'SYNCRO_TRANSACTION_OPEN' }),
    )
    world.settle()
    expect(a.status).toBe('live')
  })

  test('uids are text of 1 to 256 characters', () => {
    const world = new World()
    const a = world.client('a')
    const invalid = expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_UID_INVALID' })
    for (const uid of ['', 'x'.repeat(257), '\ud800', 7, 7n, undefined, world.pair().a]) {
      expect(() => a.connect(uid as string, world.pair().a)).toThrow(invalid)
      if (uid !== undefined) expect(() => a.accept(world.pair().a, { uid: uid as string })).toThrow(invalid)
      expect(() => world.client(uid as string)).toThrow(invalid)
    }
    expect(() => new Syncro(undefined as never)).toThrow(invalid)
    for (const uid of ['x', 'x'.repeat(255), 'x'.repeat(256)]) a.connect(uid, world.pair().a)
  })

  test('a connection that closes with an error tells it as the cause', () => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    const pair = world.join(a, server)
    world.settle()
    const [session] = a.sessions
    const cable = new Error('cable')
    pair.cut(cable)
    expect(session!.reason).toMatchObject({ code: 'SYNCRO_CLOSED', cause: cable })
  })
})

describe('a connection that throws', () => {
  const faulty = (fault: 'write' | 'close') => ({
    write: () => {
      if (fault === 'write') throw new Error('broken')
    },
    close: () => {
      throw new Error('broken')
    },
  })

  test('in write ends its session, once, and nothing else', () => {
    for (const writeBytes of [1, 64 * 1024]) {
      const world = new World()
      const a = world.client('a', { limits: { writeBytes } })
      const closed: (string | undefined)[] = []
      a.on('session', (session) => {
        closed.push(session.reason?.code)
        session.on('closed', ({ code }) => closed.push(code))
      })
      const session = a.connect('server', faulty('write'))
      world.settle()
      expect(closed.filter((code) => code !== undefined)).toEqual(['SYNCRO_CONNECTION_FAILED'])
      expect(session.reason?.cause).toMatchObject({ message: 'broken' })
      expect(a.sessions).toEqual([])
      a.record('Todo', 'create', 1, { title: 'goes on' })
      expect(world.timers).toBe(0)
    }
  })

  test('in close is told to whoever listens for errors, else warned of; the process goes on', () => {
    const world = new World()
    const a = world.client('a')
    a.connect('server', faulty('close')).close()
    expect(world.reported).toMatchObject([{ code: 'SYNCRO_CONNECTION_FAILED' }])
    const warnings: string[] = []
    const alone = new Syncro({ uid: 'a', models: [], warn: ({ code }) => warnings.push(code) })
    alone.connect('server', faulty('close')).close()
    expect(warnings).toEqual(['SYNCRO_CONNECTION_FAILED'])
  })

  test('by a promise that rejects does so as well, as streams of the web do', async () => {
    const world = new World()
    const a = world.client('a')
    const rejecting = () => Promise.reject(new Error('broken'))
    const session = a.connect('server', { write: rejecting, close: rejecting })
    world.settle()
    await new Promise((resolve) => setTimeout(resolve))
    expect(session.reason).toMatchObject({ code: 'SYNCRO_CONNECTION_FAILED', cause: { message: 'broken' } })
    expect(world.reported).toMatchObject([{ code: 'SYNCRO_CONNECTION_FAILED' }])
  })

  test('while a full queue is written at the end has the session end once', () => {
    const world = new World()
    const a = world.client('a', { limits: { writeBytes: 10 } })
    let broken = false
    const peer = new Peer(world, a)
    peer.shakeHands()
    const write = peer.pair.b.write.bind(peer.pair.b)
    peer.pair.b.write = (bytes) => {
      if (broken) throw new Error('broken')
      return write(bytes)
    }
    const ends: string[] = []
    peer.session.on('closed', ({ code }) => ends.push(code))
    broken = true
    peer.session.end('SYNCRO_SLOW', 'for a reason that the other side is told')
    world.settle()
    expect(ends).toEqual(['SYNCRO_SLOW'])
    expect(a.sessions).toEqual([])
  })
})

describe('an end', () => {
  test('sends what is queued first, whatever the connection’s pace', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    world.join(a, b, { highWaterBytes: 1 })
    world.settle()
    for (let id = 0; id < 20; id++) a.record('Todo', 'create', id, { title: 'x'.repeat(100) })
    a.sessions[0]!.close()
    world.settle()
    expect(Object.keys(shown(b)).length).toBe(20)
  })

  test('says how far things have gone, so that the next session begins there', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a')).shakeHands()
    peer.syncro.record('Todo', 'create', 1, { title: 'x' })
    peer.session.close()
    world.settle()
    expect(peer.all('mark').at(-1)).toMatchObject({ position: 1 })
  })

  test('is told by state and closed, once, and leaves nothing that waits', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const told: unknown[] = []
    peer.session.on('state', (state) => told.push(state))
    peer.session.on('closed', ({ code }) => told.push(code))
    peer.session.close()
    peer.session.close()
    peer.session.end('SYNCRO_SLOW', 'too late')
    world.settle()
    expect(told).toEqual(['closed', 'SYNCRO_CLOSED'])
    expect(world.timers).toBe(0)
  })

  test('by a listener of the session’s own events is an end like any other', () => {
    for (const event of ['state', 'caught-up'] as const) {
      const world = new World()
      const a = world.client('a')
      const peer = new Peer(world, a)
      peer.session.on(event, () => peer.session.close())
      peer.shakeHands()
      expect(peer.session.state).toBe('closed')
      expect(a.clients().some(({ online }) => online)).toBe(false)
    }
  })
})

describe('a replica without a durable store', () => {
  const known = (limit: number, count: number) => {
    const world = new World()
    const a = world.client('a', { limits: { maxTransientCursors: limit } })
    const sessions: Session[] = []
    for (let n = 0; n < count; n++) {
      const peer = new Peer(world, a).shakeHands({ uid: `peer ${n}`, durable: false })
      sessions.push(peer.session)
    }
    for (const session of sessions) session.close()
    return a.clients().map(({ uid }) => uid)
  }

  test('is remembered for a while, the latest of them', () => {
    expect(known(2, 1)).toEqual(['peer 0'])
    expect(known(2, 2)).toEqual(['peer 0', 'peer 1'])
    expect(known(2, 3)).toEqual(['peer 1', 'peer 2'])
  })

  test('leaves nothing in the store', () => {
    const world = new World()
    const store = new MemoryStore({ level: 'disk' })
    const a = world.client('a', { store })
    new Peer(world, a).shakeHands({ uid: 'durable' })
    new Peer(world, a).shakeHands({ uid: 'transient', durable: false, ledger: 'd'.repeat(24) })
    expect(store.open()?.replicas.map(({ uid }) => uid)).toEqual(['durable'])
  })
})
