import { SeededRandom } from '@syncro/scriber/testing'
import { describe, expect, test } from 'vitest'
import { Engine } from './engine.js'
import { EventQueue } from './event-queue.js'
import { Streams } from './streams.js'
import { Trace } from './trace.js'

describe('EventQueue', () => {
  test('gives events in the order of time, and of one time in the order in which they came', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = new SeededRandom(seed)
      const queue = new EventQueue()
      const expected: { readonly atMs: number; readonly order: number }[] = []
      for (let order = 0; order < 100; order++) {
        const atMs = random.below(20)
        const cancel = queue.push({ atMs, label: `${order}`, run: () => undefined })
        if (random.chance(0.3)) cancel()
        else expected.push({ atMs, order })
      }
      expected.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      expect(queue.size).toBe(expected.length)
      const given: string[] = []
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) given.push(next.label)
      expect(given, `seed ${seed}`).toEqual(expected.map(({ order }) => `${order}`))
    }
  })

  test('is not upset by an event that is called off when it has happened, or twice', () => {
    const queue = new EventQueue()
    const cancels = [1, 2].map((atMs) => queue.push({ atMs, label: '', run: () => undefined }))
    queue.pop()
    for (const cancel of [cancels[0]!, cancels[1]!, cancels[1]!]) cancel()
    expect([queue.size, queue.nextAtMs, queue.pop()]).toEqual([0, Number.POSITIVE_INFINITY, undefined])
  })
})

describe('Engine', () => {
  test('runs every microtask before the next event', async () => {
    const engine = new Engine(new Trace())
    const order: string[] = []
    engine.after(1, 'first', () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => order.push('microtask'))
      order.push('first')
    })
    engine.after(1, 'second', () => order.push('second'))
    await engine.run({})
    expect(order).toEqual(['first', 'microtask', 'second'])
    expect([engine.nowMs, engine.events]).toEqual([1, 2])
  })

  test('stops at a time, at a failure, or where somebody says so', async () => {
    const engine = new Engine(new Trace())
    const happened: number[] = []
    for (const atMs of [1, 2, 3, 4]) engine.after(atMs, '', () => happened.push(atMs))
    await engine.run({ untilMs: 1.5 })
    expect([happened, engine.nowMs]).toEqual([[1], 1.5])
    await engine.run({ done: () => happened.length === 2 })
    expect(happened).toEqual([1, 2])
    engine.after(0, '', () => {
      throw new Error('first')
    })
    await engine.run({})
    engine.fail(new Error('second'))
    expect([happened, engine.failed, String(engine.failure)]).toEqual([[1, 2], true, 'Error: first'])
  })

  test('gives the same trace for the same events, and another one for others', async () => {
    const hashOf = async (labels: readonly string[]) => {
      const trace = new Trace()
      const engine = new Engine(trace)
      for (const [at, label] of labels.entries()) engine.after(at, label, () => trace.bytes(Uint8Array.of(at)))
      await engine.run({})
      return trace.hash
    }
    expect(await hashOf(['a', 'b'])).toBe(await hashOf(['a', 'b']))
    expect(await hashOf(['a', 'b'])).not.toBe(await hashOf(['b', 'a']))
  })
})

describe('Streams', () => {
  test('give the same numbers for the same name, and others for any other', () => {
    const first = (...name: (string | number)[]) => new Streams(7).of(...name).next()
    expect(first('fault', 3)).toBe(first('fault', 3))
    const all = [first('fault', 3), first('fault', 4), first('faults', 3), first('x'), new Streams(8).of('x').next()]
    expect(new Set(all).size).toBe(all.length)
  })
})
