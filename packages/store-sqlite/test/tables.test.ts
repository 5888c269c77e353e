import type { StoredClass } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import { era, keep, newPath, opened, otherEra, reread, sql, todo, todoRow } from './places.js'

const types: StoredClass = {
  name: 'Everything',
  id: 'text',
  fields: [
    { name: 'text', kind: 'text' },
    { name: 'integer', kind: 'integer' },
    { name: 'number', kind: 'number' },
    { name: 'boolean', kind: 'boolean' },
    { name: 'date', kind: 'date' },
    { name: 'bigint', kind: 'bigint' },
    { name: 'bytes', kind: 'bytes' },
    { name: 'json', kind: 'json' },
  ],
}

const everything = {
  text: 'it’s "text"',
  integer: 7,
  number: 0.5,
  boolean: true,
  date: new Date('2026-11-28T12:00:00Z'),
  bigint: 123456789012345678901234567890n,
  bytes: new Uint8Array([0, 1, 255]),
  json: { tags: ['a', new Date(5)], $: { $date: 1 } },
}

describe('a table', () => {
  test('has the records that live, one column a field, as other programs like to read them', async () => {
    const path = newPath()
    const gone = todoRow('c', 3, { title: 'gone', done: false })
    const life = { ...gone.life, destroy: { stamp: 31, writer: era, position: 4 } }
    await keep(
      path,
      {},
      {
        rows: [
          todoRow('a', 1, { title: 'Buy milk', done: true }),
          todoRow('b', 2, { title: 'Sleep', done: false }),
          { ...gone, position: 4, life },
        ],
        position: 4,
      },
    )
    expect(sql(path, 'SELECT * FROM Todo ORDER BY id')).toEqual([
      { id: 'a', title: 'Buy milk', done: 1 },
      { id: 'b', title: 'Sleep', done: 0 },
    ])
    expect(sql(path, 'SELECT title FROM Todo WHERE done')).toEqual([{ title: 'Buy milk' }])
    const { rows } = await reread(path)
    expect(rows.at(-1)).toEqual({ ...gone, position: 4, life })
  })

  test('holds each kind of value in a type of SQL', async () => {
    const path = newPath()
    const row = { ...todoRow('x', 1, everything), name: 'Everything' }
    await keep(path, { classes: [types] }, { rows: [row], position: 1 })
    const [read] = sql(path, 'SELECT * FROM Everything') as Record<string, unknown>[]
    expect(read).toMatchObject({
      text: everything.text,
      integer: 7,
      number: 0.5,
      boolean: 1,
      date: '2026-11-28T12:00:00.000Z',
      bigint: '123456789012345678901234567890',
      json: '{"tags":["a",{"$date":5}],"$":{"$":{"$date":1}}}',
    })
    const columns = sql(path, 'PRAGMA table_info(Everything)') as { name: string; type: string }[]
    expect(columns.map(({ type }) => type)).toEqual([
      'TEXT',
      'TEXT',
      'INTEGER',
      'REAL',
      'INTEGER',
      'TEXT',
      'TEXT',
      'BLOB',
      'TEXT',
    ])
    expect((await reread(path, { classes: [types] })).rows).toEqual([row])
  })

  test('leaves aside what does not fit into its column, and what has none', async () => {
    const path = newPath()
    const misfits = [
      { title: 7, done: 'yes', label: 'unknown' },
      { title: 'with \0 in it', done: null },
      { title: new Date(1), done: 1n },
      { title: null },
    ]
    const kept = misfits.map((values, at) => todoRow(`t${at}`, at + 1, values))
    await keep(path, {}, { rows: kept, position: 4 })
    expect(sql(path, 'SELECT * FROM Todo ORDER BY id')).toEqual(kept.map(({ id }) => ({ id, title: null, done: null })))
    expect((await reread(path)).rows).toEqual(kept)
  })

  test('has nothing of a record whose id is of the other kind: 7 is not "7"', async () => {
    const path = newPath()
    const kept = [
      todoRow('7', 1, { title: 'text' }),
      todoRow(7, 2, { title: 'integer' }),
      todoRow('a\0b', 3, { title: 'NUL' }),
    ]
    await keep(path, {}, { rows: kept, position: 3 })
    expect(sql(path, 'SELECT title FROM Todo')).toEqual([{ title: 'text' }])
    expect((await reread(path)).rows).toEqual(kept)
    const integers = newPath()
    await keep(integers, { classes: [{ ...todo, id: 'integer' }] }, { rows: kept, position: 3 })
    expect(sql(integers, 'SELECT id, title FROM Todo')).toEqual([{ id: 7, title: 'integer' }])
    expect((await reread(integers, { classes: [{ ...todo, id: 'integer' }] })).rows).toEqual(kept)
  })

  test('is read whole where ids of one kind end and those of another begin', async () => {
    const path = newPath()
    // An integer, 9,998 texts, and two texts that SQL would cut off.
    const ids = [7, ...Array.from({ length: 9_998 }, (_, at) => `id ${at}`), 'n\0 1', 'n\0 2']
    const kept = ids.map((id, at) => todoRow(id, at + 1, { title: 'x' }))
    await keep(path, { level: 'os' }, { rows: kept, position: kept.length })
    expect((await reread(path)).rows.map(({ id }) => id)).toEqual(ids)
  })

  test('follows a record through its lives', async () => {
    const path = newPath()
    const born = todoRow('a', 1, { title: 'x' })
    const destroy = { stamp: 20, writer: otherEra, position: 2 }
    const dead = { ...born, position: 2, life: { ...born.life, destroy } }
    const again = { ...dead, position: 3, life: { birth: { stamp: 30, writer: era, position: 3 }, destroy } }
    const titles = () => sql(path, 'SELECT title FROM Todo')
    for (const [row, shown] of [
      [born, 1],
      [dead, 0],
      [again, 1],
    ] as const) {
      await keep(path, {}, { rows: [row], position: row.position })
      expect(titles()).toHaveLength(shown)
    }
    await keep(path, {}, { trimmed: [{ name: 'Todo', id: 'a' }] })
    expect([titles(), (await reread(path)).rows]).toEqual([[], []])
  })
})

describe('a class that changes', () => {
  const fields = (...declared: StoredClass['fields']): StoredClass => ({ ...todo, fields: declared })
  const title = { name: 'title', kind: 'text' } as const
  const done = { name: 'done', kind: 'boolean' } as const
  const kept = [todoRow('a', 1, { title: 'x', done: true, label: 'l' }), todoRow('b', 2, { title: 'y' })]

  const histories: Record<string, readonly (StoredClass | undefined)[]> = {
    'is declared later': [undefined, todo],
    'is declared no more': [todo, undefined, todo],
    'gains fields': [fields(title), todo, fields(title, done, { name: 'label', kind: 'text' })],
    'loses fields, and gains them again': [todo, fields(title), fields(), todo],
    'changes the kind of a field': [todo, fields({ ...title, kind: 'integer' }, { ...done, kind: 'json' }), todo],
    'changes the kind of its ids': [todo, { ...todo, id: 'integer' }, todo],
  }
  for (const [what, classes] of Object.entries(histories))
    test(`keeps everything when it ${what}`, async () => {
      const path = newPath()
      for (const [at, declared] of classes.entries()) {
        const known = declared === undefined ? [] : [declared]
        await keep(path, { classes: known }, at === 0 ? { rows: kept, position: 2 } : { clock: at })
        expect((await reread(path, { classes: known })).rows).toEqual(kept)
      }
      if (classes.at(-1) === todo)
        expect(sql(path, 'SELECT id, title, done FROM Todo ORDER BY id')).toEqual([
          { id: 'a', title: 'x', done: 1 },
          { id: 'b', title: 'y', done: null },
        ])
    })

  test('shows what was kept of a field before it was declared', async () => {
    const path = newPath()
    await keep(path, {}, { rows: kept, position: 2 })
    await keep(path, { classes: [fields(title, done, { name: 'label', kind: 'text' })] })
    expect(sql(path, 'SELECT id, label FROM Todo ORDER BY id')).toEqual([
      { id: 'a', label: 'l' },
      { id: 'b', label: null },
    ])
  })

  test('while the store is open is told at once, after what was kept before', async () => {
    const path = newPath()
    const { store } = await opened(path, { classes: [] })
    const keeping = [store.keep({ ledger: 'l', rows: [kept[0]!], position: 1 })]
    store.declare!(todo)
    keeping.push(store.keep({ rows: [kept[1]!], position: 2 }))
    await Promise.all(keeping)
    await store.close()
    expect(sql(path, 'SELECT count(*) AS n FROM Todo')).toEqual([{ n: 2 }])
    expect((await reread(path)).rows).toEqual(kept)
  })
})

describe('names', () => {
  const named = (name: string, ...fields: readonly string[]): StoredClass => ({
    name,
    id: 'text',
    fields: fields.map((field) => ({ name: field, kind: 'text' })),
  })

  test.each([
    ['two classes that differ in case', [named('Todo'), named('TODO')]],
    ['two fields that differ in case', [named('Todo', 'title', 'Title')]],
    ['a field like the id', [named('Todo', 'ID')]],
    ['a class like one of our tables', [named('syncro_rows')]],
    ['a class like one of SQLite’s', [named('sqlite_schema')]],
    ['a field with a NUL', [named('Todo', 'a\0b')]],
  ])('that SQL cannot tell apart are refused where they are declared: %s', async (_, classes) => {
    await expect(opened(newPath(), { classes })).rejects.toMatchObject({
      name: 'UsageError',
      code: 'SYNCRO_NAME_INVALID',
    })
  })

  test('that are those of a table that is there are refused by opening', async () => {
    const path = newPath()
    await keep(path, { classes: [named('Todo', 'title')] })
    for (const classes of [[named('todo')], [named('Todo', 'TITLE')]])
      await expect(opened(path, { classes })).rejects.toMatchObject({ code: 'SYNCRO_NAME_INVALID' })
    await keep(path, { classes: [named('Todo', 'title')] })
  })

  test('of any other kind are columns', async () => {
    const path = newPath()
    const odd = named('from "x" where', 'select', 'a"b', 'ünï', 'rowid', '42')
    const row = {
      ...todoRow('a', 1, Object.fromEntries(odd.fields.map(({ name }, at) => [name, `value ${at}`]))),
      name: odd.name,
    }
    await keep(path, { classes: [odd] }, { rows: [row], position: 1 })
    expect((await reread(path, { classes: [odd] })).rows).toEqual([
      { ...row, fields: expect.arrayContaining([...row.fields]) },
    ])
    expect(sql(path, 'SELECT "select" FROM "from ""x"" where"')).toEqual([{ select: 'value 0' }])
  })
})
