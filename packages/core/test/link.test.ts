import type { Connection, Receiver, Transport } from '@syncro/protocol'
import type { ConnectionPair } from '@syncro/protocol/testing'
import { describe, expect, test } from 'vitest'
import type { Link } from '../src/link.js'
import type { Syncro } from '../src/syncro.js'
import { Peer } from './peer.js'
import { shown, World } from './world.js'

/** Promises settle, and nothing else. */
const settled = async () => {
  for (let turn = 0; turn < 12; turn++) await undefined
}

class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Dials a client of the same world, when the test says so. */
class Line implements Transport {
  readonly label = 'line'
  readonly world: World
  server: Syncro | undefined
  readonly pairs: ConnectionPair[] = []
  readonly waiting: {
    readonly attach: (connection: Connection) => Receiver
    readonly resolve: () => void
    readonly reject: (error: unknown) => void
  }[] = []
  opened = 0
  aborted = 0
  /** What an attempt fails with, at once. */
  failure: unknown
  /** Attempts wait until the test lets them through. */
  holds = false

  constructor(world: World, server?: Syncro) {
    this.world = world
    this.server = server
  }

  open(attach: (connection: Connection) => Receiver, signal?: AbortSignal): Promise<void> {
    this.opened += 1
    if (this.failure !== undefined) return Promise.reject(this.failure)
    if (!this.holds) {
      this.connect(attach)
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ attach, resolve, reject })
      signal?.addEventListener('abort', () => {
        this.aborted += 1
        reject(new TransportError('SYNCRO_ABORTED'))
      })
    })
  }

  connect(attach: (connection: Connection) => Receiver): ConnectionPair {
    const pair = this.world.pair()
    const accepted = this.server!.accept(pair.b)
    pair.b.attach({ receive: (bytes) => accepted.receive(bytes), close: (cause) => accepted.close(cause) })
    pair.a.attach({ receive: () => undefined, close: () => undefined })
    pair.a.attach(attach(pair.a))
    this.pairs.push(pair)
    return pair
  }
}

interface Scene {
  readonly world: World
  readonly a: Syncro
  readonly server: Syncro
  readonly line: Line
  readonly link: Link
  readonly states: string[]
  readonly failures: (string | undefined)[]
  /** How `ready` stands. */
  readonly ready: { is: string | undefined }
}

async function scene(
  prepare: (line: Line) => void = () => undefined,
  options: Parameters<Syncro['dial']>[1] = {},
): Promise<Scene> {
  const world = new World()
  const [a, server] = [world.client('a'), world.client('server')]
  const line = new Line(world, server)
  prepare(line)
  const link = a.dial(line, options)
  const states: string[] = []
  const failures: (string | undefined)[] = []
  const ready: { is: string | undefined } = { is: undefined }
  link.on('state', (state) => states.push(state))
  link.on('failed', (error) => failures.push('code' in error ? String(error.code) : error.message))
  link.ready.then(
    () => {
      ready.is = 'resolved'
    },
    (error: TransportError) => {
      ready.is = error.code
    },
  )
  await settled()
  world.settle()
  await settled()
  return { world, a, server, line, link, states, failures, ready }
}

/** Lets time pass until the link dials again; returns how long it waited. */
async function untilDialled({ world, line }: Scene, mostMs = 40_000): Promise<number> {
  const before = line.opened
  const from = world.nowMs
  while (line.opened === before) {
    if (world.nowMs - from > mostMs) throw new Error('the link does not dial')
    world.advance(1)
    if (world.timers === 0) await settled()
  }
  await settled()
  world.settle()
  return world.nowMs - from
}

describe('a link', () => {
  test('is ready once it has caught up', async () => {
    const { a, server, link, ready, states } = await scene()
    expect(ready.is).toBe('resolved')
    expect([link.state, link.session?.state, link.session?.uid, link.label]).toEqual(['open', 'live', 'server', 'line'])
    expect(states).toEqual(['open'])
    a.record('Todo', 'create', 1, { title: 'x' })
    expect(server.status).toBe('live')
  })

  test('is not ready because it is connected', async () => {
    const world = new World()
    const a = world.client('a')
    const server = world.client('server')
    for (let id = 0; id < 100; id++) server.record('Todo', 'create', id, { title: 'x' })
    const line = new Line(world, server)
    const link = a.dial(line)
    let isReady = false
    link.ready.then(() => {
      isReady = true
    })
    await settled()
    expect([link.state, isReady]).toEqual(['open', false])
    world.settle()
    await settled()
    expect(isReady).toBe(true)
    expect(Object.keys(shown(a)).length).toBe(100)
  })

  test('dials again when its session ends, and tells why it did', async () => {
    const s = await scene()
    s.line.pairs[0]!.cut(new Error('cable'))
    expect([s.link.state, s.link.session]).toEqual(['waiting', undefined])
    expect(s.failures).toEqual(['SYNCRO_CLOSED'])
    await untilDialled(s)
    expect(s.link.state).toBe('open')
    expect(s.states).toEqual(['open', 'waiting', 'dialling', 'open'])
  })

  test('goes on dialling a server that is not there, and the process with it', async () => {
    const held: boolean[] = []
    const world = new World()
    const line = new Line(world)
    line.failure = new TransportError('SYNCRO_CONNECTION_REFUSED')
    const a = world.client('a')
    const { set } = a.environment.timers
    Object.assign(a.environment.timers, {
      set: (ms: number, callback: () => void, options?: { holdsProcess?: boolean }) => {
        held.push(options?.holdsProcess === true)
        return set(ms, callback)
      },
    })
    a.dial(line)
    await settled()
    expect(held).toEqual([true])
  })

  test('waits longer each time, evenly drawn from 0 to a bound that doubles, up to the longest', async () => {
    const bounds = [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]
    const longest = bounds.map(() => 0)
    const shortest = bounds.map(() => Number.POSITIVE_INFINITY)
    for (let seed = 1; seed <= 40; seed++) {
      const world = new World(seed)
      const line = new Line(world)
      line.failure = new TransportError('SYNCRO_CONNECTION_REFUSED')
      const pauses: number[] = []
      const a = world.client('a')
      Object.assign(a.environment.timers, {
        set: (ms: number, callback: () => void) => {
          pauses.push(ms)
          if (pauses.length < bounds.length) a.environment.timers.soon(callback)
          return () => undefined
        },
      })
      a.dial(line)
      for (let n = 0; n < bounds.length; n++) {
        await settled()
        world.settle()
      }
      for (const [n, ms] of pauses.entries()) {
        longest[n] = Math.max(longest[n]!, ms)
        shortest[n] = Math.min(shortest[n]!, ms)
      }
      expect(pauses.length).toBe(bounds.length)
    }
    for (const [n, bound] of bounds.entries()) {
      expect(longest[n]).toBeLessThan(bound)
      expect(longest[n]).toBeGreaterThan(bound * 0.8)
      expect(shortest[n]).toBeLessThan(bound * 0.2)
    }
  })

  for (const [stableFor, short] of [
    [9_999, false],
    [10_000, true],
    [10_001, true],
  ] as const)
    test(`after ${stableFor} ms of a session that had caught up waits ${short ? 'shortly' : 'long'} again`, async () => {
      let longest = 0
      for (let seed = 1; seed <= 12; seed++) {
        const world = new World(seed)
        const [a, server] = [world.client('a'), world.client('server')]
        const line = new Line(world, server)
        line.failure = new TransportError('SYNCRO_CONNECTION_REFUSED')
        const pauses: number[] = []
        const { set } = a.environment.timers
        Object.assign(a.environment.timers, {
          set: (ms: number, callback: () => void, options?: { holdsProcess?: boolean }) => {
            if (options?.holdsProcess) pauses.push(ms)
            return set(ms, callback)
          },
        })
        const link = a.dial(line)
        for (let n = 0; n < 6; n++) {
          await settled()
          world.advance(30_000)
        }
        await settled()
        line.failure = undefined
        world.advance(30_000)
        await settled()
        world.settle()
        expect(link.state).toBe('open')
        world.advance(stableFor)
        line.pairs[0]!.cut()
        longest = Math.max(longest, pauses.at(-1)!)
      }
      if (short) expect(longest).toBeLessThan(250)
      else expect(longest).toBeGreaterThan(1000)
    })

  test('a session that hangs in its handshake is no stable one', async () => {
    const s = await scene((line) => {
      line.connect = (attach) => {
        const pair = line.world.pair()
        pair.b.attach({ receive: () => undefined, close: () => undefined })
        pair.a.attach(attach(pair.a))
        return pair
      }
    })
    const codes: (string | undefined)[] = []
    for (let n = 0; n < 9; n++) {
      s.world.advance(10_000)
      await untilDialled(s)
      codes.push(s.failures.at(-1))
    }
    expect(new Set(codes)).toEqual(new Set(['SYNCRO_HANDSHAKE_TIMEOUT']))
    // By now pauses may be long: had each attempt counted as stable, none would be over 250 ms.
    let longest = 0
    for (let n = 0; n < 5; n++) {
      s.world.advance(10_000)
      longest = Math.max(longest, await untilDialled(s))
    }
    expect(longest).toBeGreaterThan(250)
  })
})

describe('ready rejects', () => {
  for (const code of ['SYNCRO_ADDRESS_INVALID', 'SYNCRO_OPTION_INVALID', 'SYNCRO_PATH_TOO_LONG'])
    test(`for ${code} of the transport; the link gives up`, async () => {
      const { link, ready, failures, world } = await scene((line) => {
        line.failure = new TransportError(code)
      })
      expect([ready.is, link.state, failures, world.timers]).toEqual([code, 'closed', [code], 0])
    })

  test('for a transport that throws instead of rejecting', async () => {
    const { link, ready } = await scene((line) => {
      line.open = () => {
        throw new TransportError('SYNCRO_ADDRESS_INVALID')
      }
    })
    expect([ready.is, link.state]).toEqual(['SYNCRO_ADDRESS_INVALID', 'closed'])
  })

  for (const code of [
    'SYNCRO_CONNECTION_REFUSED',
    'SYNCRO_HOST_NOT_FOUND',
    'SYNCRO_HOST_UNREACHABLE',
    'SYNCRO_CONNECT_TIMEOUT',
    'SYNCRO_PERMISSION_DENIED',
    'SYNCRO_SOCKET_FAILED',
  ])
    test(`not for ${code}, which may heal`, async () => {
      const s = await scene((line) => {
        line.failure = new TransportError(code)
      })
      expect([s.ready.is, s.link.state, s.failures]).toEqual([undefined, 'waiting', [code]])
      s.line.failure = undefined
      await untilDialled(s)
      expect(s.ready.is).toBe('resolved')
    })

  test('not for what is no Error either', async () => {
    const s = await scene((line) => {
      line.failure = 'text'
    })
    expect([s.link.state, s.failures]).toEqual(['waiting', ['text']])
  })

  test('for another uid than was expected, and for whatever else the other side refuses for good', async () => {
    const mismatch = await scene(undefined, { uid: 'somebody else' })
    expect([mismatch.ready.is, mismatch.link.state]).toEqual(['SYNCRO_UID_MISMATCH', 'closed'])
    for (const code of [
      'SYNCRO_UNAUTHENTICATED',
      'SYNCRO_SPACE_UNKNOWN',
      'SYNCRO_SELF',
      'SYNCRO_VERSION_UNSUPPORTED',
      'SYNCRO_UID_UNKNOWN',
    ]) {
      const s = await scene((line) => {
        line.connect = (attach) => {
          const peer = new Peer(line.world, line.world.client('x'))
          peer.pair.b.attach(attach(peer.pair.b))
          peer.hello().upgrade().send({ type: 'error', code, message: 'no' })
          return peer.pair
        }
      })
      // The connection above is the peer's; what it hears of us does not matter here.
      expect([s.ready.is, s.link.state]).toEqual([code, 'closed'])
    }
  })

  test('for credentials that cannot be sent', async () => {
    const { ready, link, world } = await scene(undefined, { credentials: 'x'.repeat(70_000) })
    expect([ready.is, link.state, world.timers]).toEqual(['SYNCRO_FRAME_TOO_LARGE', 'closed', 0])
  })

  test('for a store that cannot be opened', async () => {
    const world = new World()
    const a = world.client('a', {
      store: {
        level: 'disk',
        open: () => Promise.reject(new Error('no disk')),
        keep: () => undefined,
        close: () => undefined,
      },
    })
    const link = a.dial(new Line(world))
    await expect(link.ready).rejects.toThrow('no disk')
    expect(link.state).toBe('closed')
  })
})

describe('close', () => {
  test('while dialling aborts, rejects ready, and turns away what attaches late', async () => {
    const s = await scene((line) => {
      line.holds = true
    })
    expect(s.link.state).toBe('dialling')
    await s.link.close()
    expect([s.line.aborted, s.link.state]).toEqual([1, 'closed'])
    await settled()
    expect(s.ready.is).toBe('SYNCRO_CLOSED')
    const pair = s.line.connect(s.line.waiting[0]!.attach)
    s.world.settle()
    expect(pair.a.closed).toBe(true)
    expect([s.a.sessions, s.failures, s.world.timers]).toEqual([[], [], 0])
  })

  test('while waiting dials no more', async () => {
    const s = await scene((line) => {
      line.failure = new TransportError('SYNCRO_CONNECTION_REFUSED')
    })
    s.link.close()
    s.world.advance(60_000)
    await settled()
    expect([s.line.opened, s.world.timers, s.link.state]).toEqual([1, 0, 'closed'])
  })

  test('while open ends the session, after what is queued was sent; ready stays resolved', async () => {
    const s = await scene()
    s.a.record('Todo', 'create', 1, { title: 'last' })
    s.link.close()
    s.link.close()
    s.world.settle()
    expect(shown(s.server)).toEqual({ '1': { title: 'last' } })
    expect([s.link.state, s.link.session, s.a.sessions, s.failures]).toEqual(['closed', undefined, [], []])
    await s.link.ready
  })

  test('by a listener of any event of its own holds', async () => {
    for (const event of ['state', 'session', 'failed'] as const) {
      const world = new World()
      const a = world.client('a')
      const line = new Line(world, world.client('server'))
      if (event === 'failed') line.failure = new TransportError('SYNCRO_CONNECTION_REFUSED')
      const link = a.dial(line)
      link.on(event, () => void link.close())
      await settled()
      world.settle()
      expect([link.state, a.sessions, world.timers], event).toEqual(['closed', [], 0])
    }
  })

  test('before the store is open dials not at all', async () => {
    const world = new World()
    const a = world.client('a', {
      store: { level: 'disk', open: async () => undefined, keep: () => undefined, close: () => undefined },
    })
    const line = new Line(world)
    a.dial(line).close()
    await settled()
    expect(line.opened).toBe(0)
  })
})

describe('a transport that', () => {
  test('attaches late is served when it does', async () => {
    const s = await scene((line) => {
      line.holds = true
    })
    const { attach, resolve } = s.line.waiting[0]!
    resolve()
    await settled()
    expect(s.link.state).toBe('dialling')
    s.line.connect(attach)
    s.world.settle()
    await settled()
    expect([s.link.state, s.ready.is]).toEqual(['open', 'resolved'])
  })

  test('attaches twice, or after it has failed, is turned away', async () => {
    const s = await scene((line) => {
      line.holds = true
    })
    const { attach, reject } = s.line.waiting[0]!
    s.line.connect(attach)
    const second = s.line.connect(attach)
    s.world.settle()
    expect(second.a.closed).toBe(true)
    reject(new TransportError('SYNCRO_SOCKET_FAILED'))
    await settled()
    // It has a session: what the attempt says afterwards is nothing to it.
    expect([s.link.state, s.failures, s.a.sessions.length]).toEqual(['open', [], 1])
  })

  test('closes at once with a cause has it told', async () => {
    const s = await scene()
    const cable = new Error('cable')
    let cause: unknown
    s.link.on('failed', (error) => {
      cause = error.cause
    })
    s.line.pairs[0]!.cut(cable)
    expect(cause).toBe(cable)
  })
})

describe('a client that we dial, and that has come to us meanwhile', () => {
  test('is not dialled again: its session serves, and ready is told of it', async () => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    world.join(server, a)
    world.settle()
    const line = new Line(world, server)
    const link = a.dial(line, { uid: 'server' })
    await link.ready
    expect([line.opened, link.state, link.session]).toEqual([0, 'open', a.sessions[0]])
  })

  test('is dialled when that session ends', async () => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    const pair = world.join(server, a)
    world.settle()
    const line = new Line(world, server)
    const link = a.dial(line, { uid: 'server' })
    await link.ready
    world.cut(pair)
    expect(link.state).toBe('waiting')
    world.advance(250)
    await settled()
    world.settle()
    expect([line.opened, link.state, a.status]).toEqual([1, 'open', 'live'])
  })

  test('keeps its session when the link closes', async () => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    world.join(server, a)
    world.settle()
    const link = a.dial(new Line(world, server), { uid: 'server' })
    await link.ready
    link.close()
    expect([link.session, a.status]).toEqual([undefined, 'live'])
  })

  test('and dials us as well, neither knowing the other’s uid: both come to rest with one session', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World(seed)
      const [a, b] = [world.client('a'), world.client('b')]
      const [toB, toA] = [new Line(world, b), new Line(world, a)]
      const links = [a.dial(toB), b.dial(toA)]
      for (let n = 0; n < 20; n++) {
        await settled()
        world.advance(1000)
      }
      const opened = toA.opened + toB.opened
      for (let n = 0; n < 20; n++) {
        await settled()
        world.advance(1000)
      }
      expect([a.status, b.status, a.sessions.length, b.sessions.length], `seed ${seed}`).toEqual(['live', 'live', 1, 1])
      expect(links.map(({ state }) => state)).toEqual(['open', 'open'])
      expect(toA.opened + toB.opened, 'they do not go on replacing each other').toBe(opened)
      expect(opened).toBeLessThanOrEqual(4)
    }
  })
})

describe('dial', () => {
  test('and listen take transports, and dial nothing else for ever', async () => {
    const a = new World().client('a')
    const invalid = expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_TRANSPORT_INVALID' })
    for (const wrong of ['127.0.0.1:10000', { host: '127.0.0.1', port: 10000 }, undefined, null]) {
      expect(() => a.dial(wrong as never)).toThrow(invalid)
      await expect(a.listen(wrong as never)).rejects.toEqual(invalid)
    }
  })

  test('takes uids that are some', () => {
    const world = new World()
    expect(() => world.client('a').dial(new Line(world), { uid: '' })).toThrow(
      expect.objectContaining({ code: 'SYNCRO_UID_INVALID' }),
    )
  })
})
