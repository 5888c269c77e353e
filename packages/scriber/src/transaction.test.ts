import { describe, expect, test } from 'vitest'
import { recorder, shown, stateOf, told, wholeOf } from '../test/recorders.js'
import type { Change } from './change.js'
import type { Scriber } from './scriber.js'

type Doing = (scriber: Scriber) => void

/** A recorder with the record Note "n" {title: 'old', done: false}, a destroyed "gone" {title: 'was'}, and an edit for "unborn". */
function prepared() {
  const it = recorder()
  const { scriber, steps } = it
  scriber.record('Note', 'create', 'n', { title: 'old', done: false })
  scriber.record('Note', 'create', 'gone', { title: 'was' })
  scriber.record('Note', 'destroy', 'gone')
  const edit: Change = { name: 'Note', id: 'unborn', type: 'update', fields: { title: 'waits' } }
  scriber.replay({ stamp: 1, writer: 'aaaaaaaaaaaaaaaaaaaaaaaa', changes: [edit] }, 'somebody')
  steps.length = 0
  return it
}

const create =
  (id: string, data: object = { title: 'new' }): Doing =>
  (scriber) => {
    scriber.record('Note', 'create', id, data as Record<string, unknown>)
  }
const update =
  (id: string, data: object): Doing =>
  (scriber) => {
    scriber.record('Note', 'update', id, data as Record<string, unknown>)
  }
const destroy =
  (id: string): Doing =>
  (scriber) => {
    scriber.record('Note', 'destroy', id)
  }
const restore =
  (id: string, data: object = {}): Doing =>
  (scriber) => {
    scriber.record('Note', 'restore', id, data as Record<string, unknown>)
  }

/** What one transaction that does these things records, tells and leaves. */
function done(id: string, ...doings: readonly Doing[]) {
  const { scriber, steps } = prepared()
  scriber.transact(() => {
    for (const doing of doings) doing(scriber)
  })
  const table = scriber.ledger.table('Note')
  expect(table.living).toBe([...table.livingSlots()].length)
  return {
    changes: steps
      .flatMap(({ batch }) => batch?.changes ?? [])
      .map(({ name: _, after, ...change }) => {
        return { ...change, ...(after === undefined ? undefined : { after: true }) }
      }),
    effects: steps.flatMap(({ effects }) => effects.map(told)),
    shown: shown(scriber.ledger, 'Note', id),
  }
}

describe('one transaction', () => {
  test('records a create with its fields', () => {
    expect(done('x', create('x', { title: 'new', done: true }))).toEqual({
      changes: [{ id: 'x', type: 'create', fields: { title: 'new', done: true } }],
      effects: ['Note "x" created title,done'],
      shown: { title: 'new', done: true },
    })
  })

  test('records the last value of a field, once', () => {
    expect(done('n', update('n', { title: 'a' }), update('n', { title: 'b' }), update('n', { done: true }))).toEqual({
      changes: [{ id: 'n', type: 'update', fields: { title: 'b', done: true } }],
      effects: ['Note "n" changed title,done'],
      shown: { title: 'b', done: true },
    })
  })

  test('records nothing for a field that is put back', () => {
    expect(done('n', update('n', { title: 'a' }), update('n', { title: 'old' }))).toEqual({
      changes: [],
      effects: [],
      shown: { title: 'old', done: false },
    })
    expect(done('n', update('n', { title: 'a', done: true }), update('n', { title: 'old' })).changes).toEqual([
      { id: 'n', type: 'update', fields: { done: true } },
    ])
  })

  test('records a create and its edits as one create', () => {
    expect(done('x', create('x'), update('x', { title: 'newer', done: true }))).toEqual({
      changes: [{ id: 'x', type: 'create', fields: { title: 'newer', done: true } }],
      effects: ['Note "x" created title,done'],
      shown: { title: 'newer', done: true },
    })
  })

  test('records nothing of a record that it created and destroyed', () => {
    expect(done('x', create('x'), destroy('x'))).toEqual({ changes: [], effects: [], shown: undefined })
    expect(done('gone', create('gone'), destroy('gone'))).toEqual({ changes: [], effects: [], shown: undefined })
    expect(done('gone', restore('gone'), destroy('gone'))).toEqual({ changes: [], effects: [], shown: undefined })
    expect(done('unborn', create('unborn'), destroy('unborn'))).toEqual({ changes: [], effects: [], shown: undefined })
  })

  test('records a destroy without the edits before it', () => {
    expect(done('n', update('n', { title: 'a', extra: 1 }), destroy('n'))).toEqual({
      changes: [{ id: 'n', type: 'destroy' }],
      effects: ['Note "n" destroyed'],
      shown: undefined,
    })
  })

  test('records a create over a living record as a birth with its fields', () => {
    expect(done('n', create('n', { title: 'again' }))).toEqual({
      changes: [{ id: 'n', type: 'create', fields: { title: 'again' } }],
      effects: ['Note "n" changed title'],
      shown: { title: 'again', done: false },
    })
    expect(done('n', create('n', { title: 'old' })).effects).toEqual([])
    expect(done('n', create('n', { title: 'again' }), destroy('n')).changes).toEqual([{ id: 'n', type: 'destroy' }])
  })

  test('records a create over a tombstone with the destroy that it overcomes, and nothing of the old fields', () => {
    expect(done('gone', create('gone', { done: true }))).toEqual({
      changes: [{ id: 'gone', type: 'create', fields: { done: true }, after: true }],
      effects: ['Note "gone" created done'],
      shown: { done: true },
    })
  })

  test('records a create over a waiting edit, which shows then', () => {
    expect(done('unborn', create('unborn', { done: true }))).toEqual({
      changes: [{ id: 'unborn', type: 'create', fields: { done: true } }],
      effects: ['Note "unborn" created title,done'],
      shown: { title: 'waits', done: true },
    })
  })

  test('records a restore with every field that the ledger holds', () => {
    expect(done('gone', restore('gone'))).toEqual({
      changes: [{ id: 'gone', type: 'restore', fields: { title: 'was' }, after: true }],
      effects: ['Note "gone" created title'],
      shown: { title: 'was' },
    })
    expect(done('gone', restore('gone', { title: 'is', done: true })).changes).toEqual([
      { id: 'gone', type: 'restore', fields: { title: 'is', done: true }, after: true },
    ])
  })

  test('records a restore of a living record as an edit', () => {
    expect(done('n', restore('n')).changes).toEqual([])
    expect(done('n', restore('n', { title: 'a' })).changes).toEqual([
      { id: 'n', type: 'update', fields: { title: 'a' } },
    ])
  })

  test('begins a record anew that it destroyed, with none of the old fields', () => {
    expect(done('n', destroy('n'), create('n', { title: 'new' }))).toEqual({
      changes: [{ id: 'n', type: 'create', fields: { title: 'new' }, after: true }],
      effects: ['Note "n" changed title,done'],
      shown: { title: 'new' },
    })
    expect(done('n', destroy('n'), create('n', { title: 'new' }), destroy('n')).changes).toEqual([
      { id: 'n', type: 'destroy' },
    ])
  })

  test('brings back what it destroyed, as it was just before', () => {
    expect(done('n', update('n', { title: 'a' }), destroy('n'), restore('n'))).toEqual({
      changes: [{ id: 'n', type: 'restore', fields: { title: 'a', done: false }, after: true }],
      effects: ['Note "n" changed title'],
      shown: { title: 'a', done: false },
    })
    expect(done('x', create('x'), destroy('x'), restore('x')).shown).toEqual({ title: 'new' })
  })

  test('forgets what it wrote into a record that it began anew', () => {
    expect(done('x', create('x', { title: 'a', extra: 1 }), destroy('x'), create('x', { done: true }))).toMatchObject({
      changes: [{ id: 'x', type: 'create', fields: { done: true } }],
      shown: { done: true },
    })
  })

  test('gives a destroy of its own a stamp before the birth that follows it', () => {
    const { scriber, steps } = prepared()
    scriber.transact(() => {
      destroy('n')(scriber)
      create('n')(scriber)
    })
    const { batch } = steps[0]!
    const [change] = batch!.changes
    expect(change!.after).toEqual({ stamp: batch!.stamp - 1, writer: scriber.era })
    expect(scriber.clock.last).toBe(batch!.stamp)
  })

  test('records changes of many records in the order in which they were first touched', () => {
    const { scriber, steps } = prepared()
    scriber.transact(() => {
      create('b')(scriber)
      update('n', { title: 'x' })(scriber)
      create('a')(scriber)
      update('b', { title: 'y' })(scriber)
    })
    expect(steps).toHaveLength(1)
    expect(steps[0]!.batch!.changes.map(({ id, type }) => `${id} ${type}`)).toEqual([
      'b create',
      'n update',
      'a create',
    ])
  })

  test('lets the program read what it wrote', () => {
    const { scriber } = prepared()
    scriber.transact(() => {
      create('x', { title: 'a' })(scriber)
      expect(shown(scriber.ledger, 'Note', 'x')).toEqual({ title: 'a' })
      update('n', { title: 'b' })(scriber)
      expect(shown(scriber.ledger, 'Note', 'n')).toEqual({ title: 'b', done: false })
      expect(scriber.ledger.table('Note').living).toBe(2)
      destroy('n')(scriber)
      expect(shown(scriber.ledger, 'Note', 'n')).toBeUndefined()
      expect(scriber.ledger.table('Note').living).toBe(1)
    })
  })

  test('merges elsewhere to what it left here', () => {
    const doings: readonly (readonly Doing[])[] = [
      [create('x'), update('n', { title: 'b' }), destroy('n'), create('n', { done: true }), restore('gone')],
      [destroy('n'), restore('n'), create('gone', { more: 1 }), create('unborn', { done: 1 })],
      [create('n'), destroy('n')],
    ]
    for (const each of doings) {
      const { scriber, steps } = prepared()
      const other = recorder()
      other.scriber.replayRows([...scriber.since(0)], 'before')
      scriber.transact(() => {
        for (const doing of each) doing(scriber)
      })
      for (const { batch } of steps) other.scriber.replay(batch!, 'after')
      expect(stateOf(other.scriber.ledger)).toEqual(stateOf(scriber.ledger))
    }
  })
})

describe('a rollback', () => {
  const everything: readonly Doing[] = [
    create('x'),
    update('x', { title: 'y', more: 1n }),
    create('z'),
    destroy('z'),
    update('n', { title: 5, done: 'other types', more: [1] }),
    destroy('n'),
    create('n', { done: true }),
    restore('gone', { done: false }),
    create('unborn', { title: 'seen' }),
  ]

  test('puts back values, life, counts and order, and tells nobody', () => {
    for (let count = 1; count <= everything.length; count++) {
      const { scriber, steps } = prepared()
      const before = wholeOf(scriber.ledger)
      const { last } = scriber.clock
      expect(() =>
        scriber.transact(() => {
          for (const doing of everything.slice(0, count)) doing(scriber)
          throw new RangeError('mine')
        }),
      ).toThrow(new RangeError('mine'))
      expect(wholeOf(scriber.ledger)).toEqual(before)
      expect([scriber.clock.last, steps]).toEqual([last, []])
      expect([scriber.ledger.table('Note').slot('x'), scriber.ledger.table('Note').slot('z')]).toEqual([
        undefined,
        undefined,
      ])
    }
  })

  test('leaves nothing in the way of what follows', () => {
    const { scriber } = prepared()
    for (let round = 0; round < 3; round++)
      expect(() =>
        scriber.transact(() => {
          for (const doing of everything) doing(scriber)
          throw new Error('mine')
        }),
      ).toThrow('mine')
    scriber.transact(() => {
      for (const doing of everything) doing(scriber)
    })
    create('x2')(scriber)
    create('x3')(scriber)
    const table = scriber.ledger.table('Note')
    expect(new Set(['n', 'gone', 'unborn', 'x', 'x2', 'x3'].map((id) => table.slot(id))).size).toBe(6)
    expect([...table.livingSlots()].map((slot) => table.id(slot)).sort()).toEqual([
      'gone',
      'n',
      'unborn',
      'x',
      'x2',
      'x3',
    ])
  })
})

describe('a batch over the limits', () => {
  function limited() {
    const it = recorder({ limits: { maxBatchChanges: 3, maxFields: 4, maxBatchBytes: 2_000 } })
    it.scriber.record('Note', 'create', 'n', { title: 'old' })
    it.steps.length = 0
    return it
  }
  const tooLarge = expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_BATCH_TOO_LARGE' }) as Error

  test('may change as many records as the limit says, and not one more', () => {
    for (const count of [2, 3]) {
      const { scriber, steps } = limited()
      scriber.transact(() => {
        for (let at = 0; at < count; at++) scriber.record('Note', 'create', at)
      })
      expect(steps[0]!.batch!.changes).toHaveLength(count)
    }
    const { scriber, steps } = limited()
    const before = wholeOf(scriber.ledger)
    expect(() =>
      scriber.transact(() => {
        for (let at = 0; at < 4; at++) scriber.record('Note', 'create', at)
      }),
    ).toThrow(tooLarge)
    expect([steps, wholeOf(scriber.ledger)]).toEqual([[], before])
  })

  test('may set as many fields of a record as the limit says, and not one more', () => {
    const { scriber } = limited()
    scriber.record('Note', 'create', 3, { a: 1, b: 1, c: 1 })
    scriber.record('Note', 'create', 4, { a: 1, b: 1, c: 1, d: 1 })
    expect(() => scriber.record('Note', 'create', 5, { a: 1, b: 1, c: 1, d: 1, e: 1 })).toThrow(tooLarge)
    expect(scriber.ledger.table('Note').slot(5)).toBeUndefined()
  })

  test('may take as many bytes as the limit says, and not one more', () => {
    const text = (length: number) => ({ title: 'x'.repeat(length) })
    const fits = (length: number) => {
      try {
        limited().scriber.record('Note', 'update', 'n', text(length))
        return true
      } catch (error) {
        expect(error).toEqual(tooLarge)
        return false
      }
    }
    let most = 1_000
    while (fits(most + 1)) most += 1
    // The rest is what ids, names and stamps may take.
    expect(most).toBeGreaterThan(1_700)
    expect(most).toBeLessThan(2_000)
    expect([fits(most - 1), fits(most), fits(most + 1)]).toEqual([true, true, false])
  })

  test('counts what ids take', () => {
    const { scriber } = limited()
    const id = (at: number) => `${at}${'\u0000'.repeat(200)}`
    expect(() =>
      scriber.transact(() => {
        for (let at = 0; at < 2; at++) scriber.record('Note', 'create', id(at))
      }),
    ).toThrow(tooLarge)
  })

  test('gives every slot back once, what came to nothing before it was found too large included', () => {
    const { scriber } = limited()
    expect(() =>
      scriber.transact(() => {
        scriber.record('Note', 'create', 'nothing')
        scriber.record('Note', 'destroy', 'nothing')
        for (let at = 0; at < 4; at++) scriber.record('Note', 'create', at)
      }),
    ).toThrow(tooLarge)
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) scriber.record('Note', 'create', id, { title: id })
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      expect(shown(scriber.ledger, 'Note', id)).toEqual({ title: id })
    expect(scriber.ledger.table('Note').living).toBe(8)
  })
})

describe('a nested transaction', () => {
  test('joins the one around it', () => {
    const { scriber, steps } = prepared()
    const result = scriber.transact(() => {
      update('n', { title: 'outer' })(scriber)
      const inner = scriber.transact(() => {
        update('n', { done: true })(scriber)
        create('x')(scriber)
        return 'inner'
      })
      update('x', { done: true })(scriber)
      return `${inner} of outer`
    })
    expect(result).toBe('inner of outer')
    expect(steps).toHaveLength(1)
    expect(steps[0]!.batch!.changes).toEqual([
      { name: 'Note', id: 'n', type: 'update', fields: { title: 'outer', done: true } },
      { name: 'Note', id: 'x', type: 'create', fields: { title: 'new', done: true } },
    ])
  })

  test('is rolled back with the one around it', () => {
    const { scriber, steps } = prepared()
    const before = wholeOf(scriber.ledger)
    expect(() =>
      scriber.transact(() => {
        update('n', { title: 'outer' })(scriber)
        scriber.transact(() => {
          update('n', { title: 'inner' })(scriber)
          create('x')(scriber)
        })
        throw new Error('mine')
      }),
    ).toThrow('mine')
    expect([wholeOf(scriber.ledger), steps]).toEqual([before, []])
  })

  test('takes back its own part only when it throws and the outer goes on', () => {
    const { scriber, steps } = prepared()
    scriber.transact(() => {
      update('n', { title: 'outer' })(scriber)
      create('x')(scriber)
      expect(() =>
        scriber.transact(() => {
          update('n', { title: 'inner', more: 1 })(scriber)
          destroy('x')(scriber)
          create('y')(scriber)
          scriber.transact(() => restore('gone')(scriber))
          throw new Error('mine')
        }),
      ).toThrow('mine')
      expect(shown(scriber.ledger, 'Note', 'n')).toEqual({ title: 'outer', done: false })
      update('x', { done: true })(scriber)
    })
    expect(steps).toHaveLength(1)
    expect(steps[0]!.batch!.changes).toEqual([
      { name: 'Note', id: 'n', type: 'update', fields: { title: 'outer' } },
      { name: 'Note', id: 'x', type: 'create', fields: { title: 'new', done: true } },
    ])
    expect(scriber.ledger.table('Note').living).toBe(2)
    expect(scriber.ledger.table('Note').slot('y')).toBeUndefined()
  })

  test('knows what the one around it began and ended', () => {
    const { scriber, steps } = prepared()
    scriber.transact(() => {
      destroy('n')(scriber)
      scriber.transact(() => restore('n')(scriber))
      scriber.transact(() => destroy('n')(scriber))
      scriber.transact(() => create('n', { done: 1 })(scriber))
    })
    expect(steps[0]!.batch!.changes).toMatchObject([{ id: 'n', type: 'create', fields: { done: 1 } }])
    expect(shown(scriber.ledger, 'Note', 'n')).toEqual({ done: 1 })
  })
})
