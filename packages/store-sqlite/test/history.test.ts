import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type SqliteOptions, sqlite } from '../src/index.js'
import { era, keep, ledger, newPath, opened, sql, todo, todoRow } from './places.js'

const start = Date.UTC(2026, 0, 1)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: start })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Keeps titles of one record, one an hour. */
async function titled(path: string, history: SqliteOptions['history'], titles: readonly string[]) {
  const { store } = await opened(path, { history: history! })
  await store.keep({ ledger, eras: [{ id: era, began: 0 }], authors: [{ writer: era, author: 'alice' }] })
  for (const [at, title] of titles.entries()) {
    await store.keep({ rows: [todoRow('a', at + 1, { title })], position: at + 1 })
    vi.setSystemTime(Date.now() + 3_600_000)
  }
  const changes = await store.history!.of('Todo', 'a')
  await store.close()
  return changes.map(({ after }) => after['title'])
}

describe('a history', () => {
  test('is a table that other tools read', async () => {
    const path = newPath()
    await titled(path, true, ['Milk', 'Bread'])
    expect(sql(path, 'SELECT at, author, type, "before", "after" FROM syncro_history')).toEqual([
      { at: '2020-01-01T00:00:00.000Z', author: 'alice', type: 'create', before: '{}', after: '{"title":"Milk"}' },
      {
        at: '2020-01-01T00:00:00.000Z',
        author: 'alice',
        type: 'update',
        before: '{"title":"Milk"}',
        after: '{"title":"Bread"}',
      },
    ])
  })

  test('is cut to so many changes', async () => {
    expect(await titled(newPath(), { maxChanges: 2 }, ['1', '2', '3', '4'])).toEqual(['3', '4'])
  })

  test('is cut to an age', async () => {
    const path = newPath()
    expect(await titled(path, { maxAgeMs: 2 * 3_600_000 }, ['1', '2', '3', '4'])).toEqual(['2', '3', '4'])
    vi.setSystemTime(Date.now() + 30 * 86_400_000)
    expect(await titled(path, { maxAgeMs: 2 * 3_600_000 }, ['5'])).toEqual(['5'])
  })

  test('costs no table where nobody asked for it', async () => {
    const path = newPath()
    await keep(path, {}, { rows: [todoRow('a', 1, { title: 'x' })], position: 1 })
    expect(sql(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'syncro_history%'")).toEqual([])
  })

  test('that begins later knows what was there', async () => {
    const path = newPath()
    await keep(path, {}, { rows: [todoRow('a', 1, { title: 'before it' })], position: 1 })
    const { store } = await opened(path, { history: true })
    await store.keep({ rows: [todoRow('a', 2, { title: 'x' })], position: 2 })
    expect(await store.history!.of('Todo', 'a')).toMatchObject([
      { type: 'update', before: { title: 'before it' }, after: { title: 'x' } },
    ])
    await store.close()
  })

  test('has values of every kind, of fields that no class declares, and ids as they are', async () => {
    const path = newPath()
    const values = { n: 7n, d: new Date(5), b: new Uint8Array([1, 2]), j: { $a: [1, null] }, s: 'ü\0' }
    const { store } = await opened(path, { history: true, classes: [{ ...todo, name: 'Other' }] })
    for (const [position, id] of ['7', 7, 'a\0b'].entries())
      await store.keep({ rows: [todoRow(id, position + 1, { ...values, of: String(position) })], position })
    for (const [position, id] of ['7', 7, 'a\0b'].entries())
      expect(await store.history!.of('Todo', id)).toMatchObject([{ after: { ...values, of: String(position) } }])
    await store.close()
  })

  test('that is not as it was written is not served', async () => {
    const path = newPath()
    await titled(path, true, ['Milk'])
    sql(path, `UPDATE syncro_history SET author = 'mallory'`)
    const { store } = await opened(path, { history: true })
    await expect(store.history!.of('Todo', 'a')).rejects.toMatchObject({ code: 'SYNCRO_STORE_DAMAGED' })
    await store.close()
  })

  test('is of an open store', async () => {
    const store = sqlite(newPath(), { history: true })
    await expect(store.history!.of('Todo', 'a')).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
  })
})
