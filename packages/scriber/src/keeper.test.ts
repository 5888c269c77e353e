import { describe, expect, test } from 'vitest'
import { recorder, shown, wholeOf } from '../test/recorders.js'
import { clockEpochMs, stampAt } from './clock.js'
import { StoreError } from './errors.js'
import { MemoryStore } from './memory-store.js'
import type { Store, StoreImage, StoreTransaction } from './store.js'
import { SlowStore } from './testing/index.js'

async function slow() {
  const below = new MemoryStore()
  const store = new SlowStore(below)
  const it = recorder({ store })
  await it.scriber.ready
  await store.release()
  const stored: number[] = []
  const failures: (StoreError | undefined)[] = []
  it.scriber.on('stored', (kept) => stored.push(kept))
  it.scriber.on('store-problem', (problem) => failures.push(problem))
  return { ...it, below, store, stored, failures }
}

/** A store that does as it is told for each transaction. */
class ScriptedStore implements Store {
  readonly level = 'memory'
  readonly kept: StoreTransaction[] = []
  answer: (transaction: StoreTransaction) => void | Promise<void> = () => undefined
  image: () => StoreImage | undefined | Promise<StoreImage | undefined> = () => undefined
  closed = 0

  open() {
    return this.image()
  }

  keep(transaction: StoreTransaction): void | Promise<void> {
    this.kept.push(transaction)
    return this.answer(transaction)
  }

  close(): void {
    this.closed += 1
  }
}

const anImage = (more: Partial<StoreImage> = {}): StoreImage => ({
  ledger: 'aaaaaaaaaaaaaaaaaaaaaaaa',
  eras: [],
  clock: 1,
  shared: -1,
  ages: [],
  position: 1,
  floor: 0,
  rows: [],
  replicas: [],
  outbox: [],
  ...more,
})

describe('keeping', () => {
  test('numbers transactions, and says when they are stored', async () => {
    const { scriber, steps, store, stored } = await slow()
    expect([scriber.kept, scriber.stored]).toEqual([1, 1])
    scriber.record('Note', 'create', 'n', { title: 'x' })
    scriber.record('Note', 'update', 'n', { title: 'y' })
    expect(steps.map(({ kept }) => kept)).toEqual([2, 3])
    expect([scriber.kept, scriber.stored, stored]).toEqual([3, 1, []])
    await store.release(1)
    expect([scriber.stored, stored]).toEqual([2, [2]])
    expect(scriber.keep({ clock: 5 })).toBe(4)
    await store.release()
    expect([scriber.stored, stored]).toEqual([4, [2, 3, 4]])
  })

  test('has a step stored before it is told, where the store keeps at once', () => {
    const { scriber, steps } = recorder({ store: new MemoryStore() })
    const seen: unknown[] = []
    scriber.on('step', ({ kept }) => seen.push([kept, scriber.stored]))
    scriber.record('Note', 'create', 'n')
    expect([seen, steps.length]).toEqual([[[2, 2]], 1])
  })

  test('gives a step in one transaction: whole rows, with clock and position', () => {
    const store = new ScriptedStore()
    const { scriber } = recorder({ store })
    scriber.record('Note', 'create', 'n', { title: 'x', done: false })
    scriber.record('Note', 'update', 'n', { title: 'y' })
    scriber.record('Note', 'destroy', 'n')
    scriber.record('Note', 'create', 'n', { title: 'z' })
    const [opened, created, updated, destroyed, again] = store.kept
    const stamps = [created, updated, destroyed, again].map((transaction) => transaction!.clock!)
    const at = (number: number) => ({ stamp: stamps[number], writer: scriber.era })
    expect(opened).toEqual({ ledger: scriber.ledgerId, eras: [{ id: scriber.era, began: 0 }] })
    expect(created).toEqual({
      ages: [{ from: 1, newest: stamps[0]! + stampAt(clockEpochMs + 60_000) }],
      clock: stamps[0],
      position: 1,
      rows: [
        {
          name: 'Note',
          id: 'n',
          position: 1,
          life: { birth: { ...at(0), position: 1 } },
          fields: [
            { name: 'title', value: 'x', ...at(0), position: 1 },
            { name: 'done', value: false, ...at(0), position: 1 },
          ],
        },
      ],
    })
    const fields = [
      { name: 'title', value: 'y', ...at(1), position: 2 },
      { name: 'done', value: false, ...at(0), position: 1 },
    ]
    expect(updated!.rows).toEqual([
      { name: 'Note', id: 'n', position: 2, life: { birth: { ...at(0), position: 1 } }, fields },
    ])
    expect(destroyed!.rows).toEqual([
      {
        name: 'Note',
        id: 'n',
        position: 3,
        life: { birth: { ...at(0), position: 1 }, destroy: { ...at(2), position: 3 } },
        fields,
      },
    ])
    expect(again!.rows).toEqual([
      {
        name: 'Note',
        id: 'n',
        position: 4,
        life: { birth: { ...at(3), position: 4 }, destroy: { ...at(2), position: 3 } },
        fields: [{ name: 'title', value: 'z', ...at(3), position: 4 }],
      },
    ])
  })

  test('gives each row of a batch', () => {
    const store = new ScriptedStore()
    const { scriber } = recorder({ store })
    const { last } = scriber.clock
    const record = (id: string) => ({ name: 'Note', id })
    scriber.replay(
      {
        stamp: last + 1,
        writer: 'aaaaaaaaaaaaaaaaaaaaaaaa',
        changes: [
          { ...record('empty'), type: 'create' },
          { ...record('gone'), type: 'destroy' },
          { ...record('full'), type: 'create', fields: { title: 'x' } },
        ],
      },
      'them',
    )
    expect(store.kept[1]!.rows!.map(({ id, fields }) => [id, fields.map(({ name }) => name)])).toEqual([
      ['empty', []],
      ['gone', []],
      ['full', ['title']],
    ])
  })

  test('gives nothing for what was not effective', () => {
    const store = new ScriptedStore()
    const { scriber } = recorder({ store })
    scriber.record('Note', 'create', 'n', { title: 'x' })
    scriber.replayRows([...scriber.since(0)], 'them')
    scriber.record('Note', 'update', 'n', { title: 'x' })
    expect(store.kept).toHaveLength(2)
  })

  test('counts in order, though the store answers out of order', async () => {
    const store = new ScriptedStore()
    const { scriber } = recorder({ store })
    const stored: number[] = []
    scriber.on('stored', (kept) => stored.push(kept))
    const answers: (() => void)[] = []
    store.answer = () => new Promise((resolve) => answers.push(resolve))
    scriber.record('Note', 'create', 'a')
    scriber.record('Note', 'create', 'b')
    store.answer = () => undefined
    scriber.record('Note', 'create', 'c')
    answers[1]!()
    await new Promise((resolve) => setImmediate(resolve))
    expect([scriber.stored, stored]).toEqual([1, []])
    answers[0]!()
    await new Promise((resolve) => setImmediate(resolve))
    expect([scriber.stored, stored]).toEqual([4, [2, 3, 4]])
    scriber.record('Note', 'create', 'd')
    expect(scriber.stored).toBe(5)
  })

  test('is not taken for failed when a listener throws', async () => {
    const { scriber, store, errors, failures } = await slow()
    scriber.on('stored', () => {
      throw new Error('mine')
    })
    scriber.record('Note', 'create', 'n')
    await store.release()
    scriber.record('Note', 'create', 'm')
    await store.release()
    expect([scriber.stored, errors.length, failures, scriber.storeProblem]).toEqual([3, 2, [], undefined])
  })

  test('costs nothing without a store', () => {
    const { scriber, steps } = recorder()
    scriber.record('Note', 'create', 'n')
    expect([scriber.kept, scriber.stored, steps[0]!.kept, scriber.keep({ clock: 1 })]).toEqual([0, 0, 0, 0])
  })
})

describe('a store that fails', () => {
  test('is told of once, and given nothing more', async () => {
    const { scriber, store, stored, failures } = await slow()
    scriber.record('Note', 'create', 'a')
    scriber.record('Note', 'create', 'b')
    store.fail(new Error('disk broken'))
    await store.release()
    scriber.replay({ stamp: 1, writer: 'd'.repeat(24), changes: [{ name: 'Note', id: 'c', type: 'create' }] }, 'them')
    expect([store.waiting, scriber.kept, scriber.stored, stored]).toEqual([0, 4, 1, []])
    expect(failures).toMatchObject([{ code: 'SYNCRO_STORE_FAILED', cause: new Error('disk broken') }])
    expect(scriber.storeProblem).toBe(failures[0])
    expect(shown(scriber.ledger, 'Note', 'c')).toEqual({})
  })

  test('takes no more changes from the program', async () => {
    const { scriber, store } = await slow()
    scriber.record('Note', 'create', 'a', { title: 'x' })
    store.fail()
    await store.release()
    const table = scriber.ledger.table('Note')
    for (const change of [
      () => scriber.record('Note', 'create', 'b'),
      () => scriber.assign(table, table.slot('a')!, table.column('title'), 'y'),
      () => scriber.transact(() => undefined),
    ])
      expect(change).toThrow(
        expect.objectContaining({
          name: 'StoreError',
          code: 'SYNCRO_STORE_FAILED',
          message: expect.stringMatching(/^Nothing was changed/) as string,
        }) as Error,
      )
    expect(shown(scriber.ledger, 'Note', 'a')).toEqual({ title: 'x' })
  })

  test('may throw instead of rejecting, and throw anything', () => {
    const store = new ScriptedStore()
    const { scriber, steps } = recorder({ store })
    const failures: unknown[] = []
    scriber.on('store-problem', (problem) => failures.push(problem))
    store.answer = () => {
      throw 'nonsense'
    }
    scriber.record('Note', 'create', 'a')
    expect(failures).toMatchObject([{ name: 'StoreError', code: 'SYNCRO_STORE_FAILED', cause: 'nonsense' }])
    expect([steps[0]!.kept, scriber.stored]).toEqual([2, 1])
    store.answer = () => undefined
    scriber.keep({ clock: 9 })
    expect([store.kept.length, scriber.stored, failures.length]).toEqual([2, 1, 1])
  })

  test('at its first transaction is known to who comes later', () => {
    const store = new ScriptedStore()
    store.answer = () => {
      throw new StoreError('SYNCRO_STORE_FAILED', 'read-only')
    }
    const { scriber } = recorder({ store })
    expect(scriber.storeProblem).toMatchObject({ message: 'read-only' })
    expect([scriber.kept, scriber.stored]).toEqual([1, 0])
  })
})

describe('a store that stalls', () => {
  test('takes no more changes from the program until it goes on, and keeps what others send', async () => {
    const { scriber, store, below, stored, failures } = await slow()
    scriber.record('Note', 'create', 'a')
    store.stall(new Error('disk full'))
    expect(() => scriber.record('Note', 'create', 'b')).toThrow(
      expect.objectContaining({ name: 'StoreError', code: 'SYNCRO_STORE_STALLED' }) as Error,
    )
    scriber.replay({ stamp: 1, writer: 'd'.repeat(24), changes: [{ name: 'Note', id: 'c', type: 'create' }] }, 'them')
    expect([scriber.stored, scriber.storedThrough, scriber.ledger.order.last]).toEqual([1, 0, 2])
    await store.goOn()
    expect([stored, scriber.storedThrough, scriber.storeProblem]).toEqual([[2, 3], 2, undefined])
    expect(failures).toMatchObject([{ code: 'SYNCRO_STORE_STALLED' }, undefined])
    scriber.record('Note', 'create', 'b')
    await store.release()
    expect(
      below
        .open()!
        .rows.flat()
        .map(({ id }) => id),
    ).toEqual(['a', 'c', 'b'])
  })

  test('does not hold up closing, which says that something is lost', async () => {
    const { scriber, store, below } = await slow()
    scriber.record('Note', 'create', 'a')
    store.stall()
    await expect(scriber.close()).rejects.toMatchObject({ code: 'SYNCRO_STORE_STALLED' })
    expect(below.open()!.rows.flat()).toEqual([])
  })

  test('and fails then has failed', async () => {
    const { scriber, store, failures } = await slow()
    scriber.record('Note', 'create', 'a')
    store.stall()
    store.fail()
    await store.goOn()
    expect(scriber.storeProblem).toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
    expect(failures.map((failure) => failure?.code)).toEqual(['SYNCRO_STORE_STALLED', 'SYNCRO_STORE_FAILED'])
  })
})

describe('opening a store', () => {
  test('that waits lets nothing in before it is ready', async () => {
    const below = new MemoryStore()
    recorder({ store: below }).scriber.record('Note', 'create', 'n', { title: 'x' })
    const { scriber } = recorder({ store: new SlowStore(below) })
    expect([scriber.isReady, scriber.era]).toEqual([false, ''])
    for (const run of [
      () => scriber.record('Note', 'create', 'm'),
      () => scriber.transact(() => undefined),
      () => scriber.replay({ stamp: 1, writer: 'a', changes: [] }, 'them'),
      () => scriber.replayRows([], 'them'),
    ])
      expect(run).toThrow(expect.objectContaining({ code: 'SYNCRO_NOT_READY' }) as Error)
    await scriber.ready
    expect(scriber.isReady).toBe(true)
    expect(shown(scriber.ledger, 'Note', 'n')).toEqual({ title: 'x' })
  })

  test('reads rows that come in parts', async () => {
    const first = new MemoryStore()
    const { scriber } = recorder({ store: first })
    scriber.record('Note', 'create', 'n', { title: 'x' })
    const image = first.open()!
    async function* rows() {
      yield* image.rows
    }
    const counted = () => ({ ...image, rows: rows(), rowCount: 1 })
    for (const opened of [counted(), Promise.resolve(counted())]) {
      const store = new ScriptedStore()
      store.image = () => opened
      const again = recorder({ store }).scriber
      const progress: unknown[] = []
      again.on('opening', (told) => progress.push(told))
      await again.ready
      expect(progress).toEqual([{ rows: 1, of: 1 }])
      expect(wholeOf(again.ledger)).toEqual(wholeOf(scriber.ledger))
    }
  })

  test.each([
    [
      'throws',
      () => {
        throw new StoreError('SYNCRO_STORE_IN_USE', 'in use')
      },
      'SYNCRO_STORE_IN_USE',
      0,
    ],
    ['rejects', () => Promise.reject(new StoreError('SYNCRO_STORE_IN_USE', 'in use')), 'SYNCRO_STORE_IN_USE', 0],
    [
      'gives rows from beyond its end',
      () => anImage({ rows: [[{ name: 'N', id: 1, position: 9, fields: [] }]] }),
      'SYNCRO_STORE_DAMAGED',
      1,
    ],
  ] as const)('is refused through `ready` when it %s, and closed if it was open', async (_, image, code, closed) => {
    const store = new ScriptedStore()
    store.image = image
    const { scriber } = recorder({ store })
    await expect(scriber.ready).rejects.toMatchObject({ name: 'StoreError', code })
    expect(scriber.isReady).toBe(false)
    await scriber.close()
    await scriber.close()
    expect([store.closed, store.kept]).toEqual([closed, []])
  })
})

describe('closing', () => {
  test('waits for what is under way, and lets nothing in', async () => {
    const { scriber, store, below, stored } = await slow()
    scriber.record('Note', 'create', 'n')
    const closed = scriber.close()
    expect(scriber.isReady).toBe(false)
    expect(() => scriber.record('Note', 'create', 'm')).toThrow(
      expect.objectContaining({ code: 'SYNCRO_NOT_READY' }) as Error,
    )
    await store.release()
    await closed
    expect([stored, below.open()!.rows.flat().length]).toEqual([[2], 1])
  })

  test('before the store has opened leaves it closed', async () => {
    const below = new MemoryStore()
    const store = new SlowStore(below)
    const { scriber } = recorder({ store })
    const closed = scriber.close()
    await scriber.ready
    expect(scriber.isReady).toBe(false)
    await store.release()
    await closed
  })

  test('closes the store once', async () => {
    const store = new ScriptedStore()
    const { scriber } = recorder({ store })
    await Promise.all([scriber.close(), scriber.close()])
    expect(store.closed).toBe(1)
  })
})
