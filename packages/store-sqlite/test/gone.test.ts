import { renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ledger, newPath, opened, todoRow } from './places.js'

describe.skipIf(process.platform === 'win32')('a file that is gone while it is open', () => {
  test.each([
    ['removed with its directory', (path: string) => rmSync(dirname(path), { recursive: true })],
    ['renamed', (path: string) => renameSync(path, `${path}.other`)],
  ])('takes nothing more: %s', async (_, take) => {
    const path = newPath()
    const { store } = await opened(path)
    await store.keep({ ledger })
    take(path)
    const failed = {
      name: 'StoreError',
      code: 'SYNCRO_STORE_FAILED',
      message: expect.stringContaining('was removed') as string,
    }
    await expect(store.keep({ rows: [todoRow('a', 1, { title: 'x' })], position: 1 })).rejects.toMatchObject(failed)
    await expect(store.keep({ clock: 2 })).rejects.toMatchObject(failed)
    await Promise.resolve(store.close()).catch((error: unknown) => expect(error).toMatchObject({ name: 'StoreError' }))
  })
})
