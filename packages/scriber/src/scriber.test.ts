import { describe, expect, test } from 'vitest'
import { type Recorder, recorder, shown, stateOf, told, wholeOf } from '../test/recorders.js'
import type { Batch, Change } from './change.js'
import { maxLedgerNames } from './limits.js'
import { MemoryStore } from './memory-store.js'
import { Scriber } from './scriber.js'
import type { Cursor } from './store.js'
import { ManualClock, SeededRandom } from './testing/index.js'

const a = 'aaaaaaaaaaaaaaaaaaaaaaaa'
const b = 'bbbbbbbbbbbbbbbbbbbbbbbb'

const coded = (code: string) => expect.objectContaining({ name: 'UsageError', code }) as Error
const note = (scriber: Scriber) => shown(scriber.ledger, 'Note', 'n')

function edit(stamp: number, title: string, writer = a): Batch {
  const change: Change = { name: 'Note', id: 'n', type: 'update', fields: { title } }
  return { stamp, writer, changes: [change] }
}

/** The stamp of something that happened long ago for a manual clock. */
const early = 5

describe('recording', () => {
  test('gives a change the stamp of now and the era as its writer', () => {
    const { scriber, steps, clock } = recorder()
    scriber.record('Note', 'create', 'n', { title: 'x' })
    expect(steps).toMatchObject([
      {
        batch: {
          stamp: scriber.clock.last,
          writer: scriber.era,
          changes: [{ name: 'Note', id: 'n', type: 'create', fields: { title: 'x' } }],
        },
        rows: [],
        effects: [{ name: 'Note', id: 'n', type: 'created', fields: ['title'] }],
        outlived: [],
        origin: undefined,
        kept: 0,
      },
    ])
    clock.advance(1)
    scriber.record('Note', 'update', 'n', { title: 'y' })
    expect(steps[1]!.batch!.stamp).toBe(steps[0]!.batch!.stamp + 4096)
  })

  test('returns the record’s slot', () => {
    const { scriber } = recorder()
    const slot = scriber.record('Note', 'create', 7)
    expect(scriber.ledger.table('Note').id(slot)).toBe(7)
    expect(scriber.record('Note', 'update', 7, { title: 'x' })).toBe(slot)
  })

  test('records nothing where the value is there already', () => {
    const { scriber, steps } = recorder()
    scriber.record('Note', 'create', 'n', { tags: [{ a: 1, b: 2 }] })
    scriber.record('Note', 'update', 'n', { tags: [{ b: 2, a: 1 }] })
    scriber.record('Note', 'update', 'n')
    expect(steps).toHaveLength(1)
  })

  test('refuses changes to what is not here, is not born, or is destroyed', () => {
    const { scriber, steps } = recorder()
    scriber.replay({ ...edit(early, 'waits'), changes: [{ ...edit(1, 'x').changes[0]!, id: 'unborn' }] }, 'them')
    scriber.record('Note', 'create', 'gone', { title: 'x' })
    scriber.record('Note', 'destroy', 'gone')
    scriber.record('Empty', 'create', 'gone')
    scriber.record('Empty', 'destroy', 'gone')
    steps.length = 0
    for (const id of ['never', 'unborn'])
      for (const type of ['update', 'destroy'] as const)
        expect(() => scriber.record('Note', type, id, { title: 'y' })).toThrow(coded('SYNCRO_NOT_FOUND'))
    expect(() => scriber.record('Other', 'update', 'gone', {})).toThrow(coded('SYNCRO_NOT_FOUND'))
    for (const type of ['update', 'destroy'] as const)
      expect(() => scriber.record('Note', type, 'gone', { title: 'y' })).toThrow(coded('SYNCRO_GONE'))
    for (const [name, id] of [
      ['Note', 'never'],
      ['Note', 'unborn'],
      ['Other', 'n'],
      ['Empty', 'gone'],
    ] as const)
      expect(() => scriber.record(name, 'restore', id)).toThrow(coded('SYNCRO_GONE'))
    expect(steps).toEqual([])
    expect(scriber.ledger.findTable('Other')).toBeUndefined()
  })

  test('leaves nothing behind when a value is refused', () => {
    const { scriber, steps } = recorder()
    expect(() => scriber.record('Note', 'create', 'n', { title: 'x', bad: Number.NaN })).toThrow('Note.bad is NaN')
    expect([steps, scriber.ledger.findTable('Note')]).toEqual([[], undefined])
  })

  test('takes no fields with a destroy', () => {
    const { scriber, steps } = recorder()
    scriber.record('Note', 'create', 'n', { title: 'x' })
    scriber.record('Note', 'destroy', 'n', { title: 'y', bad: Number.NaN })
    expect(steps[1]!.batch!.changes).toEqual([{ name: 'Note', id: 'n', type: 'destroy' }])
  })

  test.each([[''], ['x'.repeat(257)], ['__proto__'], ['constructor'], ['prototype'], ['\ud83d'], [7], [undefined]])(
    'refuses %o as a name',
    (name) => {
      const { scriber } = recorder()
      const bad = name as string
      expect(() => scriber.record(bad, 'create', 1)).toThrow(coded('SYNCRO_NAME_INVALID'))
      if (typeof name !== 'string') return
      const data = Object.defineProperty({}, bad, { value: 1, enumerable: true })
      expect(() => scriber.record('Note', 'create', 1, data)).toThrow(coded('SYNCRO_NAME_INVALID'))
    },
  )

  test('takes names and ids up to the limits', () => {
    const { scriber } = recorder()
    for (const length of [1, 255, 256]) scriber.record('x'.repeat(length), 'create', 'x'.repeat(length), {})
    for (const id of [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) scriber.record('Note', 'create', id)
    expect(scriber.ledger.table('Note').living).toBe(4)
  })

  test.each([
    [''],
    ['x'.repeat(257)],
    ['\ud83d'],
    [1.5],
    [2 ** 53],
    [Number.NaN],
    [-0],
    [null],
    [undefined],
    [{}],
    [{ toString: 7 }],
    [1n],
  ])('refuses %o as an id', (id) => {
    const { scriber } = recorder()
    expect(() => scriber.record('Note', 'create', id as string)).toThrow(coded('SYNCRO_ID_INVALID'))
  })

  test('refuses names over the bound, and leaves nothing half done in a transaction that goes on', () => {
    const { scriber, steps } = recorder()
    const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`f${at}`, at]))
    for (let at = 0; at < 4; at++) scriber.record(`Class${at}`, 'create', 1, fields)
    for (let at = 0; at < maxLedgerNames - 4_004 - 2; at++) scriber.record('Class0', 'update', 1, { [`more${at}`]: 1 })
    steps.length = 0
    scriber.transact(() => {
      scriber.record('Class0', 'update', 1, { f0: 'changed' })
      expect(() => scriber.record('Class1', 'create', 2, { f0: 1, x: 1, y: 1, z: 1 })).toThrow(
        coded('SYNCRO_NAMES_FULL'),
      )
    })
    expect(steps.flatMap(({ effects }) => effects.map(told))).toEqual(['Class0 1 changed f0'])
    expect(scriber.ledger.table('Class1').slot(2)).toBeUndefined()
  })
})

describe('assigning', () => {
  function assigning() {
    const it = recorder()
    const slot = it.scriber.record('Note', 'create', 'n', { title: 'x' })
    const table = it.scriber.ledger.table('Note')
    it.steps.length = 0
    return { ...it, table, slot, title: table.column('title') }
  }

  test('records one update', () => {
    const { scriber, steps, table, slot, title } = assigning()
    scriber.assign(table, slot, title, 'y')
    expect(note(scriber)).toEqual({ title: 'y' })
    expect(steps).toMatchObject([
      {
        batch: {
          stamp: scriber.clock.last,
          writer: scriber.era,
          changes: [{ name: 'Note', id: 'n', type: 'update', fields: { title: 'y' } }],
        },
        effects: [{ type: 'changed', fields: ['title'], slot }],
      },
    ])
  })

  test('records nothing where the value is there already', () => {
    const { scriber, steps, table, slot, title } = assigning()
    scriber.assign(table, slot, title, 'x')
    expect(steps).toEqual([])
  })

  test('joins a transaction', () => {
    const { scriber, steps, table, slot, title } = assigning()
    scriber.transact(() => {
      scriber.assign(table, slot, title, 'y')
      scriber.assign(table, slot, table.column('done'), true)
    })
    expect(steps).toHaveLength(1)
    expect(note(scriber)).toEqual({ title: 'y', done: true })
  })

  test('is refused for a destroyed record, and after close', async () => {
    const { scriber, table, slot, title } = assigning()
    scriber.record('Note', 'destroy', 'n')
    expect(() => scriber.assign(table, slot, title, 'y')).toThrow(coded('SYNCRO_GONE'))
    await scriber.close()
    expect(() => scriber.assign(table, slot, title, 'y')).toThrow(coded('SYNCRO_NOT_READY'))
  })
})

describe('creating by a shape', () => {
  /** Two recorders that draw the same; one creates by the shape, the other by names. */
  function both() {
    const sides = [1, 2].map(() => recorder({ random: new SeededRandom(7).bytes, limits: { maxBatchBytes: 2_000 } }))
    const [short, long] = sides as [Recorder, Recorder]
    const table = short.scriber.ledger.table('Note')
    const columns = ['title', 'done'].map((name) => table.column(name))
    const shape = { table, columns, names: ['title', 'done'] }
    const create = (id: string, title: string) => {
      short.scriber.create(shape, id, [title, false])
      long.scriber.record('Note', 'create', id, { title, done: false })
    }
    return { short, long, shape, create }
  }
  const stepsOf = ({ steps }: Recorder) => steps.map(({ batch, effects, position }) => ({ batch, effects, position }))

  test('comes to the same as by names: of new records, and of those that live, are gone or wait to be born', () => {
    const { short, long, create } = both()
    create('a', 'x')
    create('a', 'y')
    for (const { scriber } of [short, long]) scriber.record('Note', 'destroy', 'a')
    create('a', 'z')
    const edit = { name: 'Note', id: 'b', type: 'update', fields: { title: 'waits' } } as const
    for (const { scriber } of [short, long])
      scriber.replay({ stamp: 5, writer: 'd'.repeat(24), changes: [edit] }, 'them')
    create('b', 'born')
    expect(stepsOf(short)).toEqual(stepsOf(long))
    expect(wholeOf(short.scriber.ledger)).toEqual(wholeOf(long.scriber.ledger))
    expect(short.scriber.ledger.table('Note').living).toBe(2)
  })

  test('joins a transaction, and goes with it', () => {
    const { short, shape } = both()
    expect(() =>
      short.scriber.transact(() => {
        short.scriber.create(shape, 'a', ['x', false])
        throw new Error('not after all')
      }),
    ).toThrow('not after all')
    expect(short.steps).toEqual([])
    expect(shown(short.scriber.ledger, 'Note', 'a')).toBeUndefined()
  })

  test('is refused where it is too large, and leaves nothing', () => {
    const { short, create } = both()
    expect(() => create('a', 'x'.repeat(3_000))).toThrow(coded('SYNCRO_BATCH_TOO_LARGE'))
    expect([short.steps, short.scriber.ledger.rows]).toEqual([[], 0])
  })
})

describe('transact', () => {
  test('gives what the function returns, and records nothing if it did nothing', () => {
    const { scriber, steps } = recorder()
    const { last } = scriber.clock
    expect(scriber.transact(() => 'result')).toBe('result')
    expect([steps, scriber.clock.last]).toEqual([[], last])
  })

  test('refuses a promise, and rolls back what was done until then', () => {
    const { scriber, steps } = recorder()
    const runs: readonly (() => unknown)[] = [
      async () => {
        scriber.record('Note', 'create', 'n')
      },
      () => {
        scriber.record('Note', 'create', 'n')
        // biome-ignore lint/suspicious/noThenProperty: a promise of somebody else's making.
        return { then: () => undefined }
      },
    ]
    for (const run of runs) expect(() => scriber.transact(run)).toThrow(coded('SYNCRO_TRANSACTION_ASYNC'))
    expect([steps, note(scriber)]).toEqual([[], undefined])
  })

  test('answers for no promise that it refused: its rejection ends nothing', async () => {
    const { scriber } = recorder()
    expect(() => scriber.transact(() => Promise.reject(new Error('too late')))).toThrow(
      coded('SYNCRO_TRANSACTION_ASYNC'),
    )
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('takes no data of a peer inside', () => {
    const { scriber } = recorder()
    scriber.record('Note', 'create', 'n', { title: 'x' })
    expect(() =>
      scriber.transact(() => {
        scriber.record('Note', 'update', 'n', { title: 'y' })
        scriber.replay(edit(early, 'z'), 'them')
      }),
    ).toThrow(coded('SYNCRO_TRANSACTION_OPEN'))
    expect(() => scriber.transact(() => scriber.replayRows([], 'them'))).toThrow(coded('SYNCRO_TRANSACTION_OPEN'))
    expect(note(scriber)).toEqual({ title: 'x' })
  })
})

describe('replaying', () => {
  test('keeps the batch’s stamp and writer, and records nothing', () => {
    const { scriber, steps } = recorder()
    const batch: Batch = { stamp: early, writer: a, changes: [{ ...edit(1, 'x').changes[0]!, type: 'create' }] }
    scriber.replay(batch, 'them')
    expect(steps).toMatchObject([{ batch, origin: 'them', effects: [{ type: 'created', fields: ['title'] }] }])
    expect(steps[0]!.batch).toBe(batch)
    expect(stateOf(scriber.ledger)).toEqual({
      '["Note","n"]': {
        birth: { stamp: early, writer: a },
        lives: true,
        fields: { title: { value: 'x', stamp: early, writer: a } },
      },
    })
  })

  test('tells nobody of what is known', () => {
    const { scriber, steps } = recorder()
    scriber.replay(edit(early, 'x'), 'them')
    const merged = scriber.replay(edit(early, 'x'), 'others')
    scriber.replay(edit(early - 1, 'older'), 'them')
    scriber.replayRows([...scriber.since(0)], 'them')
    expect(merged.effective).toBe(false)
    expect(steps).toHaveLength(1)
  })

  test('tells of a newer stamp with an equal value, without effects', () => {
    const { scriber, steps } = recorder()
    scriber.record('Note', 'create', 'n', { title: 'x' })
    const newer = edit(scriber.clock.last + 1, 'x')
    scriber.replay(newer, 'them')
    expect(steps[1]).toMatchObject({ batch: newer, effects: [] })
  })

  test('moves the clock, so that what is recorded next is newer than all that is merged', () => {
    const { scriber } = recorder()
    const ahead = scriber.clock.next() + 1_000_000
    scriber.replay(edit(ahead, 'x'), 'them')
    scriber.record('Note', 'create', 'n', { title: 'mine' })
    expect([note(scriber), scriber.clock.last]).toEqual([{ title: 'mine' }, ahead + 1])
    const life = { birth: { stamp: ahead + 10, writer: a }, destroy: { stamp: ahead + 20, writer: b } }
    scriber.replayRows([{ name: 'Note', id: 'm', ...life, fields: [] }], 'them')
    expect(scriber.clock.last).toBe(ahead + 20)
    const field = { name: 'x', value: 1, stamp: ahead + 30, writer: a }
    scriber.replayRows([{ name: 'Note', id: 'm', fields: [field] }], 'them')
    expect(scriber.clock.last).toBe(ahead + 30)
    scriber.replay(
      {
        stamp: ahead,
        writer: a,
        changes: [{ name: 'Note', id: 'k', type: 'create', after: { stamp: ahead + 40, writer: b } }],
      },
      'them',
    )
    expect(scriber.clock.last).toBe(ahead + 40)
  })

  test('tells of rows in one step, with those that held anything newer', () => {
    const { scriber, steps } = recorder()
    const from = recorder()
    from.scriber.record('Note', 'create', 'n', { title: 'x' })
    from.scriber.record('Note', 'create', 'm', { title: 'x' })
    const rows = [...from.scriber.since(0)]
    scriber.replayRows(rows.slice(0, 1), 'them')
    scriber.replayRows(rows, 'them')
    expect(steps).toMatchObject([
      { batch: undefined, rows: [rows[0]], effects: [{ id: 'n' }] },
      { batch: undefined, rows: [rows[1]], effects: [{ id: 'm' }] },
    ])
  })

  test('tells of conflicts, whether anything changed or not', () => {
    const { scriber } = recorder()
    const conflicts: unknown[] = []
    scriber.on('conflict', (conflict) => conflicts.push(conflict))
    const conflict = { name: 'Note', id: 'n', field: 'title', stamp: { stamp: early, writer: a } }
    scriber.replay(edit(early, 'x'), 'them')
    scriber.replay(edit(early, 'y'), 'them')
    scriber.replay(edit(early, 'x'), 'them')
    expect(conflicts).toEqual([conflict, conflict])
  })

  test('says whose life is to be sent back', () => {
    const { scriber, steps } = recorder()
    const slot = scriber.record('Note', 'create', 'n')
    scriber.record('Note', 'destroy', 'n')
    const row = scriber.ledger.table('Note').row(slot)
    const birth: Change = { name: 'Note', id: 'n', type: 'create' }
    expect(scriber.replay({ stamp: early, writer: a, changes: [birth] }, 'them').outlived).toEqual([row])
    const newer = scriber.clock.next()
    scriber.replay({ stamp: newer, writer: a, changes: [birth] }, 'them')
    expect(steps[2]!.outlived).toEqual([row])
  })

  test('has whoever has acknowledged its place catch up with what is to be sent back', () => {
    const { scriber } = recorder()
    scriber.record('Note', 'create', 'n')
    scriber.record('Note', 'destroy', 'n')
    const { position } = scriber.place
    const birth: Change = { name: 'Note', id: 'n', type: 'create' }
    const ignorant = { stamp: early, writer: a, changes: [birth] }
    // Nobody was told that he has it: it is still to be sent from its place.
    scriber.replay(ignorant, 'them')
    expect(scriber.place.position).toBe(position)
    scriber.mark(position)
    scriber.replay(ignorant, 'them')
    expect([...scriber.since(position)]).toMatchObject([{ id: 'n', destroy: { writer: scriber.era } }])
    // Once is enough, until that is acknowledged as well.
    scriber.replay(ignorant, 'them')
    expect(scriber.place.position).toBe(position + 1)
  })

  test('brings what waited for it to everybody, where it is made here: others may have forgotten that', () => {
    const { scriber, steps } = recorder()
    const edit: Change = { name: 'Note', id: 'n', type: 'update', fields: { b: 1 } }
    scriber.replay({ stamp: early, writer: a, changes: [edit] }, 'us')
    const { position } = scriber.place
    scriber.record('Note', 'create', 'n', { a: 1 })
    expect(steps.at(-1)!.outlived.map((row) => scriber.ledger.image(row, position)?.fields)).toMatchObject([
      [
        { name: 'b', value: 1, stamp: early },
        { name: 'a', value: 1 },
      ],
    ])
    scriber.record('Note', 'create', 'n', { c: 1 })
    expect(steps.at(-1)!.outlived).toEqual([])
  })

  test('has whoever was told to have a field that waited for a birth catch up with it', () => {
    const { scriber } = recorder()
    scriber.replay(
      { stamp: early, writer: a, changes: [{ name: 'Note', id: 'n', type: 'update', fields: { b: 1 } }] },
      'us',
    )
    const { position } = scriber.place
    scriber.mark(position)
    scriber.replay(
      { stamp: early - 1, writer: a, changes: [{ name: 'Note', id: 'n', type: 'create', fields: { a: 1 } }] },
      'us',
    )
    expect([...scriber.since(position)].flatMap(({ fields }) => fields.map(({ name }) => name)).sort()).toEqual([
      'a',
      'b',
    ])
  })
})

describe('telling', () => {
  test('is done once for each step, in order, also of what a listener writes', () => {
    const { scriber } = recorder()
    const heard: string[] = []
    const listen = (who: string) =>
      scriber.on('step', ({ effects }) => heard.push(`${who} ${effects.map(told).join()}`))
    listen('first')
    scriber.on('step', ({ effects }) => {
      if (effects[0]!.id !== 'a') return
      scriber.record('Note', 'create', 'b')
      scriber.record('Note', 'create', 'c')
    })
    listen('last')
    scriber.record('Note', 'create', 'a')
    expect(heard).toEqual(['a', 'b', 'c'].flatMap((id) => [`first Note "${id}" created`, `last Note "${id}" created`]))
  })

  test('lets a listener write a change of its own while a peer’s is replayed', () => {
    const { scriber, steps } = recorder()
    scriber.on('step', ({ origin }) => {
      if (origin === 'them') scriber.record('Log', 'create', 1, { of: 'n' })
    })
    scriber.replay(edit(early, 'x'), 'them')
    expect(steps.map(({ origin, batch }) => [origin, batch!.writer])).toEqual([
      ['them', a],
      [undefined, scriber.era],
    ])
  })

  test('goes on when a listener throws, and reports what it threw', () => {
    const { scriber, errors } = recorder()
    const heard: unknown[] = []
    scriber.on('step', () => {
      throw new Error('mine')
    })
    scriber.on('step', (step) => heard.push(step))
    scriber.record('Note', 'create', 'n')
    scriber.record('Note', 'create', 'm')
    expect([heard.length, errors]).toEqual([2, [new Error('mine'), new Error('mine')]])
  })

  test('goes on when the report of an error throws as well', async () => {
    const uncaught: unknown[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    try {
      for (const reportError of [
        undefined,
        () => {
          throw new Error('broken report')
        },
      ]) {
        const scriber = new Scriber({
          now: new ManualClock().now,
          random: new SeededRandom(1).bytes,
          ...(reportError === undefined ? undefined : { reportError }),
        })
        scriber.on('step', () => {
          throw new Error('mine')
        })
        scriber.record('Note', 'create', 'n')
        scriber.record('Note', 'create', 'm')
      }
      await new Promise((resolve) => setImmediate(resolve))
      expect(uncaught.map((error) => (error as Error).message)).toEqual([
        'mine',
        'mine',
        'broken report',
        'broken report',
      ])
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of before) process.on('uncaughtException', listener)
    }
  })

  test('stops for a listener that left', () => {
    const { scriber } = recorder()
    let heard = 0
    const leave = scriber.on('step', () => {
      heard += 1
      leave()
    })
    scriber.record('Note', 'create', 'n')
    scriber.record('Note', 'create', 'm')
    expect(heard).toBe(1)
  })

  test('finds the whole step in the ledger', () => {
    const { scriber } = recorder()
    const seen: unknown[] = []
    scriber.on('step', () => seen.push(scriber.ledger.table('Note').living))
    scriber.transact(() => {
      scriber.record('Note', 'create', 'n')
      scriber.record('Note', 'create', 'm')
    })
    expect(seen).toEqual([2])
  })
})

describe('since', () => {
  test('gives rows in rising position, with what is newer in them', () => {
    const { scriber } = recorder()
    scriber.record('Note', 'create', 'n', { title: 'x', done: false })
    scriber.record('Note', 'create', 'm')
    const { position } = scriber.place
    scriber.record('Note', 'create', 'k')
    scriber.record('Note', 'update', 'n', { done: true })
    const rows = [...scriber.since(position)]
    expect(rows.map(({ id, fields }) => [id, fields.map(({ name }) => name)])).toEqual([
      ['k', []],
      ['n', ['done']],
    ])
    expect([...scriber.since(0)].map(({ id }) => id)).toEqual(['m', 'k', 'n'])
    expect([...scriber.since(scriber.place.position)]).toEqual([])
  })

  test('gives a row that is touched meanwhile at the end, as it then is', () => {
    const { scriber } = recorder()
    for (const id of ['a', 'b', 'c']) scriber.record('Note', 'create', id, { title: 'x' })
    const given: unknown[] = []
    for (const { id, fields } of scriber.since(0)) {
      given.push([id, fields[0]!.value])
      if (id === 'a') for (const touched of ['b', 'a']) scriber.record('Note', 'update', touched, { title: 'y' })
    }
    expect(given).toEqual([
      ['a', 'x'],
      ['c', 'x'],
      ['b', 'y'],
    ])
  })
})

describe('a cursor', () => {
  const cursor = (scriber: Scriber, more: Partial<Cursor> = {}): Cursor => {
    return { ledger: scriber.ledgerId, ...scriber.place, view: '', ...more }
  }

  test('is good up to the end of the era that is open', () => {
    const { scriber } = recorder()
    scriber.record('Note', 'create', 'n')
    scriber.record('Note', 'create', 'm')
    for (const position of [0, 1, 2]) expect(scriber.isGood(cursor(scriber, { position }))).toBe(true)
    expect(scriber.isGood(cursor(scriber, { position: 3 }))).toBe(false)
  })

  test.each([
    ['another ledger', { ledger: a }],
    ['an unknown era', { era: a }],
    ['another view', { view: 'some' }],
    ['no position', { position: Number.NaN }],
    ['a position before the beginning', { position: -1 }],
    ['half a position', { position: 0.5 }],
  ])('is not good for %s', (_, more) => {
    const { scriber } = recorder()
    scriber.record('Note', 'create', 'n')
    expect(scriber.isGood(cursor(scriber, more))).toBe(false)
  })

  test('stays good across openings, up to where its era ended', () => {
    const store = new MemoryStore()
    const first = recorder({ store })
    first.scriber.record('Note', 'create', 'n')
    const old = cursor(first.scriber)
    const second = recorder({ store })
    second.scriber.record('Note', 'create', 'm')
    const newer = cursor(second.scriber)
    const third = recorder({ store }).scriber
    expect(third.eras.map(({ began }) => began)).toEqual([0, 1, 2])
    expect([third.isGood(old), third.isGood(newer)]).toEqual([true, true])
    expect(third.isGood({ ...old, position: old.position + 1 })).toBe(false)
    expect(third.isGood({ ...newer, position: 1 })).toBe(true)
    expect(third.isGood(cursor(third))).toBe(true)
  })

  test('is not good for a backup that was restored, nor for a copy that went its own way', () => {
    const store = new MemoryStore()
    const original = recorder({ store }).scriber
    original.record('Note', 'create', 'n')
    const before = cursor(original)
    const backup = store.copy()
    original.record('Note', 'create', 'm')
    const after = cursor(original)
    const restored = recorder({ store: backup }).scriber
    expect(restored.ledgerId).toBe(original.ledgerId)
    expect([restored.isGood(before), restored.isGood(after)]).toEqual([true, false])
    restored.record('Note', 'create', 'k')
    restored.record('Note', 'create', 'l')
    expect(restored.isGood(after)).toBe(false)
    expect(original.isGood(cursor(restored))).toBe(false)
  })
})

describe('opening', () => {
  test('is done at once without a store, and with one that does not make it wait', () => {
    for (const { scriber } of [recorder(), recorder({ store: new MemoryStore() })]) {
      expect(scriber.isReady).toBe(true)
      expect(scriber.ledgerId).toMatch(/^[0-9a-f]{24}$/)
      expect(scriber.era).toMatch(/^[0-9a-f]{24}$/)
      expect(scriber.era).not.toBe(scriber.ledgerId)
    }
  })

  test('begins an era each time, and keeps the ledger’s id', () => {
    const store = new MemoryStore()
    const [first, second] = [recorder({ store }).scriber, recorder({ store }).scriber]
    expect(second.ledgerId).toBe(first.ledgerId)
    expect(second.eras.map(({ id }) => id)).toEqual([first.era, second.era])
  })

  test('never gives a stamp again, though the clock jumped back', () => {
    const store = new MemoryStore()
    const clock = new ManualClock()
    const first = recorder({ store, clock }).scriber
    first.record('Note', 'create', 'n', { title: 'x' })
    first.replay(edit(first.clock.last + 5_000_000, 'theirs'), 'them')
    clock.advance(-3_600_000)
    const second = recorder({ store, clock }).scriber
    second.record('Note', 'update', 'n', { title: 'mine' })
    expect(second.clock.last).toBe(first.clock.last + 1)
    expect(note(second)).toEqual({ title: 'mine' })
  })

  test('brings back what was beside the rows', () => {
    const store = new MemoryStore()
    const replica = { uid: 'bob', ledger: b, durable: true, eras: [], seenMs: 5 }
    const entry = { number: 1, batch: edit(early, 'x'), covered: [] }
    recorder({ store }).scriber.keep({ replicas: [replica], outbox: { put: [entry] } })
    expect(recorder({ store }).scriber.remembered).toEqual({ replicas: [replica], outbox: [entry] })
  })
})

describe('a ledger that is a copy', () => {
  test('goes on under a new id, in a new era, with its data and clock', () => {
    const store = new MemoryStore()
    const clock = new ManualClock()
    const open = (seed: number) => new Scriber({ now: clock.now, random: new SeededRandom(seed).bytes, store })
    const scriber = open(1)
    scriber.record('Todo', 'create', 1, { title: 'x' })
    const [ledger, era, place] = [scriber.ledgerId, scriber.era, scriber.place]
    const cursor = { ledger, era, position: place.position, view: '' }
    expect(scriber.isGood(cursor)).toBe(true)
    const replica = { uid: 'b', ledger: 'e'.repeat(24), durable: true, eras: [], seenMs: 1 }
    scriber.beginLedger({ replicas: [replica] })
    expect([scriber.ledgerId === ledger, scriber.era === era]).toEqual([false, false])
    expect(scriber.isGood(cursor)).toBe(false)
    scriber.record('Todo', 'update', 1, { title: 'y' })
    const again = open(2)
    expect([again.ledgerId, again.remembered.replicas]).toEqual([scriber.ledgerId, [replica]])
    expect([...again.since(0)]).toEqual([...scriber.since(0)])
    // What was written before is still this client's own.
    expect(
      [...scriber.since(0)].every(({ birth }) => scriber.ownWriters.has(scriber.ledger.writers.number(birth!.writer))),
    ).toBe(true)
  })
})
