import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../src/index.js'
import { keep, ledger, newPath, opened, reread, sql, todoRow } from './places.js'

const rows = Array.from({ length: 200 }, (_, at) =>
  todoRow(`id ${at}`, at + 1, { title: `title number ${at}`, done: at % 2 === 0 }),
)

async function filled(): Promise<string> {
  const path = newPath()
  await keep(path, {}, { rows, position: 200, clock: 2000 })
  return path
}

describe('opening', () => {
  test('refuses a file that is open, here or in another process, and leaves readers alone', async () => {
    const path = await filled()
    const { store } = await opened(path)
    await expect(sqlite(path).open()).rejects.toMatchObject({ code: 'SYNCRO_STORE_IN_USE' })
    expect(sql(path, 'SELECT count(*) AS n FROM Todo')).toEqual([{ n: 200 }])
    await store.close()
    await reread(path)
  })

  test('refuses a database that is not ours, and leaves it as it is', async () => {
    const path = newPath()
    sql(path, 'CREATE TABLE theirs (x)')
    await expect(sqlite(path).open()).rejects.toMatchObject({ code: 'SYNCRO_STORE_FOREIGN' })
    expect(sql(path, 'SELECT name FROM sqlite_schema')).toEqual([{ name: 'theirs' }])
  })

  test('refuses a file of a newer format by name', async () => {
    const path = await filled()
    sql(path, 'PRAGMA user_version = 2')
    await expect(sqlite(path).open()).rejects.toMatchObject({
      code: 'SYNCRO_STORE_NEWER',
      message: expect.stringContaining('format 2') as string,
    })
  })

  test('tells where a file cannot be', async () => {
    await expect(sqlite('/nowhere/at/all/data.db').open()).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
  })

  test('of a new file gives nothing, also after a first opening that kept nothing', async () => {
    const path = newPath()
    for (let time = 0; time < 2; time++) {
      const { store, image } = await opened(path)
      expect(image).toBeUndefined()
      await store.close()
    }
  })
})

describe('damage', () => {
  const damages: Record<string, string> = {
    'a value in a table': `UPDATE Todo SET title = 'another' WHERE id = 'id 7'`,
    'a value that is gone': `UPDATE Todo SET done = NULL WHERE id = 'id 7'`,
    'a record that is gone': `DELETE FROM Todo WHERE id = 'id 7'`,
    'the stamps of a row': `UPDATE syncro_rows SET sealed = replace(sealed, ',', '.') WHERE id = 'id 7'`,
    'the checksum of a row': `UPDATE syncro_rows SET sealed = sealed || '0' WHERE id = 'id 7'`,
    'the stamps of another row': `UPDATE syncro_rows SET sealed = (SELECT sealed FROM syncro_rows WHERE id = 'id 8') WHERE id = 'id 7'`,
    'the state': `UPDATE syncro_state SET sealed = replace(sealed, '2000', '2001')`,
    'a name of a field': `UPDATE syncro_fields SET sealed = replace(sealed, 'title', 'tilte')`,
    'a writer': 'DELETE FROM syncro_writers',
  }
  for (const [what, statement] of Object.entries(damages))
    test(`is noticed, and nothing served: ${what}`, async () => {
      const path = await filled()
      sql(path, statement)
      await expect(reread(path)).rejects.toMatchObject({
        name: 'StoreError',
        code: 'SYNCRO_STORE_DAMAGED',
        message: expect.stringContaining(path) as string,
      })
      // It is let go of, for whoever repairs it.
      sql(path, 'SELECT 1')
    })

  test('of the file itself is noticed wherever a page is overwritten, or harms nothing', async () => {
    const path = await filled()
    const whole = readFileSync(path)
    const sound = await reread(path)
    let noticed = 0
    for (let page = 0; page < whole.length / 4096; page++) {
      writeFileSync(path, whole)
      const file = openSync(path, 'r+')
      writeSync(file, Buffer.alloc(256, 0xa5), 0, 256, page * 4096 + 2000)
      const found = await reread(path).catch((error: unknown) => error)
      if (found instanceof Error) {
        noticed += 1
        expect(found).toMatchObject({ code: expect.stringMatching(/^SYNCRO_STORE_(DAMAGED|FOREIGN)$/) as string })
      } else expect((found as typeof sound).rows).toEqual(sound.rows)
    }
    expect(noticed).toBeGreaterThan(3)
  })
})

describe('keeping', () => {
  test('makes one commit of what comes in one turn', async () => {
    const path = newPath()
    const { store } = await opened(path)
    const logged = () => (sql(path, 'PRAGMA wal_checkpoint(PASSIVE)') as { log: number }[])[0]!.log
    await store.keep({ ledger })
    const before = logged()
    await Promise.all(rows.map((row) => store.keep({ rows: [row], position: row.position })))
    const pages = logged() - before
    await store.close()
    expect(pages).toBeLessThan(40)
    expect((await reread(path)).rows).toHaveLength(200)
  })
})
