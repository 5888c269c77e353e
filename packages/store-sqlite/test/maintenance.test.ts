import { statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../src/index.js'
import { ledger, newPath, opened, reread, sql, todo, todoRow } from './places.js'

const rows = Array.from({ length: 500 }, (_, at) => todoRow(`id ${at}`, at + 1, { title: `title ${at} `.repeat(10) }))

async function filled() {
  const path = newPath()
  const store = sqlite(path)
  store.declare(todo)
  await store.open()
  await store.keep({ ledger, rows, position: 500 })
  return { path, store }
}

describe('a backup', () => {
  test('has what was kept before it, and goes its own way', async () => {
    const { path, store } = await filled()
    const under = store.keep({ rows: [todoRow('last', 501, { title: 'under way' })], position: 501 })
    await store.backup(`${path}.backup`)
    await under
    await store.keep({ rows: [todoRow('later', 502, { title: 'later' })], position: 502 })
    await store.close()
    const { rows: saved, image } = await reread(`${path}.backup`)
    expect([saved.length, saved.at(-1)?.id, image?.position, image?.ledger]).toEqual([501, 'last', 501, ledger])
    expect((await reread(path)).rows).toHaveLength(502)
  })

  test('does not overwrite what is there', async () => {
    const { path, store } = await filled()
    writeFileSync(`${path}.backup`, 'mine')
    await expect(store.backup(`${path}.backup`)).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
    await store.keep({ clock: 5 })
    await store.close()
  })

  test('is of an open store only', async () => {
    await expect(sqlite(newPath()).backup(newPath())).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
  })
})

test('compacting gives back room, and loses nothing', async () => {
  const { path, store } = await filled()
  await store.keep({ trimmed: rows.slice(10).map(({ name, id }) => ({ name, id })) })
  await store.compact()
  expect(statSync(path).size).toBeLessThan(100_000)
  expect(sql(path, 'SELECT count(*) AS n FROM Todo')).toEqual([{ n: 10 }])
  await store.keep({ clock: 7 })
  await store.close()
  const { rows: left, store: again, image } = await opened(path)
  await again.close()
  expect([left, image?.clock]).toEqual([rows.slice(0, 10), 7])
})
