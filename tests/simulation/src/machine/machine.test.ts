import { storeSuite } from '@syncro/scriber/conformance'
import { SeededRandom } from '@syncro/scriber/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { Engine } from '../engine/engine.js'
import { Trace } from '../engine/trace.js'
import { Disk } from './disk.js'
import { SimStore, type SimStoreOptions } from './sim-store.js'
import { SimTimers } from './timers.js'
import { WallClock } from './wall-clock.js'

const stops: (() => void)[] = []

afterAll(() => {
  for (const stop of stops) stop()
})

function store(disk: Disk, options: Partial<SimStoreOptions> = {}) {
  const engine = options.engine ?? new Engine(new Trace())
  return new SimStore(disk, { random: new SeededRandom(1), commitMs: 10, openMs: 0, ...options, engine })
}

const ledger = 'aaaaaaaaaaaaaaaaaaaaaaaa'

describe('SimStore', () => {
  for (const [name, times] of Object.entries({ fast: { commitMs: 0, openMs: 0 }, slow: { commitMs: 20, openMs: 5 } })) {
    describe(name, () => {
      const engine = new Engine(new Trace())
      let isStopped = false
      stops.push(() => {
        isStopped = true
      })
      void engine.run({ done: () => isStopped, idle: 'wait' })
      storeSuite(test, { reopens: true, exclusive: false, waits: name === 'slow', survivesKill: false }, () => {
        const disk = new Disk()
        return { store: () => store(disk, { engine, ...times }) }
      })
    })
  }

  test('keeps of what was being written, when the machine goes down, the beginning', async () => {
    for (const kept of [0, 1, 3]) {
      const disk = new Disk()
      const engine = new Engine(new Trace())
      const subject = store(disk, { engine })
      for (const clock of [1, 2, 3]) void subject.keep({ ledger, clock })
      expect([subject.underWay, subject.goDown(kept)]).toEqual([3, 3 - kept])
      void subject.keep({ clock: 4 })
      await engine.run({})
      expect([disk.commits, disk.clock]).toEqual([kept, kept === 0 ? -1 : kept])
    }
  })

  test('tells of each transaction that is given, before it is kept', () => {
    const disk = new Disk()
    const commits: number[] = []
    const subject = store(disk, { commitMs: 0, given: () => commits.push(disk.commits) })
    void subject.keep({ ledger })
    void subject.keep({ clock: 1 })
    expect([commits, disk.commits]).toEqual([[0, 1], 2])
  })

  test('fails what is being written and all that follows, until it is opened anew', async () => {
    const disk = new Disk()
    const engine = new Engine(new Trace())
    const subject = store(disk, { engine })
    const failing = expect(subject.keep({ ledger })).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
    subject.fail()
    await failing
    expect(() => subject.keep({ clock: 1 })).toThrow('broken')
    await store(disk, { engine, commitMs: 0 }).keep({ ledger })
    expect(disk.ledger).toBe(ledger)
  })
})

describe('Disk', () => {
  test('has a view of its records, which goes with a copy and its own way after', () => {
    const disk = new Disk()
    const stamp = { stamp: 1, writer: 'b'.repeat(24) }
    disk.commit({
      ledger,
      clock: 1,
      rows: [
        {
          name: 'Todo',
          id: 7,
          position: 1,
          life: { birth: { ...stamp, position: 1 } },
          fields: [{ name: 'title', value: 'x', ...stamp, position: 1 }],
        },
      ],
      replicas: [{ uid: 'a', ledger, durable: true, eras: [], seenMs: 0 }],
    })
    const copy = disk.copy()
    disk.commit({
      rows: [{ name: 'Todo', id: 7, position: 2, life: { birth: { ...stamp, position: 1 } }, fields: [] }],
      forgotten: [{ uid: 'a', ledger }],
    })
    expect([...disk.records.values()]).toMatchObject([{ birth: stamp, destroy: undefined, fields: new Map() }])
    expect([...copy.records.values()][0]?.fields.get('title')).toEqual(stamp)
    expect([disk.replicas.size, copy.replicas.size, disk.commits, copy.commits]).toEqual([0, 1, 2, 1])
    expect(copy.read()?.clock).toBe(1)
  })
})

describe('WallClock', () => {
  test('runs, drifts, jumps and stands still', () => {
    const beganMs = Date.UTC(2026, 0, 1)
    let elapsedMs = 0
    const clock = new WallClock(() => beganMs + elapsedMs)
    expect(clock.now()).toBe(beganMs)
    clock.driftPpm = 500
    elapsedMs = 10_000
    expect(clock.aheadMs).toBe(5)
    clock.jump(-1_000)
    expect(clock.aheadMs).toBe(-995)
    clock.stand()
    elapsedMs = 20_000
    expect(clock.aheadMs).toBe(-10_995)
    clock.stand(Date.UTC(9999, 0, 1))
    expect(new Date(clock.now()).getUTCFullYear()).toBe(9999)
    clock.run()
    expect(clock.aheadMs).toBe(-990)
  })
})

describe('SimTimers', () => {
  test('call back in virtual time, unless they were unset or their owner is gone', async () => {
    const engine = new Engine(new Trace())
    const threw: unknown[] = []
    const owner = { name: 'x', isAlive: true, threw: (error: unknown) => threw.push(error) }
    const timers = new SimTimers(engine, owner)
    const called: string[] = []
    timers.set(10, () => called.push('set'))
    timers.set(5, () => called.push('unset'))()
    timers.set(20, () => called.push('late'))
    timers.defer(() => called.push('deferred'))
    timers.soon(() => {
      throw new Error('thrown')
    })
    engine.after(15, '', () => {
      owner.isAlive = false
    })
    expect(timers.waiting).toBe(2)
    await engine.run({})
    expect([called, threw.map(String), timers.waiting]).toEqual([['deferred', 'set'], ['Error: thrown'], 0])
  })
})
