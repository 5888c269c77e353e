import { describe, expect, test } from 'vitest'
import { shown, stateOf, told } from '../test/recorders.js'
import type { Batch, Change, RowImage } from './change.js'
import { Ledger } from './ledger.js'
import { maxLedgerNames, maxReplayedNames } from './limits.js'
import type { Value } from './value.js'

const a = 'aaaaaaaaaaaaaaaaaaaaaaaa'
const b = 'bbbbbbbbbbbbbbbbbbbbbbbb'

function batch(stamp: number, writer: string, ...changes: readonly Change[]): Batch {
  return { stamp, writer, changes }
}

function change(type: Change['type'], fields?: Record<string, Value>, more?: Partial<Change>): Change {
  return { name: 'Note', id: 'n', type, ...(fields === undefined ? undefined : { fields }), ...more }
}

/** A ledger that merged batches, in order. */
function ledgerOf(...batches: readonly Batch[]): Ledger {
  const ledger = new Ledger()
  for (const each of batches) ledger.merge(each)
  return ledger
}

const note = (ledger: Ledger) => shown(ledger, 'Note', 'n')
const living = (ledger: Ledger) => ledger.findTable('Note')?.living

describe('merging fields', () => {
  test('keeps concurrent edits of different fields', () => {
    const ledger = ledgerOf(
      batch(1, a, change('create', { title: 'x', done: false })),
      batch(3, b, change('update', { done: true })),
      batch(2, a, change('update', { title: 'y' })),
    )
    expect(note(ledger)).toEqual({ title: 'y', done: true })
  })

  test('keeps the greater stamp of one field, whatever comes last', () => {
    const ledger = ledgerOf(
      batch(1, a, change('create', { title: 'x' })),
      batch(3, a, change('update', { title: 'new' })),
      batch(2, b, change('update', { title: 'old' })),
    )
    expect(note(ledger)).toEqual({ title: 'new' })
  })

  test('decides equal times by the greater writer', () => {
    for (const writers of [
      [a, b],
      [b, a],
    ])
      expect(
        note(
          ledgerOf(
            batch(1, a, change('create')),
            ...writers.map((writer) => batch(2, writer, change('update', { title: writer }))),
          ),
        ),
      ).toEqual({ title: b })
  })

  test('decides equal stamps by the greater value, tells of it, and counts the loser as known', () => {
    const first = batch(1, a, change('create', { title: 'x', same: 1 }))
    const second = batch(1, a, change('create', { title: 'y', same: 1 }))
    const ledger = ledgerOf(first)
    const conflict = { name: 'Note', id: 'n', field: 'title', stamp: { stamp: 1, writer: a } }
    expect(ledger.merge(second)).toMatchObject({ effective: true, conflicts: [conflict] })
    expect(ledger.merge(first)).toMatchObject({ effective: false, conflicts: [conflict], effects: [] })
    expect(note(ledger)).toEqual({ title: 'y', same: 1 })
    expect(stateOf(ledgerOf(second, first))).toEqual(stateOf(ledger))
  })

  test('finds no conflict in a field that no longer counts', () => {
    const ledger = ledgerOf(batch(1, a, change('create', { title: 'x' })), batch(2, a, change('destroy')))
    expect(ledger.merge(batch(1, a, change('create', { title: 'y' }))).conflicts).toEqual([])
  })

  test('records a newer stamp with an equal value, and shows nothing', () => {
    const ledger = ledgerOf(batch(1, a, change('create', { title: 'x' })))
    const merged = ledger.merge(batch(2, b, change('update', { title: 'x' })))
    expect([merged.effective, merged.effects]).toEqual([true, []])
    expect(stateOf(ledger)['["Note","n"]']).toMatchObject({ fields: { title: { stamp: 2, writer: b } } })
  })

  test('is not effective when nothing is newer, and moves nothing', () => {
    const create = batch(1, a, change('create', { title: 'x' }))
    const ledger = ledgerOf(create, batch(2, a, change('update', { title: 'y' })))
    const { last } = ledger.order
    for (const again of [create, batch(1, b, change('update', { title: 'z' }))])
      expect(ledger.merge(again)).toMatchObject({ effective: false, effects: [], rows: [], outlived: [] })
    expect(ledger.order.last).toBe(last)
  })

  test('merges of a batch what is newer, and leaves the rest', () => {
    const ledger = ledgerOf(
      batch(1, a, change('create', { title: 'x', done: false })),
      batch(5, a, change('update', { title: 'new' })),
    )
    expect(ledger.merge(batch(3, b, change('update', { title: 'old', done: true }))).effects.map(told)).toEqual([
      'Note "n" changed done',
    ])
    expect(note(ledger)).toEqual({ title: 'new', done: true })
  })

  test('keeps fields and classes that nobody here declared', () => {
    const ledger = ledgerOf(batch(1, a, { name: 'Unknown', id: 1, type: 'create', fields: { odd: [1n] } }))
    expect(shown(ledger, 'Unknown', 1)).toEqual({ odd: [1n] })
  })

  test('freezes what arrives, and keeps its own copy', () => {
    const tags = ['a']
    const ledger = ledgerOf(batch(1, a, change('create', { tags })))
    tags.push('b')
    expect(note(ledger)).toEqual({ tags: ['a'] })
    expect(() => (note(ledger)!.tags as string[]).push('c')).toThrow(TypeError)
  })

  test('gives each row of a batch a position of its own', () => {
    const ledger = ledgerOf(
      batch(1, a, change('create', { x: 1 }), { name: 'Note', id: 'm', type: 'create', fields: { x: 1, y: 2 } }),
    )
    const table = ledger.table('Note')
    expect(['n', 'm'].map((id) => ledger.order.position(table.row(table.slot(id)!)))).toEqual([1, 2])
    expect(table.column('y').offset(table.slot('m')!)).toBe(2)
  })

  test('tells 7 from "7"', () => {
    const ledger = ledgerOf(
      batch(1, a, { name: 'Note', id: 7, type: 'create', fields: { x: 'number' } }),
      batch(2, a, { name: 'Note', id: '7', type: 'create', fields: { x: 'text' } }),
    )
    expect([shown(ledger, 'Note', 7), shown(ledger, 'Note', '7')]).toEqual([{ x: 'number' }, { x: 'text' }])
  })
})

describe('writers', () => {
  const later = batch(9, b, change('create', { title: 'x' }))

  test('are not kept of a batch that changes nothing', () => {
    const ledger = ledgerOf(later)
    const { size } = ledger.writers
    for (let at = 0; at < 100; at++) {
      const writer = `${at}`.padStart(24, '0')
      ledger.merge(batch(1, writer, change('update', { title: 'old' })))
      ledger.mergeRows([{ name: 'Note', id: 'n', birth: { stamp: 2, writer }, fields: [] }])
    }
    expect(ledger.writers.size).toBe(size)
  })

  test('are kept of a batch of which one change is new, and of what comes after one that changes nothing', () => {
    const ledger = ledgerOf(later, batch(1, a, change('update', { title: 'old' })))
    ledger.merge(batch(10, a, change('update', { title: 'y', done: true })))
    ledger.merge(batch(11, b, change('update', { done: false })))
    expect(ledger.image(0, 0)?.fields).toEqual([
      { name: 'title', value: 'y', stamp: 10, writer: a },
      { name: 'done', value: false, stamp: 11, writer: b },
    ])
  })
})

describe('life', () => {
  test('begins with a create, told with all fields that are set', () => {
    const merged = new Ledger().merge(batch(1, a, change('create', { title: 'x', done: false })))
    expect(merged.effects.map(told)).toEqual(['Note "n" created title,done'])
  })

  test('takes a create for an id that lives field by field', () => {
    const ledger = ledgerOf(batch(1, a, change('create', { title: 'x', old: 1 })))
    const merged = ledger.merge(batch(2, b, change('create', { title: 'y' })))
    expect(merged.effects.map(told)).toEqual(['Note "n" changed title'])
    expect([note(ledger), living(ledger)]).toEqual([{ title: 'y', old: 1 }, 1])
  })

  test('ends with a destroy', () => {
    const ledger = ledgerOf(batch(1, a, change('create', { title: 'x' })))
    expect(ledger.merge(batch(2, b, change('destroy'))).effects.map(told)).toEqual(['Note "n" destroyed'])
    expect([note(ledger), living(ledger)]).toEqual([undefined, 0])
  })

  test('is not given back by an edit, however new', () => {
    const ledger = ledgerOf(batch(1, a, change('create', { title: 'x' })), batch(2, b, change('destroy')))
    const merged = ledger.merge(batch(9, a, change('update', { title: 'y' })))
    expect([merged.effective, merged.effects, note(ledger), living(ledger)]).toEqual([true, [], undefined, 0])
  })

  test('comes back with a birth newer than the destroy, with the fields that are newer too', () => {
    const ledger = ledgerOf(
      batch(1, a, change('create', { old: 1, title: 'x' })),
      batch(2, b, change('destroy')),
      batch(3, a, change('update', { title: 'edited' })),
    )
    const merged = ledger.merge(batch(4, a, change('create', { more: 1 }, { after: { stamp: 2, writer: b } })))
    expect(merged.effects.map(told)).toEqual(['Note "n" created title,more'])
    expect([note(ledger), living(ledger)]).toEqual([{ title: 'edited', more: 1 }, 1])
  })

  test('is decided by the writer when birth and destroy have one time', () => {
    for (const [birth, destroy, lives] of [
      [a, b, false],
      [b, a, true],
      [a, a, false],
    ] as const)
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const batches = [batch(1, birth, change('create', { x: 1 })), batch(1, destroy, change('destroy'))]
        const ledger = ledgerOf(...order.map((at) => batches[at]!))
        expect([birth, destroy, living(ledger)]).toEqual([birth, destroy, lives ? 1 : 0])
        expect(note(ledger)).toEqual(lives ? { x: 1 } : undefined)
      }
  })

  test('does not begin when a birth arrives after its destroy', () => {
    const ledger = ledgerOf(batch(2, b, change('destroy')))
    const merged = ledger.merge(batch(1, a, change('create', { title: 'x' })))
    expect([merged.effective, merged.effects, living(ledger)]).toEqual([true, [], 0])
    expect(stateOf(ledger)).toEqual(
      stateOf(ledgerOf(batch(1, a, change('create', { title: 'x' })), batch(2, b, change('destroy')))),
    )
  })

  test('lets edits wait unseen for their create', () => {
    const ledger = ledgerOf()
    const edit = ledger.merge(batch(2, b, change('update', { title: 'edited' })))
    expect([edit.effective, edit.effects, note(ledger), living(ledger)]).toEqual([true, [], undefined, 0])
    const merged = ledger.merge(batch(1, a, change('create', { title: 'x', done: false })))
    expect(merged.effects.map(told)).toEqual(['Note "n" created title,done'])
    expect([note(ledger), living(ledger)]).toEqual([{ title: 'edited', done: false }, 1])
  })

  test('drops fields that a destroy between two births has outdated', () => {
    const ledger = ledgerOf(
      batch(1, a, change('create', { old: 1, both: 1 })),
      batch(5, a, change('create', { both: 2 })),
    )
    const merged = ledger.merge(batch(3, b, change('destroy')))
    expect(merged.effects.map(told)).toEqual(['Note "n" changed old'])
    expect([note(ledger), living(ledger)]).toEqual([{ both: 2 }, 1])
  })

  test('takes no field that is older than the destroy', () => {
    const ledger = ledgerOf(batch(5, a, change('create', {}, { after: { stamp: 4, writer: a } })))
    expect(ledger.merge(batch(3, b, change('update', { title: 'old' }))).effective).toBe(false)
    expect(note(ledger)).toEqual({})
  })

  test('keeps the fields of a dead row for a restore, though they do not count', () => {
    const ledger = ledgerOf(batch(1, a, change('create', { title: 'x' })), batch(2, a, change('destroy')))
    const table = ledger.table('Note')
    const slot = table.slot('n')!
    expect([table.get(slot, 'title'), table.counts(slot, 1, ledger.writers.number(a))]).toEqual(['x', false])
  })

  test('is sent back when a birth does not know our destroy, also if the birth is an old one', () => {
    const destroy = batch(2, b, change('destroy'))
    const birth = batch(3, a, change('create', { x: 1 }))
    const ledger = ledgerOf(destroy)
    const row = ledger.table('Note').row(ledger.table('Note').slot('n')!)
    expect(ledger.merge(birth).outlived).toEqual([row])
    expect(ledger.merge(birth)).toMatchObject({ effective: false, outlived: [row] })
    const knowing = batch(3, a, change('create', { x: 1 }, { after: { stamp: 2, writer: b } }))
    expect(ledger.merge(knowing).outlived).toEqual([])
    expect(ledger.merge(batch(4, a, change('create', {}, { after: { stamp: 3, writer: a } }))).outlived).toEqual([])
  })

  test('is sent back when a birth brings back fields that waited here, which its sender may lack', () => {
    const destroy = batch(2, b, change('destroy'))
    const edit = batch(3, a, change('update', { title: 'edited' }))
    const birth = batch(4, a, change('create', { more: 1 }, { after: { stamp: 2, writer: b } }))
    expect(ledgerOf(destroy).merge(birth).outlived).toEqual([])
    const ledger = ledgerOf(destroy, edit)
    const row = ledger.table('Note').row(ledger.table('Note').slot('n')!)
    expect(ledger.merge(birth).outlived).toEqual([row])
    expect(ledger.merge(birth).outlived).toEqual([])
    expect(ledgerOf(edit).merge(batch(1, a, change('create', { done: true }))).outlived).toEqual([row])
  })

  test('gives rows back that a batch without effect has taken', () => {
    const ledger = ledgerOf(batch(2, b, change('destroy')))
    for (let at = 0; at < 100; at++) ledger.merge(batch(1, a, { name: 'Note', id: `x${at}`, type: 'update' }))
    expect(ledger.table('Note').end).toBe(2)
    expect(ledger.table('Note').slot('x1')).toBeUndefined()
  })
})

describe('an image of a row', () => {
  const ledger = () =>
    ledgerOf(batch(1, a, change('create', { title: 'x', done: false })), batch(2, b, change('update', { done: true })))
  const row = (of: Ledger) => of.table('Note').row(of.table('Note').slot('n')!)

  test('is whole from the beginning', () => {
    const it = ledger()
    expect(it.image(row(it), 0)).toEqual({
      name: 'Note',
      id: 'n',
      birth: { stamp: 1, writer: a },
      fields: [
        { name: 'title', value: 'x', stamp: 1, writer: a },
        { name: 'done', value: true, stamp: 2, writer: b },
      ],
    })
  })

  test('has what came after a position', () => {
    const it = ledger()
    expect(it.image(row(it), 1)?.fields.map(({ name }) => name)).toEqual(['done'])
    expect(it.image(row(it), 1)).not.toHaveProperty('birth')
    expect(it.image(row(it), 2)).toBeUndefined()
  })

  test('carries both stamps of a life', () => {
    const it = ledger()
    it.merge(batch(3, b, change('destroy')))
    const image = { name: 'Note', id: 'n', birth: { stamp: 1, writer: a }, destroy: { stamp: 3, writer: b } }
    expect(it.image(row(it), 2)).toEqual({ ...image, fields: [] })
  })

  test('of a dead row has the fields that are newer than its destroy', () => {
    const it = ledger()
    it.merge(batch(3, b, change('destroy')))
    it.merge(batch(4, a, change('update', { title: 'late' })))
    expect(it.image(row(it), 0)?.fields).toEqual([{ name: 'title', value: 'late', stamp: 4, writer: a }])
  })

  test('of a row that was never born has no life', () => {
    const it = ledgerOf(batch(1, a, change('update', { title: 'x' })))
    expect(it.image(row(it), 0)).toEqual({
      name: 'Note',
      id: 'n',
      fields: [{ name: 'title', value: 'x', stamp: 1, writer: a }],
    })
  })

  test('says more rather than less for positions below the base', () => {
    const it = new Ledger({ maxOffset: 8 })
    it.merge(batch(1, a, change('create', { title: 'x', done: false })))
    it.merge(batch(2, a, { name: 'Note', id: 'edited', type: 'update', fields: { x: 1 } }))
    for (let stamp = 3; stamp < 40; stamp++) it.merge(batch(stamp, b, change('update', { done: stamp % 2 === 0 })))
    expect(it.order.base).toBeGreaterThan(4)
    expect(it.image(row(it), 3)?.fields.map(({ name }) => name)).toEqual(['title', 'done'])
    expect(it.image(row(it), 3)?.birth).toEqual({ stamp: 1, writer: a })
    expect(it.image(row(it), it.order.base)?.fields.map(({ name }) => name)).toEqual(['done'])
    expect(it.image(row(it), it.order.last)).toBeUndefined()
    const unborn = it.table('Note').row(it.table('Note').slot('edited')!)
    expect(it.image(unborn, 0)).not.toHaveProperty('birth')
  })
})

describe('merging rows', () => {
  const whole: RowImage = {
    name: 'Note',
    id: 'n',
    birth: { stamp: 3, writer: a },
    destroy: { stamp: 2, writer: b },
    fields: [
      { name: 'title', value: 'x', stamp: 3, writer: a },
      { name: 'done', value: true, stamp: 4, writer: b },
    ],
  }

  test('is one step, and says which rows held anything newer', () => {
    const ledger = ledgerOf(batch(9, a, { name: 'Note', id: 'newer', type: 'create', fields: { x: 1 } }))
    const older: RowImage = { name: 'Note', id: 'newer', fields: [{ name: 'x', value: 0, stamp: 1, writer: b }] }
    const merged = ledger.mergeRows([whole, older])
    expect(merged.effects.map(told)).toEqual(['Note "n" created title,done'])
    expect(merged.rows).toEqual([whole])
    expect(ledger.mergeRows([whole, older])).toMatchObject({ effective: false, rows: [] })
  })

  test('takes a row in parts, in any order', () => {
    const [title, done] = whole.fields
    const { birth, destroy, ...rest } = whole
    const parts: readonly RowImage[] = [
      { ...rest, fields: [done!] },
      { ...rest, birth: birth!, destroy: destroy!, fields: [] },
      { ...rest, fields: [title!] },
    ]
    const ledger = new Ledger()
    ledger.mergeRows(parts)
    const other = new Ledger()
    other.mergeRows([whole])
    expect(stateOf(ledger)).toEqual(stateOf(other))
    expect(note(ledger)).toEqual({ title: 'x', done: true })
  })

  test('takes tombstones of records that were never here', () => {
    const ledger = new Ledger()
    const merged = ledger.mergeRows([{ name: 'Note', id: 'n', destroy: { stamp: 2, writer: b }, fields: [] }])
    expect([merged.effective, merged.effects, living(ledger)]).toEqual([true, [], 0])
    expect(ledger.merge(batch(1, a, change('create', { x: 1 }))).effects).toEqual([])
  })
})

describe('the bound on names', () => {
  const fields = (count: number, prefix = 'f') =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, at]))

  test('takes names up to the limit', () => {
    const ledger = ledgerOf(batch(1, a, change('create', fields(maxReplayedNames - 2))))
    expect(ledger.merge(batch(2, a, change('update', { last: 1 }))).effective).toBe(true)
    expect(ledger.merge(batch(3, a, change('update', { last: 2, f0: 1 }))).effective).toBe(true)
    expect(() => ledger.merge(batch(4, a, change('update', { more: 1 })))).toThrow(
      expect.objectContaining({ name: 'UsageError', code: 'SYNCRO_NAMES_FULL' }) as Error,
    )
    // The rest is for names of our own.
    for (let at = maxReplayedNames; at < maxLedgerNames; at++) ledger.table(`Own${at}`)
    expect(() => ledger.table('Other')).toThrow(expect.objectContaining({ code: 'SYNCRO_NAMES_FULL' }) as Error)
    expect(ledger.merge(batch(5, a, change('update', { last: 3 }))).effective).toBe(true)
  })

  test('refuses a batch before anything of it is merged', () => {
    const ledger = ledgerOf(batch(1, a, change('create', fields(maxReplayedNames - 4))))
    const before = stateOf(ledger)
    const { last } = ledger.order
    const known = change('update', { f0: 'changed' })
    expect(() => ledger.merge(batch(2, a, known, change('update', fields(4, 'new'))))).toThrow('no room for more')
    expect(() => ledger.merge(batch(2, a, known, { ...known, name: 'Other', fields: fields(3) }))).toThrow('no room')
    expect([stateOf(ledger), ledger.order.last]).toEqual([before, last])
    expect(ledger.merge(batch(2, a, known, change('update', fields(3, 'new')))).effective).toBe(true)
  })

  test('refuses rows before any of them is merged', () => {
    const ledger = ledgerOf(batch(1, a, change('create', fields(maxReplayedNames - 3))))
    const before = stateOf(ledger)
    const row = (name: string, field: string): RowImage => ({
      name,
      id: 'n',
      fields: [{ name: field, value: 1, stamp: 9, writer: b }],
    })
    expect(() => ledger.mergeRows([row('Note', 'f0'), row('Note', 'x'), row('Other', 'x')])).toThrow('no room')
    expect(stateOf(ledger)).toEqual(before)
    expect(ledger.mergeRows([row('Note', 'f0'), row('Other', 'x')]).effective).toBe(true)
  })

  test('counts a name once, however often it is met', () => {
    const ledger = new Ledger()
    const changes = Array.from({ length: maxReplayedNames * 2 }, (_, at): Change => {
      return { name: 'Note', id: at, type: 'create', fields: { a: 1, b: 2 } }
    })
    expect(ledger.merge(batch(1, a, ...changes)).effects).toHaveLength(changes.length)
  })
})

describe('restoring a stored ledger', () => {
  const stored = { name: 'Note', id: 'n', position: 5, fields: [] }

  test.each([
    ['twice', [stored, { ...stored, position: 6 }]],
    ['at the position of another', [stored, { ...stored, id: 'm' }]],
    ['from beyond the end', [{ ...stored, position: 11 }]],
    ['at no position', [{ ...stored, position: 0 }]],
  ])('refuses a row %s', (_, rows) => {
    const ledger = new Ledger()
    ledger.order.begin(10)
    expect(() => {
      ledger.restoreStored(rows)
      ledger.restored()
    }).toThrow(expect.objectContaining({ name: 'StoreError', code: 'SYNCRO_STORE_DAMAGED' }) as Error)
  })
})

test('a place that somebody remembers spares a look-up, and is checked', () => {
  const ledger = new Ledger()
  const batch = (stamp: number, ids: readonly string[]) => ({
    stamp,
    writer: 'a'.repeat(24),
    changes: ids.map((id) => ({ name: 'Todo', id, type: 'create' as const, fields: { at: stamp } })),
  })
  const lain: number[] = []
  const places = (slots: readonly number[]) => ({
    slotOf: (change: number) => slots[change] ?? -1,
    lies: (change: number, slot: number) => {
      lain[change] = slot
    },
  })
  ledger.merge(batch(1, ['x', 'y']), places([]))
  const table = ledger.table('Todo')
  expect(lain).toEqual([table.slot('x'), table.slot('y')])
  // The wrong one, and one that is none.
  ledger.merge(batch(2, ['x', 'y']), places([table.slot('y')!, 9_000]))
  expect(lain).toEqual([table.slot('x'), table.slot('y')])
  ledger.merge(batch(3, ['y', 'x']), places([table.slot('y')!, table.slot('x')!]))
  expect(['x', 'y'].map((id) => table.get(table.slot(id)!, 'at'))).toEqual([3, 3])
})
