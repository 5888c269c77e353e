import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { StoredClass } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import { sqlite } from '../src/index.js'
import { era, keep, ledger, newPath, opened, reread, sql, todo, todoRow } from './places.js'

const rows = Array.from({ length: 200 }, (_, at) =>
  todoRow(`id ${at}`, at + 1, { title: `title number ${at}`, done: at % 2 === 0 }),
)

const gone = { ...todoRow('gone', 201, {}), life: { destroy: { stamp: 2010, writer: era, position: 201 } } }
const classes: StoredClass[] = [todo, { name: 'Other', id: 'integer', fields: [{ name: 'raw', kind: 'bytes' }] }]

async function filled(): Promise<string> {
  const path = newPath()
  const replica = { uid: 'bob', ledger: era, durable: true, eras: [], seenMs: 1 }
  const batch = { stamp: 1, writer: era, changes: [] }
  await keep(
    path,
    { classes },
    {
      rows: [...rows, gone, { ...todoRow(7, 202, { raw: Uint8Array.of(1, 2, 3) }), name: 'Other' }],
      position: 202,
      clock: 2000,
      replicas: [replica],
      outbox: { put: [{ number: 1, batch, covered: [] }] },
    },
  )
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
    'a writer that is gone': 'DELETE FROM syncro_writers',
    'a writer': `UPDATE syncro_writers SET sealed = replace(sealed, 'a', 'b')`,
    'a record that was written by another program': `INSERT INTO Todo VALUES ('mine', 'title', 1)`,
    'a row of another class': `UPDATE syncro_rows SET class = 1 WHERE id = 'gone'`,
    'rows of a class without a name': `UPDATE syncro_rows SET class = 7 WHERE id = 'gone'`,
    'a class that is gone': 'DELETE FROM syncro_classes WHERE number = 0',
    'the number of a class': 'UPDATE syncro_classes SET number = 2 WHERE number = 1',
    'the fields of a class': 'UPDATE syncro_fields SET class = 1 WHERE number = 1',
    'the ledger': `DELETE FROM syncro_state WHERE key = 'ledger'`,
    'all of the state': 'DELETE FROM syncro_state',
    'the client that a cursor belongs to': `UPDATE syncro_replicas SET uid = 'another'`,
    'the number of a batch': 'UPDATE syncro_outbox SET number = 8',
    'a table of ours that is gone': 'DROP TABLE syncro_outbox',
    'the table of a class that is gone': 'DROP TABLE Todo',
    'a table that was changed': 'ALTER TABLE Todo RENAME COLUMN title TO name',
    'a text that is none': `UPDATE Todo SET title = CAST(x'c328' AS TEXT) WHERE id = 'id 7'`,
    'an id that is none': `UPDATE Todo SET id = CAST(x'c328' AS TEXT) WHERE id = 'id 7'`,
    'stamps that are no text': `UPDATE syncro_rows SET sealed = x'c328' WHERE id = 'id 7'`,
    'a number that became a text': `UPDATE Todo SET done = CAST(x'c328' AS TEXT) WHERE id = 'id 8'`,
    'a name that is none': `UPDATE syncro_classes SET sealed = CAST(x'c328' AS TEXT)`,
    'a state that is none': `UPDATE syncro_state SET sealed = CAST(x'c328' AS TEXT)`,
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

  test('is noticed whatever bit of it is another, or harms nothing', async () => {
    const path = await filled()
    const whole = readFileSync(path)
    const sound = await reread(path, { classes })
    const flipped = Buffer.from(whole)
    let noticed = 0
    // A prime number of bytes apart, so that each part of a page is met.
    for (let at = 0; at < whole.length; at += 127) {
      const bit = 1 << (at % 8)
      flipped[at]! ^= bit
      writeFileSync(path, flipped)
      flipped[at]! ^= bit
      const found = await reread(path, { classes }).catch((error: unknown) => error)
      if (found instanceof Error) {
        noticed += 1
        expect(found).toMatchObject({ code: expect.stringMatching(/^SYNCRO_STORE_(DAMAGED|FOREIGN|NEWER)$/) as string })
      } else expect(found, `bit ${bit} of byte ${at}`).toEqual(sound)
    }
    expect(noticed).toBeGreaterThan(50)
  })
})

describe('what was written last', () => {
  /** A file as it is found after its process was killed. */
  async function killed(): Promise<string> {
    const path = newPath()
    const { store } = await opened(path, { classes })
    await store.keep({ ledger, rows, position: 200 })
    const left = newPath()
    for (const end of ['', '-wal']) copyFileSync(path + end, left + end)
    await store.close()
    return left
  }

  test('is there after a kill, in a log beside the file', async () => {
    expect((await reread(await killed())).rows).toHaveLength(200)
  })

  const damages: Record<string, (path: string) => void> = {
    'is gone, the log is not': (path) => rmSync(path),
    'is empty': (path) => truncateSync(path, 0),
    'has a log with another header': (path) => writeAt(`${path}-wal`, 9, 0xff),
    'has a log without a header': (path) => writeAt(`${path}-wal`, 0, 0),
  }
  for (const [what, damage] of Object.entries(damages))
    test(`is missed where the file ${what}`, async () => {
      const path = await killed()
      damage(path)
      await expect(reread(path)).rejects.toMatchObject({ code: 'SYNCRO_STORE_DAMAGED' })
    })
})

function writeAt(path: string, at: number, byte: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Uint8Array.of(byte), 0, 1, at)
  closeSync(file)
}

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
