import { encodeFrame, encodeMessage, encodeV1, type Value } from '@syncro/protocol'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Authenticate } from '../src/hello.js'
import type { Session } from '../src/session.js'
import { helloOf, Peer } from './peer.js'
import { shown, World } from './world.js'

/** Promises settle, and nothing else. */
const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await undefined
}

function ends(session: Session): string[] {
  const codes: string[] = []
  session.on('closed', ({ code, remote }) => codes.push(remote ? `${code} (remote)` : code))
  return codes
}

afterEach(() => vi.restoreAllMocks())

describe('a hello', () => {
  const refusals = {
    SYNCRO_UID_MISMATCH: { uid: 'somebody else' },
    SYNCRO_SPACE_UNKNOWN: { space: 'elsewhere' },
    'SYNCRO_SPACE_UNKNOWN ': { view: 'a part' },
  }
  for (const [code, parts] of Object.entries(refusals))
    for (const borders of [false, true])
      test(`with ${JSON.stringify(parts)} is refused, and told why${borders ? ', with message borders' : ''}`, () => {
        const world = new World()
        const peer = new Peer(world, world.client('a'), 'dials', { borders })
        const codes = ends(peer.session)
        peer.hello(parts).settle()
        expect(codes).toEqual([code.trim()])
        expect(peer.heard.map(({ type }) => type)).toEqual(['hello', 'sync', 'upgrade', 'error'])
        expect(peer.all('error')).toMatchObject([{ code: code.trim() }])
        expect(peer.isCut).toBe(true)
        expect(world.timers).toBe(0)
      })

  test('that speaks other versions only is refused; nothing is said that it could not read', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const codes = ends(peer.session)
    peer.hello({ versions: [3, 4] }).settle()
    expect(codes).toEqual(['SYNCRO_VERSION_UNSUPPORTED'])
    expect(peer.heard.map(({ type }) => type)).toEqual(['hello'])
  })

  test('that speaks later versions beside ours is answered in ours', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a')).shakeHands({ versions: [3, 2] })
    expect(peer.session.state).toBe('live')
  })

  test('of our own ledger and era ends the session: we dialled ourselves', () => {
    const world = new World()
    const a = world.client('a')
    const sessions: Session[] = []
    a.on('session', (session) => sessions.push(session))
    world.join(a, a)
    world.settle()
    expect(sessions.map(({ reason }) => reason?.code)).toEqual(['SYNCRO_SELF', 'SYNCRO_SELF'])
    expect(a.clients()).toEqual([])
  })

  test('of our ledger with another era is told that it is a copy', () => {
    const world = new World()
    const a = world.client('a')
    const peer = new Peer(world, a)
    peer.hello({ ledger: a.scriber.ledgerId }).settle()
    expect(peer.all('error')).toMatchObject([{ code: 'SYNCRO_COPIED' }])
  })

  test('with our uid and a ledger of its own is another device of ours', () => {
    const world = new World()
    const [a, other] = [world.client('me'), world.client('me')]
    a.record('Todo', 'create', 1, { title: 'x' })
    world.join(a, other)
    world.settle()
    expect(shown(other)).toEqual(shown(a))
  })

  test('said twice ends the session', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const codes = ends(peer.session)
    peer.hello().hello().settle()
    expect(codes).toEqual(['SYNCRO_MESSAGE_UNEXPECTED'])
    expect(peer.all('error')).toMatchObject([{ code: 'SYNCRO_MESSAGE_UNEXPECTED' }])
  })

  test('that lacks a part ends the session', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const codes = ends(peer.session)
    peer.sendText('{"type":"hello","versions":[2]}', 16).settle()
    expect(codes).toEqual(['SYNCRO_MESSAGE_INVALID'])
  })
})

describe('before a hello', () => {
  test('an upgrade ends the session', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const codes = ends(peer.session)
    peer.upgrade().settle()
    expect(codes).toEqual(['SYNCRO_MESSAGE_UNEXPECTED'])
  })

  test('any other message ends the session where no uid was given, since it does not say who speaks', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const codes = ends(peer.session)
    peer.sendV1({ type: 'sync', from: null, id: 1 }).settle()
    expect(codes).toEqual(['SYNCRO_UID_UNKNOWN'])
    expect(peer.isCut).toBe(true)
  })

  test('a version-1 sync that the client sends with its hello is void', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    peer.hello().sendV1({ type: 'sync', from: null, id: 1 }).settle()
    expect(peer.session.state).toBe('catching-up')
    expect(peer.all('response')).toEqual([])
  })
})

describe('after a hello', () => {
  test('version-1 messages of types that nobody knows are dropped', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    peer.hello().sendText('{"type":"greeting"}', 16).sendText('{"no":"type"}', 16).settle()
    expect(peer.session.state).toBe('catching-up')
  })

  for (const type of ['noop', 'rpc', 'response', 'error', 'add_scribe'])
    test(`the gem's ${type} ends the session`, () => {
      const world = new World()
      const peer = new Peer(world, world.client('a'))
      const codes = ends(peer.session)
      peer
        .hello()
        .sendText(JSON.stringify({ type, id: 1 }), 16)
        .settle()
      expect(codes).toEqual(['SYNCRO_MESSAGE_UNEXPECTED'])
    })

  for (const [what, messages] of Object.entries({
    'a batch': [
      { type: 'batch', stamp: 1, writer: 'c'.repeat(24), changes: [{ name: 'Todo', id: 1, type: 'create' }] },
    ],
    rows: [{ type: 'rows', writers: [], rows: [] }],
    'a mark': [{ type: 'mark', era: 'b'.repeat(24), position: 0 }],
    'an ack': [{ type: 'ack', era: 'b'.repeat(24), position: 0 }],
    'a catch-up': [{ type: 'catch-up', rows: 1 }],
    'a caught-up': [{ type: 'caught-up' }],
    'a ping': [{ type: 'ping', clock: 1 }],
    'a resumed': [{ type: 'resumed', good: true, rows: 0 }],
  } as const))
    test(`${what} before resume ends the session, without effect`, () => {
      const world = new World()
      const a = world.client('a')
      const peer = new Peer(world, a)
      const codes = ends(peer.session)
      peer.hello().upgrade().settle()
      peer.send(...messages).settle()
      expect(codes).toEqual(['SYNCRO_MESSAGE_UNEXPECTED'])
      expect(shown(a)).toEqual({})
    })

  test('resume comes once, and resumed comes once', () => {
    for (const again of [
      { type: 'resume', cursor: null },
      { type: 'resumed', good: false, rows: 0 },
    ] as const) {
      const world = new World()
      const peer = new Peer(world, world.client('a')).shakeHands()
      const codes = ends(peer.session)
      peer.send(again).settle()
      expect(codes).toEqual(['SYNCRO_MESSAGE_UNEXPECTED'])
    }
  })

  test('data before resumed ends the session: its sender cannot know yet what is lacking', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    peer.hello().upgrade().send({ type: 'resume', cursor: null }, { type: 'catch-up', rows: 0 }).settle()
    expect(peer.session.reason?.code).toBe('SYNCRO_MESSAGE_UNEXPECTED')
  })

  test('an error of the peer ends the session with its code, unanswered', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const codes = ends(peer.session)
    peer.hello().upgrade().send({ type: 'error', code: 'SYNCRO_UID_MISMATCH', message: 'who?' }).settle()
    expect(codes).toEqual(['SYNCRO_UID_MISMATCH (remote)'])
    expect(peer.all('error')).toEqual([])
  })
})

describe('a peer that does not go on', () => {
  const stages: Record<string, (peer: Peer) => unknown> = {
    'says nothing': () => undefined,
    'says hello only': (peer) => peer.hello(),
    'does not resume': (peer) => peer.hello().upgrade(),
    'does not answer our resume': (peer) => peer.hello().upgrade().send({ type: 'resume', cursor: null }),
  }
  for (const [what, say] of Object.entries(stages))
    test(`${what}: its session ends when the time for the handshake is over`, () => {
      const world = new World()
      const peer = new Peer(world, world.client('a'))
      say(peer)
      world.settle()
      world.advance(9_999)
      expect(peer.session.state).not.toBe('closed')
      world.advance(1)
      expect(peer.session.reason?.code).toBe('SYNCRO_HANDSHAKE_TIMEOUT')
      expect(peer.isCut).toBe(true)
    })

  test('is not waited for longer because it sends bytes', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a'))
    const bytes = encodeFrame(encodeV1(helloOf()), 16)
    for (const byte of bytes.subarray(0, 20)) {
      peer.sendBytes(Uint8Array.of(byte))
      world.settle()
      world.advance(500)
    }
    expect(peer.session.reason?.code).toBe('SYNCRO_HANDSHAKE_TIMEOUT')
  })

  test('after the handshake is none of the timeout’s business', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a')).shakeHands()
    // What is left is the heartbeat's.
    expect(world.timers).toBe(1)
    world.advance(10_000)
    expect(peer.session.state).toBe('live')
  })
})

describe('authentication', () => {
  const meet = (authenticate: Authenticate, credentials: Value = { token: 'x' }) => {
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    a.record('Todo', 'create', 1, { title: 'x' })
    world.join(a, server, { connect: { credentials }, accept: { authenticate } })
    const [session] = a.sessions
    const codes = ends(session!)
    return { world, a, server, codes }
  }

  test('is asked with uid, version, credentials and where the client comes from', () => {
    const claims: unknown[] = []
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    const peer = { address: '10.1.2.3:4', local: false }
    const authenticate: Authenticate = (claim) => claims.push(claim) > 0
    world.join(a, server, { connect: { credentials: { token: 'x' } }, accept: { authenticate, peer } })
    world.settle()
    expect(claims).toEqual([{ uid: 'a', version: 2, credentials: { token: 'x' }, peer }])
    expect(server.status).toBe('live')
  })

  test('lets in by true, at once or later', async () => {
    for (const authenticate of [() => true, () => Promise.resolve(true)]) {
      const { world, server } = meet(authenticate)
      world.settle()
      await settled()
      world.settle()
      expect(shown(server)).toEqual({ '1': { title: 'x' } })
    }
  })

  const refusals: Record<string, Authenticate> = {
    false: () => false,
    'false later': () => Promise.resolve(false),
    'a truthy value that is not true': () => 'yes' as unknown as boolean,
    'a truthy value later': () => Promise.resolve('yes' as unknown as boolean),
    'an error': () => {
      throw new Error('no database')
    },
    'a rejection': () => Promise.reject(new Error('no database')),
  }
  for (const [what, authenticate] of Object.entries(refusals))
    test(`refuses by ${what}; the client is told, and nothing was exchanged`, async () => {
      const { world, server, codes } = meet(authenticate)
      world.settle()
      await settled()
      world.settle()
      expect(codes).toEqual(['SYNCRO_UNAUTHENTICATED (remote)'])
      expect(shown(server)).toEqual({})
      expect(server.clients()).toEqual([])
      expect(world.reported).toEqual([])
      expect(world.warnings.length).toBe(what === 'an error' || what === 'a rejection' ? 1 : 0)
    })

  test('may take its time: what comes meanwhile is taken afterwards, in order', async () => {
    let decide: (allowed: boolean) => void = () => undefined
    const { world, server } = meet(
      () =>
        new Promise<boolean>((resolve) => {
          decide = resolve
        }),
    )
    world.settle()
    expect(server.status).toBe('offline')
    expect(server.clients()).toEqual([])
    decide(true)
    await settled()
    world.settle()
    expect(shown(server)).toEqual({ '1': { title: 'x' } })
    expect(server.status).toBe('live')
  })

  test('that never decides ends with the handshake’s time, and a late verdict changes nothing', async () => {
    let decide: (allowed: boolean) => void = () => undefined
    const { world, server, codes } = meet(
      () =>
        new Promise<boolean>((resolve) => {
          decide = resolve
        }),
    )
    world.settle()
    world.advance(10_000)
    expect(codes.length).toBe(1)
    decide(true)
    await settled()
    world.settle()
    expect(server.clients()).toEqual([])
    expect(server.sessions).toEqual([])
  })

  test('that is undecided when the connection closes leaves nothing behind', async () => {
    let decide: (allowed: boolean) => void = () => undefined
    const world = new World()
    const [a, server] = [world.client('a'), world.client('server')]
    const pair = world.join(a, server, {
      accept: {
        authenticate: () =>
          new Promise<boolean>((resolve) => {
            decide = resolve
          }),
      },
    })
    world.settle()
    world.cut(pair)
    decide(true)
    await settled()
    world.settle()
    expect(server.clients()).toEqual([])
    expect(world.timers).toBe(0)
  })

  test('that closes the session itself leaves nothing behind', () => {
    const world = new World()
    const server = world.client('server')
    const peer: Peer = new Peer(world, server, 'accepts', {
      accept: {
        authenticate: () => {
          peer.session.close()
          return true
        },
      },
    })
    peer.hello().settle()
    expect(server.clients()).toEqual([])
    expect(server.sessions).toEqual([])
  })

  for (const [bytes, outcome] of [
    [99, undefined],
    [100, undefined],
    [101, 'SYNCRO_SLOW'],
  ] as const)
    for (const split of [1, 1000])
      test(`holds ${bytes} of at most 100 bytes, in pieces of ${split}: ${outcome ?? 'taken'}`, () => {
        const world = new World()
        const server = world.client('server', { limits: { maxUnprovenBytes: 100 } })
        const peer = new Peer(world, server, 'accepts', {
          accept: { authenticate: () => new Promise<boolean>(() => undefined) },
        })
        const hello = encodeFrame(encodeV1(helloOf()), 16)
        // In one piece with the hello, or after it.
        const all = new Uint8Array(hello.length + bytes)
        all.set(hello)
        if (split === 1000) peer.sendBytes(all)
        else {
          peer.sendBytes(hello)
          for (let at = 0; at < bytes; at++) peer.sendBytes(new Uint8Array(1))
        }
        world.settle()
        expect(peer.session.reason?.code).toBe(outcome)
      })

  test('held back bytes are a copy: the connection may reuse its array', async () => {
    // The hand-flushed pair overwrites what it lent, so a client that kept it would read nonsense.
    let decide: (allowed: boolean) => void = () => undefined
    const { world, server } = meet(
      () =>
        new Promise<boolean>((resolve) => {
          decide = resolve
        }),
    )
    world.settle()
    decide(true)
    await settled()
    world.settle()
    expect(server.status).toBe('live')
  })
})

test('held back bytes are a copy of a Buffer too', async () => {
  let decide: (allowed: boolean) => void = () => undefined
  const world = new World()
  const authenticate = () => new Promise<boolean>((resolve) => (decide = resolve))
  const session = world.client('server').accept(world.pair().b, { authenticate })
  session.receive(encodeFrame(encodeV1(helloOf()), 16))
  const upgrade = encodeFrame(encodeV1({ type: 'upgrade', version: 2, clock: 1, received: 1, sent: 1 }), 16)
  const resume = encodeFrame(encodeMessage({ type: 'resume', cursor: null }), 32)
  const reused = Buffer.concat([upgrade, resume])
  session.receive(reused)
  reused.fill(0xee)
  decide(true)
  await settled()
  expect([session.state, session.reason]).toEqual(['catching-up', undefined])
})

describe('a connection from elsewhere', () => {
  test('that nobody authenticates is warned of, once', () => {
    const world = new World()
    const server = world.client('server')
    for (const address of ['10.0.0.1:1', '10.0.0.2:2'])
      server.accept(world.pair().b, { peer: { address, local: false } })
    expect(world.warnings.map(({ code }) => code)).toEqual(['SYNCRO_UNAUTHENTICATED'])
    expect(world.warnings[0]!.message).toContain('10.0.0.1:1')
  })

  test('is no cause for a warning if it is local, or authenticated', () => {
    const world = new World()
    const server = world.client('server')
    server.accept(world.pair().b, { peer: { address: 'here', local: true } })
    server.accept(world.pair().b, { peer: { address: 'there', local: false }, authenticate: () => true })
    expect(world.warnings).toEqual([])
  })
})

describe('credentials that cannot be sent', () => {
  for (const [what, credentials, code] of [
    ['too many', 'x'.repeat(65_536), 'SYNCRO_FRAME_TOO_LARGE'],
    ['no value', Number.NaN, 'SYNCRO_MESSAGE_INVALID'],
  ] as const)
    test(`since they are ${what}: connect throws, and leaves no session behind`, () => {
      for (const borders of [false, true]) {
        const world = new World()
        const a = world.client('a')
        const { a: connection } = world.pair({ borders })
        expect(() => a.connect('server', connection, { credentials })).toThrow(expect.objectContaining({ code }))
        expect(a.sessions).toEqual([])
        expect(world.timers).toBe(0)
        a.connect('server', connection)
      }
    })
})
