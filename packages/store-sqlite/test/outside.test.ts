import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Store } from '@syncro/scriber'
import Libsql from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sqlite } from '../src/index.js'
import { keep, ledger, newPath, opened, reread, todo, todoRow } from './places.js'

const one = { rows: [todoRow('a', 1, { title: 'x' })], position: 1 }
const two = { rows: [todoRow('b', 2, { title: 'y' })], position: 2 }

/** A store that is open for the length of a test, however that ends. */
async function open(path: string, level: 'os' | 'disk'): Promise<Store> {
  const { store } = await opened(path, { level })
  onTestFinished(async () => {
    await Promise.resolve(store.close()).catch(() => undefined)
  })
  return store
}

describe.each(['os', 'disk'] as const)('a store of level %s whose files are taken away keeps nothing more', (level) => {
  const taken: Record<string, (path: string) => void> = {
    'with their directory': (path) => rmSync(dirname(path), { recursive: true }),
    'by moving the directory': (path) => {
      renameSync(dirname(path), `${dirname(path)} moved`)
      onTestFinished(() => rmSync(`${dirname(path)} moved`, { recursive: true }))
    },
    'the file alone': (path) => rmSync(path),
    'the log alone': (path) => rmSync(`${path}-wal`),
  }
  for (const [what, take] of Object.entries(taken))
    test(what, async () => {
      const path = newPath()
      const store = await open(path, level)
      await store.keep({ ledger, ...one })
      take(path)
      const failed = {
        name: 'StoreError',
        code: 'SYNCRO_STORE_FAILED',
        message: expect.stringContaining('deleted or moved') as string,
      }
      await expect(Promise.resolve(store.keep(two))).rejects.toMatchObject(failed)
      await expect(Promise.resolve(store.keep({ clock: 2 }))).rejects.toMatchObject(failed)
    })
})

describe('a file with two names', () => {
  test('is one store: by a symbolic link', async () => {
    const path = newPath()
    await keep(path, {}, one)
    symlinkSync(path, `${path}.link`)
    await keep(`${path}.link`, {}, two)
    expect((await reread(path)).rows).toHaveLength(2)
    await open(path, 'os')
    await expect(sqlite(`${path}.link`).open()).rejects.toMatchObject({ code: 'SYNCRO_STORE_IN_USE' })
  })

  test('is refused where both are of the file itself', async () => {
    const path = newPath()
    await keep(path, {}, one)
    linkSync(path, `${path}.other`)
    await expect(sqlite(path).open()).rejects.toMatchObject({ code: 'SYNCRO_STORE_FAILED' })
  })
})

describe('a path', () => {
  test('is one from where the store was made', async () => {
    const folder = dirname(newPath())
    const before = process.cwd()
    // Threads have no directory of their own; vitest runs tests in processes.
    process.chdir(folder)
    onTestFinished(() => process.chdir(before))
    const store = await open('here.db', 'disk')
    mkdirSync('below')
    process.chdir('below')
    await store.keep({ ledger })
    expect(readdirSync(folder)).toContain('here.db-wal')
  })

  test.each([':memory:', 'file:data.db', 'http://example.invalid/data.db', 'data.db?mode=memory'])(
    'is a file’s, whatever it looks like: %s',
    async (name) => {
      const path = join(dirname(newPath()), name.replaceAll('/', '_'))
      const before = process.cwd()
      process.chdir(dirname(path))
      onTestFinished(() => process.chdir(before))
      await keep(name.replaceAll('/', '_'), {}, one)
      expect((await reread(path)).rows).toHaveLength(1)
    },
  )
})

describe('maintenance', () => {
  test('a backup that fails leaves nothing, and says of what it failed', async () => {
    const path = newPath()
    const store = sqlite(path)
    store.declare(todo)
    await store.open()
    onTestFinished(() => store.close())
    await store.keep({ ledger, ...one })
    for (const to of ['', join(dirname(path), 'no', 'backup.db')])
      await expect(store.backup(to)).rejects.toMatchObject({ name: 'StoreError', code: 'SYNCRO_STORE_FAILED' })
    await expect(store.backup(path)).rejects.toThrow(/is there already/)
    expect(readdirSync(dirname(path)).filter((name) => name.includes('backup'))).toEqual([])
  })

  test('compacts beside a reader without waiting for it', async () => {
    const path = newPath()
    const store = sqlite(path)
    store.declare(todo)
    await store.open()
    onTestFinished(() => store.close())
    await store.keep({ ledger, ...one })
    const reader = new Libsql(path)
    onTestFinished(() => void reader.close())
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM Todo').all()
    await store.compact()
    await store.keep(two)
    reader.exec('COMMIT')
  })

  test('closes after what was kept meanwhile', async () => {
    const path = newPath()
    const store = await open(path, 'disk')
    await store.keep({ ledger })
    const both = Promise.resolve(store.keep(one)).then(() => store.keep(two))
    await store.close()
    await expect(both).resolves.toBeUndefined()
    expect((await reread(path)).rows).toHaveLength(2)
  })
})

describe('another program that writes the file', () => {
  test('stalls the store, which goes on when that has ended', async () => {
    const path = newPath()
    const store = sqlite(path, { retryMs: 1 })
    const told: (string | undefined)[] = []
    store.watch((stall) => told.push(stall?.message))
    store.declare(todo)
    await store.open()
    onTestFinished(() => store.close())
    const other = new Libsql(path)
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    const kept = store.keep({ ledger, ...one })
    while (told.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(told).toEqual([expect.stringContaining('end the other program that writes it')])
    other.exec('ROLLBACK')
    await kept
    expect(told).toEqual([expect.any(String), undefined])
  })

  test('is named where the store is opened beside it', async () => {
    const path = newPath()
    await keep(path, {}, one)
    const other = new Libsql(path)
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    const store = sqlite(path)
    store.declare({ ...todo, name: 'Another' })
    await expect(store.open()).rejects.toMatchObject({
      code: 'SYNCRO_STORE_FAILED',
      message: expect.stringContaining('held by another program') as string,
    })
  })
})
