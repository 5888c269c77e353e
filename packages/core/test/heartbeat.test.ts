import { encodeFrame, encodeMessage } from '@syncro/protocol'
import { describe, expect, test } from 'vitest'
import type { Session } from '../src/session.js'
import { GemPeer } from './gem-peer.js'
import { Peer } from './peer.js'
import { state, World } from './world.js'

/** Lets seconds pass one by one, so that each timer rings in its turn. */
function pass(world: World, seconds: number, each: () => void = () => undefined): void {
  for (let second = 0; second < seconds; second++) {
    world.advance(1000)
    each()
  }
}

/** How many seconds of silence a session survives, up to a minute. */
function secondsUntilClosed(world: World, session: Session): number {
  let seconds = 0
  while (session.state !== 'closed' && seconds < 60) {
    world.advance(1000)
    seconds += 1
  }
  return seconds
}

describe('a peer that says nothing', () => {
  test('is asked for a sign of life within 15 seconds, and dead within 35', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a')).shakeHands()
    pass(world, 9)
    expect(peer.all('ping')).toEqual([])
    pass(world, 6)
    expect(peer.all('ping').length).toBe(1)
    pass(world, 14)
    expect(peer.session.state).toBe('live')
    pass(world, 6)
    expect(peer.session.reason).toMatchObject({ code: 'SYNCRO_HEARTBEAT_TIMEOUT', remote: false })
    expect(world.timers).toBe(0)
  })

  test('is not taken for dead sooner than 30 seconds after its last word, whenever that came', () => {
    for (let offset = 1; offset <= 6; offset++) {
      const world = new World()
      const peer = new Peer(world, world.client('a')).shakeHands()
      pass(world, offset)
      peer.send({ type: 'ping', clock: 1 }).settle()
      const seconds = secondsUntilClosed(world, peer.session)
      expect([seconds >= 30, seconds <= 35], `after ${seconds} s`).toEqual([true, true])
    }
  })

  for (const [deadAfterMs, expected] of [
    [19_999, 15],
    [20_000, 20],
    [20_001, 20],
  ] as const)
    test(`is dead when no whole third of a heartbeat fits into deadAfterMs of ${deadAfterMs} any more`, () => {
      const world = new World()
      const peer = new Peer(world, world.client('a', { limits: { deadAfterMs } })).shakeHands()
      pass(world, 5)
      // Right behind a tick.
      peer.send({ type: 'ping', clock: 1 }).settle()
      expect(secondsUntilClosed(world, peer.session)).toBe(expected)
    })

  test('but whose bytes come, if only a part of a frame, is alive', () => {
    const world = new World()
    const peer = new Peer(world, world.client('a')).shakeHands()
    const frame = encodeFrame(encodeMessage({ type: 'ping', clock: 123_456 }), 32)
    for (const byte of frame) {
      pass(world, 20)
      peer.sendBytes(Uint8Array.of(byte)).settle()
    }
    expect(peer.session.state).toBe('live')
    expect(peer.all('pong')).toMatchObject([{ clock: 123_456 }])
  })

  test('while we ourselves have paused the connection is not to blame', () => {
    const world = new World()
    const store = world.slowStore()
    const a = world.client('a', { store, limits: { pauseAfterWaiting: 1 } })
    return a.ready.then(async () => {
      await store.release()
      const peer = new Peer(world, a).shakeHands()
      await store.release()
      for (let stamp = 1; stamp < 5; stamp++)
        peer.send({
          type: 'batch',
          stamp,
          writer: 'c'.repeat(24),
          changes: [{ name: 'Todo', id: stamp, type: 'create', fields: {} }],
        })
      peer.settle()
      expect(peer.session.isDeaf).toBe(true)
      pass(world, 120)
      expect(peer.session.state).not.toBe('closed')
      await store.release()
      expect(peer.session.isDeaf).toBe(false)
      expect(secondsUntilClosed(world, peer.session)).toBeGreaterThanOrEqual(30)
    })
  })
})

describe('a store that hangs', () => {
  test('costs no session: both sides go on giving signs of life', async () => {
    const world = new World()
    const store = world.slowStore()
    const [a, b] = [
      world.client('a', { store, limits: { maxQueuedBytes: 1000, pauseAfterWaiting: 1 } }),
      world.client('b'),
    ]
    await store.release()
    await a.ready
    world.join(a, b)
    world.settle()
    await store.release()
    world.settle()
    expect([a.status, b.status]).toEqual(['live', 'live'])
    // More than a queue has room for, and more from the other side than may wait.
    for (let id = 0; id < 50; id++) {
      a.record('Todo', 'create', id, { title: 'unstored'.repeat(10) })
      b.record('Todo', 'create', 100 + id, { title: 'waits there' })
    }
    pass(world, 300)
    expect([a.status, b.status]).not.toContain('offline')
    while (store.waiting > 0) {
      await store.release()
      world.settle()
    }
    expect(state(b)).toEqual(state(a))
    expect(b.clients().flatMap(({ replicas }) => replicas).length).toBe(1)
  })
})

describe('a session at rest', () => {
  test('lives on for hours, and costs a few bytes every 15 seconds', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    const pair = world.join(a, b)
    world.settle()
    const written = () => pair.a.writtenBytes + pair.b.writtenBytes
    const before = written()
    pass(world, 7200)
    expect([a.status, b.status]).toEqual(['live', 'live'])
    const perBeat = (written() - before) / (7200 / 15)
    expect(perBeat).toBeGreaterThan(50)
    expect(perBeat).toBeLessThan(300)
  })

  test('over which data goes is not asked anything by the side that sends it', () => {
    const world = new World()
    const a = world.client('a')
    const peer = new Peer(world, a).shakeHands()
    pass(world, 100, () => {
      a.record('Todo', 'create', world.nowMs, {})
      peer.send({ type: 'pong', clock: 0, received: 0, sent: 0 }).settle()
    })
    expect(peer.all('ping')).toEqual([])
  })

  test('that stood still, as on a machine that slept, is given the time to answer', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    world.join(a, b)
    world.settle()
    world.advance(8 * 3600 * 1000)
    pass(world, 60)
    expect([a.status, b.status]).toEqual(['live', 'live'])
  })

  test('does not mind a wall clock that jumps', () => {
    const world = new World()
    let jump = 0
    const a = world.client('a', { environment: { now: () => world.nowMs + jump } })
    const b = world.client('b')
    world.join(a, b)
    world.settle()
    for (const to of [3_600_000, -3_600_000, 0]) {
      jump = to
      pass(world, 40)
      expect([a.status, b.status]).toEqual(['live', 'live'])
    }
  })
})

describe('a black hole', () => {
  test('is noticed on both sides within 35 seconds, and what it swallowed comes with the next session', () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    const pair = world.join(a, b)
    world.settle()
    world.pairs.delete(pair)
    a.record('Todo', 'create', 1, { title: 'swallowed' })
    pass(world, 35)
    expect([a.status, b.status]).toEqual(['offline', 'offline'])
    world.join(a, b)
    world.settle()
    expect(state(b)).toEqual(state(a))
  })
})

describe('a connection that takes nothing', () => {
  /** A peer that goes on talking and reads no more. */
  function stuck(limits: { readonly stallMs?: number } = {}) {
    const world = new World()
    const a = world.client('a', { limits })
    const peer = new Peer(world, a, 'accepts', { highWaterBytes: 1 }).shakeHands()
    peer.pair.b.attach({ receive: (bytes) => peer.session.receive(bytes), close: (cause) => peer.session.close(cause) })
    const ping = encodeFrame(encodeMessage({ type: 'ping', clock: 1 }), 32)
    const talk = () => peer.session.receive(ping)
    world.pairs.delete(peer.pair)
    a.record('Todo', 'create', 1, {})
    return { world, peer, talk }
  }

  test('holds up memory for a minute at the most, also where the peer goes on talking', () => {
    const { world, peer, talk } = stuck()
    pass(world, 54, talk)
    expect(peer.session.state).toBe('live')
    pass(world, 6, talk)
    expect(peer.session.reason).toMatchObject({ code: 'SYNCRO_SLOW' })
  })

  for (const [stallMs, expected] of [
    [24_999, 20],
    [25_000, 25],
    [25_001, 25],
  ] as const)
    test(`is given up when no whole third of a heartbeat fits into stallMs of ${stallMs} any more`, () => {
      const { world, peer, talk } = stuck({ stallMs })
      let seconds = 0
      while (peer.session.state !== 'closed') {
        pass(world, 1, talk)
        seconds += 1
      }
      expect(seconds).toBe(expected)
    })

  test('but a piece now and then is slow, and not stalled', () => {
    const world = new World()
    const [a, b] = [world.client('a', { limits: { writeBytes: 1000 } }), world.client('b')]
    const pair = world.join(a, b, { highWaterBytes: 1 })
    world.settle()
    world.pairs.delete(pair)
    a.record('Todo', 'create', 1, { title: 'x'.repeat(20_000) })
    pass(world, 20 * 25, () => {
      if (world.nowMs % 25_000 === 0) pair.flushOne({ from: 'a' })
      while (pair.flushOne({ from: 'b' }));
    })
    world.pairs.add(pair)
    world.settle()
    expect([a.status, b.status]).toEqual(['live', 'live'])
    expect(state(b)).toEqual(state(a))
  })
})

describe('a gem', () => {
  test('is asked with a noop, and lives while it answers', () => {
    const world = new World()
    const a = world.client('a')
    const gem = new GemPeer(world, a).meet()
    gem.answerAll()
    pass(world, 600, () => gem.answerAll())
    expect(gem.session.state).toBe('live')
    expect(gem.all('noop').length).toBeGreaterThan(20)
    expect(secondsUntilClosed(world, gem.session)).toBeLessThanOrEqual(35)
    expect(gem.session.reason).toMatchObject({ code: 'SYNCRO_HEARTBEAT_TIMEOUT' })
  })
})
