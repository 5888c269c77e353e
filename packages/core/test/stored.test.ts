/** Nothing leaves a client before it is stored, and no cursor is stored before its data (DESIGN section 5, "Stored, then sent"). */
import { encodeFrame, encodeMessage, type Message } from '@syncro/protocol'
import { MemoryStore, type StoreTransaction } from '@syncro/scriber'
import { SlowStore } from '@syncro/scriber/testing'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { era, ledger, Peer } from './peer.js'
import { shown, state, World } from './world.js'

const writer = 'c'.repeat(24)
const batch = (id: number, stamp = 5): Message => ({
  type: 'batch',
  stamp,
  writer,
  changes: [{ name: 'Todo', id, type: 'create', fields: { title: 'theirs' } }],
})

async function slow(limits = {}): Promise<{ world: World; store: SlowStore; below: MemoryStore; a: Syncro }> {
  const world = new World()
  const below = new MemoryStore({ level: 'disk' })
  const store = new SlowStore(below)
  const a = world.client('a', { store, limits })
  await a.ready
  await store.release()
  return { world, store, below, a }
}

/** Whether the pair holds back what is for the client. */
const isPaused = ({ pair }: Peer) => (pair.b as unknown as { readonly paused: boolean }).paused

async function settle(world: World, store: SlowStore): Promise<void> {
  world.settle()
  while (store.waiting > 0) {
    await store.release()
    world.settle()
  }
}

describe('nothing leaves before it is stored', () => {
  test('a batch that was recorded here', async () => {
    const { world, store, a } = await slow()
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    peer.heard.length = 0
    a.record('Todo', 'create', 1, { title: 'x' })
    world.settle()
    expect(peer.heard).toEqual([])
    await store.release()
    world.settle()
    expect(peer.heard.map(({ type }) => type)).toEqual(['batch', 'mark'])
  })

  test('a batch that is passed on', async () => {
    const { world, store, a } = await slow()
    const author = new Peer(world, a).shakeHands()
    const other = new Peer(world, a).shakeHands({ uid: 'other', ledger: 'e'.repeat(24) })
    await settle(world, store)
    other.heard.length = 0
    author.send(batch(1)).settle()
    expect(shown(a)).toHaveProperty('1')
    expect(other.heard).toEqual([])
    await store.release()
    world.settle()
    expect(other.heard.map(({ type }) => type)).toEqual(['batch', 'mark'])
  })

  test('an ack: neither before the data nor before the cursor is stored', async () => {
    const { world, store, below, a } = await slow()
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    peer.heard.length = 0
    peer.send(batch(1), { type: 'mark', era, position: 1 }).settle()
    expect(store.waiting).toBe(2)
    expect(peer.all('ack')).toEqual([])
    await store.release(1)
    world.settle()
    expect(peer.all('ack')).toEqual([])
    expect(below.open()?.rows.flat()).toMatchObject([{ id: 1 }])
    await store.release(1)
    world.settle()
    expect(peer.all('ack')).toEqual([{ type: 'ack', era, position: 1 }])
    expect(below.open()?.replicas[0]?.cursor).toEqual({ ledger, era, position: 1, view: '' })
  })

  test('rows of a catch-up, and its marks', async () => {
    const { world, store, a } = await slow()
    a.record('Todo', 'create', 1, { title: 'x' })
    const peer = new Peer(world, a).shakeHands()
    expect([peer.all('rows'), peer.all('mark'), peer.all('caught-up')]).toEqual([[], [], []])
    await settle(world, store)
    // The handshake could not go on before, since what resumes is stored as well.
    peer.settle()
    expect(peer.all('rows').length).toBe(1)
    expect(peer.all('mark')).toMatchObject([{ position: 1 }])
  })

  test('the cursor that a handshake presents', async () => {
    const { world, store, below, a } = await slow()
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    peer.send(batch(1), { type: 'mark', era, position: 1 }).settle()
    world.cut(peer.pair)
    const again = new Peer(world, a).hello({ number: 1 }).upgrade().settle()
    expect(again.all('resume')).toEqual([])
    await settle(world, store)
    expect(again.all('resume')).toMatchObject([{ cursor: { position: 1 } }])
    expect(below.open()?.replicas[0]?.cursor?.position).toBe(1)
  })

  test('whatever the store’s pace, no stored cursor covers what is not stored', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { world, store, below, a } = await slow({ chunkBytes: 300 })
      const b = world.client('b', { limits: { chunkBytes: 300 } })
      for (let id = 0; id < 10; id++) b.record('Todo', 'create', id, { title: 'x'.repeat(50) })
      let pair = world.join(b, a)
      for (let event = 0; event < 60; event++) {
        b.record('Todo', 'update', world.draw(10), { title: `t${event}`, [`f${world.draw(3)}`]: event })
        for (let steps = world.draw(8); steps > 0; steps--) world.step()
        await store.release(world.draw(4))
        if (world.draw(10) === 0) {
          world.cut(pair)
          pair = world.join(b, a)
        }
        const crashed = world.client('a', { store: below.copy() })
        const cursor = crashed.scriber.remembered.replicas[0]?.cursor
        if (cursor === undefined) continue
        const kept = state(crashed) as Record<string, { fields: Record<string, [unknown, number]> }>
        const { ledger } = b.scriber
        const table = ledger.findTable('Todo')!
        for (const slot of table.livingSlots()) {
          if (ledger.order.position(table.row(slot)) > cursor.position) continue
          for (const column of table.columns.values())
            if (column.has(slot))
              expect(
                kept[`Todo ${table.id(slot)}`]?.fields[column.name]?.[1] ?? -1,
                `seed ${seed}`,
              ).toBeGreaterThanOrEqual(column.stamp(slot))
        }
      }
      await settle(world, store)
      expect(state(a)).toEqual(state(b))
      const reopened = world.client('a', { store: below.copy() })
      expect(state(reopened)).toEqual(state(b))
    }
  })
})

describe('close', () => {
  test('waits until what was recorded is stored, and sends it', async () => {
    const { world, store, a } = await slow()
    const b = world.client('b')
    world.join(a, b)
    await settle(world, store)
    a.record('Todo', 'create', 1, { title: 'last' })
    const closing = a.close()
    world.settle()
    expect([shown(b), a.sessions.length]).toEqual([{}, 1])
    await settle(world, store)
    await closing
    world.settle()
    expect(shown(b)).toEqual({ '1': { title: 'last' } })
    expect(a.sessions).toEqual([])
  })

  test('waits no longer when the store has failed', async () => {
    const { world, store, a } = await slow()
    store.fail()
    a.record('Todo', 'create', 1, { title: 'last' })
    const closing = a.close()
    await settle(world, store)
    await closing
    expect(a.status).toBe('closed')
  })
})

describe('flushed', () => {
  test('waits for what was recorded and received up to then, and for nothing after it', async () => {
    const { world, store, a } = await slow()
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    await a.flushed()
    const told: string[] = []
    a.record('Todo', 'create', 1, {})
    peer.send(batch(2)).settle()
    const flushed = a.flushed().then(() => told.push('flushed'))
    a.record('Todo', 'create', 3, {})
    await store.release(1)
    expect(told).toEqual([])
    await store.release(1)
    await flushed
    expect(store.waiting).toBeGreaterThan(0)
  })

  test('is so at once without a store', async () => {
    const a = new World().client('a')
    a.record('Todo', 'create', 1, {})
    await a.flushed()
  })

  test('rejects where the store has failed, also while it waits', async () => {
    const { store, a } = await slow()
    a.record('Todo', 'create', 1, {})
    const flushing = a.flushed()
    store.fail()
    await Promise.all([store.release(), expect(flushing).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })])
    await expect(a.flushed()).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
  })
})

describe('a store that fails', () => {
  test('stops sending and acknowledging, and is reported once', async () => {
    const { world, store, a } = await slow()
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    peer.heard.length = 0
    store.fail(new Error('disk broken'))
    a.record('Todo', 'create', 1, { title: 'mine' })
    peer.send(batch(2), { type: 'mark', era, position: 1 }).settle()
    await settle(world, store)
    expect(() => a.record('Todo', 'update', 1, { title: 'more' })).toThrow('Nothing was changed.')
    expect(peer.heard).toEqual([])
    expect(world.reported).toMatchObject([{ name: 'StoreError', code: 'SYNCRO_STORE_FAILED' }])
    expect(Object.keys(shown(a))).toEqual(['1', '2'])
    expect(a.unsent().length).toBe(1)
  })

  test('that cannot be opened rejects ready, and nothing else', async () => {
    const world = new World()
    const store = new MemoryStore()
    store.open = () => {
      throw new Error('no such directory')
    }
    const a = world.client('a', { store })
    await expect(a.ready).rejects.toThrow('no such directory')
    expect(a.status).toBe('opening')
    expect(() => a.connect('server', world.pair().a)).toThrow(expect.objectContaining({ code: 'SYNCRO_NOT_READY' }))
    await a.close()
  })
})

describe('a store that is slower than the peer', () => {
  const messages = (count: number) => Array.from({ length: count }, (_, id) => batch(id))

  for (const [count, paused] of [
    [9, false],
    [10, false],
    [11, true],
  ] as const)
    test(`with ${count} messages waiting, of 10 at most, the connection is ${paused ? 'paused' : 'not paused'}`, async () => {
      const { world, store, a } = await slow({ pauseAfterWaiting: 10 })
      const peer = new Peer(world, a).shakeHands()
      await settle(world, store)
      let pauses = 0
      let resumes = 0
      const end = peer.pair.b
      const { pause, resume } = end
      end.pause = () => {
        pauses += 1
        pause.call(end)
      }
      end.resume = () => {
        resumes += 1
        resume.call(end)
      }
      for (const message of messages(count)) peer.send(message).settle()
      expect([pauses, resumes]).toEqual([paused ? 1 : 0, 0])
      await store.release(5)
      expect(resumes).toBe(0)
      await store.release(1)
      expect([pauses, resumes]).toEqual([paused ? 1 : 0, paused ? 1 : 0])
    })

  for (const [count, code] of [
    [19, undefined],
    [20, undefined],
    [21, 'SYNCRO_SLOW'],
  ] as const)
    for (const pausing of ['cannot be paused', 'goes on all the same'])
      test(`with ${count} messages waiting, of 20 at most, on a connection that ${pausing}: ${code ?? 'goes on'}`, async () => {
        const { world, store, a } = await slow({ pauseAfterWaiting: 10, maxWaiting: 20 })
        const written: Uint8Array[] = []
        const connection = {
          write: (bytes: Uint8Array) => written.push(bytes),
          ...(pausing === 'cannot be paused' ? undefined : { pause: () => undefined, resume: () => undefined }),
        }
        const session = a.accept(connection)
        // Borrowed for its voice alone.
        const peer = new Peer(world, world.client('b'))
        peer.pair.b.attach({ receive: (bytes) => session.receive(bytes), close: () => session.close() })
        peer.shakeHands()
        await settle(world, store)
        for (const message of messages(count)) session.receive(encodeFrame(encodeMessage(message), 32))
        expect(session.reason?.code).toBe(code)
        expect(Object.keys(shown(a)).length).toBe(count)
        await settle(world, store)
        expect(session.reason?.code).toBe(code)
      })

  test('what is recorded here does not count against the peer', async () => {
    const { world, store, a } = await slow({ pauseAfterWaiting: 10, maxWaiting: 20 })
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    for (let id = 0; id < 100; id++) a.record('Todo', 'create', id, { title: 'x' })
    peer.send(batch(1000)).settle()
    expect(peer.session.state).toBe('live')
    expect(isPaused(peer)).toBe(false)
  })

  test('a session that ends while its connection is paused lets it go on, so that it can end', async () => {
    const { world, store, a } = await slow({ pauseAfterWaiting: 1 })
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    for (const message of messages(3)) peer.send(message).settle()
    expect(isPaused(peer)).toBe(true)
    peer.session.close()
    expect(isPaused(peer)).toBe(false)
  })

  test('a connection that throws when it is paused has its session ended', async () => {
    const { world, store, a } = await slow({ pauseAfterWaiting: 1 })
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    peer.pair.b.pause = () => {
      throw new Error('cannot')
    }
    for (const message of messages(3)) peer.send(message).settle()
    expect(peer.session.state).toBe('closed')
  })
})

describe('a transaction of the store', () => {
  test('holds a step’s rows with clock and position; the cursor comes after its data', () => {
    const world = new World()
    const store = new MemoryStore({ level: 'disk' })
    const kept: StoreTransaction[] = []
    const keep = store.keep.bind(store)
    store.keep = (transaction) => {
      kept.push(transaction)
      keep(transaction)
    }
    const a = world.client('a', { store })
    const peer = new Peer(world, a).shakeHands()
    kept.length = 0
    peer.send(batch(1), { type: 'mark', era, position: 7 }).settle()
    expect(kept).toMatchObject([
      { rows: [{ id: 1 }], clock: 5, position: 1 },
      { replicas: [{ uid: 'peer', cursor: { position: 7 } }] },
    ])
  })
})

describe('a store that stalls', () => {
  const stalled = { name: 'StoreError', code: 'SYNCRO_STORE_STALLED' }

  test('is told of, and shown on the records that it does not have', async () => {
    const { world, store, a } = await slow()
    const changed: unknown[] = []
    a.on('changed', () => changed.push(a.storeProblem?.code))
    a.record('Todo', 'create', 1, { title: 'kept' })
    await store.release()
    a.record('Todo', 'create', 2, { title: 'not kept' })
    store.stall()
    expect([a.syncState('Todo', 1), a.syncState('Todo', 2)]).toEqual(['pending', 'unstored'])
    expect(() => a.record('Todo', 'update', 1, { title: 'x' })).toThrow(expect.objectContaining(stalled) as Error)
    await expect(a.flushed()).rejects.toMatchObject(stalled)
    await store.goOn()
    await a.flushed()
    expect([a.syncState('Todo', 1), a.syncState('Todo', 2), a.storeProblem]).toEqual(['pending', 'pending', undefined])
    expect(changed).toEqual(['SYNCRO_STORE_STALLED', undefined])
    expect(world.reported.splice(0)).toMatchObject([stalled])
  })

  test('sends and acknowledges nothing that it does not have, and all of it when it goes on', async () => {
    const { world, store, a } = await slow()
    const peer = new Peer(world, a).shakeHands()
    await settle(world, store)
    peer.heard.length = 0
    store.stall()
    peer.send(batch(1), { type: 'mark', era, position: 1 }).settle()
    expect([shown(a), a.syncState('Todo', 1)]).toEqual([{ 1: { title: 'theirs' } }, 'unstored'])
    expect(peer.all('ack')).toEqual([])
    await store.goOn()
    await settle(world, store)
    expect(peer.all('ack')).toMatchObject([{ position: 1 }])
    expect(world.reported.splice(0)).toMatchObject([stalled])
  })

  test('does not hold up closing, which tells that something is lost', async () => {
    const { world, store, a } = await slow()
    a.record('Todo', 'create', 1)
    store.stall()
    await expect(a.close()).rejects.toMatchObject(stalled)
    expect(world.reported.splice(0)).toMatchObject([stalled])
  })
})
