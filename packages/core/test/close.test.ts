import { MemoryStore } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import type { Syncro } from '../src/syncro.js'
import { shown, state, World } from './world.js'

/** Promises settle, and nothing else. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await undefined
}

function fill(syncro: Syncro, count: number): void {
  for (let id = 0; id < count; id++) syncro.record('Todo', 'create', id, { title: `todo number ${id}` })
}

/** Notes when a promise has settled. */
function watched(promise: Promise<void>): { isOver: boolean } {
  const watch = { isOver: false }
  void promise.then(() => {
    watch.isOver = true
  })
  return watch
}

const limits = { maxQueuedBytes: 2000, writeBytes: 500, chunkBytes: 1000 }

describe('close()', () => {
  test('sends what the queue had no room for, before the session ends', async () => {
    const world = new World()
    const [a, b] = [world.client('a', { limits }), world.client('b')]
    world.join(a, b, { highWaterBytes: 1000 })
    world.settle()
    fill(a, 500)
    const closing = watched(a.close())
    await settled()
    expect([closing.isOver, a.status, a.sessions.length]).toEqual([false, 'closed', 1])
    world.settle()
    await settled()
    expect(closing.isOver).toBe(true)
    world.settle()
    expect(Object.keys(shown(b)).length).toBe(500)
    expect([a.sessions, b.sessions, world.timers]).toEqual([[], [], 0])
  })

  test('sends what is to be sent by a handshake that is under way', async () => {
    const world = new World()
    const [a, b] = [world.client('a'), world.client('b')]
    fill(a, 5)
    world.join(a, b)
    // Both have said hello, and no more.
    while (a.sessions[0]!.version === undefined) world.step()
    const closing = watched(a.close())
    await settled()
    expect(closing.isOver).toBe(false)
    world.settle()
    await settled()
    expect([closing.isOver, Object.keys(shown(b)).length]).toEqual([true, 5])
  })

  for (const [closeMs, over] of [
    [4999, true],
    [5000, true],
    [5001, false],
  ] as const)
    test(`waits ${over ? 'no' : ''} longer than closeMs of ${closeMs} for a peer that has not read after 5 seconds`, async () => {
      const world = new World()
      const store = new MemoryStore({ level: 'disk' })
      const [a, b] = [world.client('a', { store, limits: { ...limits, closeMs } }), world.client('b')]
      const stuck = world.join(a, b, { highWaterBytes: 1 })
      world.settle()
      world.pairs.delete(stuck)
      fill(a, 500)
      const closing = watched(a.close())
      await settled()
      world.advance(4998)
      await settled()
      expect(closing.isOver).toBe(false)
      world.advance(2)
      await settled()
      expect(closing.isOver).toBe(over)
      if (!over) return
      expect(a.sessions).toEqual([])
      const again = world.client('a', { store })
      expect(again.unsent().length).toBe(500)
      world.join(again, b)
      // b has to find out that the session before is dead.
      world.settle()
      world.advance(4000)
      expect(state(b)).toEqual(state(again))
    })

  for (const [closeLongestMs, over] of [
    [9999, true],
    [10_000, true],
    [10_001, false],
  ] as const)
    test(`waits ${over ? 'no' : ''} longer than closeLongestMs of ${closeLongestMs} for a peer that has read slowly for 10 seconds`, async () => {
      const world = new World()
      const [a, b] = [world.client('a', { limits: { ...limits, closeMs: 5000, closeLongestMs } }), world.client('b')]
      const slow = world.join(a, b, { highWaterBytes: 1 })
      world.settle()
      world.pairs.delete(slow)
      fill(a, 500)
      const closing = watched(a.close())
      for (let seconds = 0; seconds < 10; seconds++) {
        await settled()
        expect(closing.isOver).toBe(false)
        const { written } = a.sessions[0]!
        world.pairs.add(slow)
        while (a.sessions[0]!.written === written) world.step()
        world.pairs.delete(slow)
        world.advance(1000)
      }
      await settled()
      expect(closing.isOver).toBe(over)
      expect(Object.keys(shown(b)).length).toBeLessThan(500)
    })

  test('turns away what its own links open meanwhile, which is no failure', async () => {
    const world = new World()
    const [a, b] = [world.client('a', { limits }), world.client('b')]
    const stuck = world.join(a, b, { highWaterBytes: 1 })
    world.settle()
    world.pairs.delete(stuck)
    let connect: (() => void) | undefined
    const link = a.dial({
      label: 'there',
      open: (attach) =>
        new Promise((resolve) => {
          connect = () => {
            const pair = world.pair()
            pair.a.attach(attach(pair.a))
            pair.b.attach({ receive: () => undefined, close: () => undefined })
            resolve()
          }
        }),
    })
    await settled()
    const failures: unknown[] = []
    link.on('failed', (error) => failures.push(error))
    fill(a, 500)
    const closing = watched(a.close())
    await settled()
    connect!()
    await settled()
    expect([closing.isOver, a.sessions.length, failures, world.reported]).toEqual([false, 1, [], []])
    world.pairs.add(stuck)
    world.settle()
    await settled()
    expect([closing.isOver, link.state, failures]).toEqual([true, 'closed', []])
  })

  test('turns away whoever connects meanwhile', async () => {
    const world = new World()
    const [a, b, c] = [world.client('a', { limits }), world.client('b'), world.client('c')]
    let knock: (() => boolean) | undefined
    await a.listen({
      label: 'here',
      listen: async (accept) => {
        knock = () => {
          const pair = world.pair()
          const session = c.connect('a', pair.a)
          pair.a.attach({ receive: (bytes) => session.receive(bytes), close: () => session.close() })
          pair.b.attach(accept(pair.b, { address: 'c', local: true }))
          world.settle()
          return session.state === 'closed'
        }
        return { address: 'here', close: async () => undefined }
      },
    })
    const stuck = world.join(a, b, { highWaterBytes: 1 })
    world.settle()
    world.pairs.delete(stuck)
    fill(a, 500)
    const closing = watched(a.close())
    await settled()
    expect(knock!()).toBe(true)
    expect([closing.isOver, a.sessions.length, world.reported]).toEqual([false, 1, []])
    world.pairs.add(stuck)
    world.settle()
    await settled()
    expect(closing.isOver).toBe(true)
  })
})
