/** What is done about commits that fail, each with the error that SQLite has for it. */
import type { StoreError } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import { Commits, type Group } from '../src/commits.js'

function failure(code: string): Error {
  return Object.assign(new Error(code), { code })
}

interface Failing {
  /** The error of the nth try, from 1 on. */
  readonly fails?: (nth: number) => Error | undefined
  readonly secure?: () => Promise<void>
  readonly retryMs?: number
}

function failing({ fails, secure = async () => undefined, retryMs = 1 }: Failing) {
  const committed: string[][] = []
  const told: (StoreError | undefined)[] = []
  let tries = 0
  const commits = new Commits({
    path: 'data.db',
    commit: ({ rows }) => {
      tries += 1
      const wrong = fails?.(tries)
      if (wrong !== undefined) throw wrong
      committed.push([...rows.keys()])
    },
    secure,
    retryMs,
    told: (stall) => told.push(stall),
  })
  const add = (key: string) => commits.add((group: Group) => group.rows.set(key, undefined))
  return { commits, committed, told, add }
}

const stalled = { name: 'StoreError', code: 'SYNCRO_STORE_STALLED' }
const failed = { name: 'StoreError', code: 'SYNCRO_STORE_FAILED' }

describe('commits', () => {
  test.each(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_BUSY', 'SQLITE_READONLY'])(
    'that fail with %s are tried again, with what came meanwhile',
    async (code) => {
      const { commits, committed, told, add } = failing({ fails: (nth) => (nth <= 3 ? failure(code) : undefined) })
      const first = add('first')
      while (commits.problem === undefined) await new Promise((resolve) => setImmediate(resolve))
      expect(commits.problem).toMatchObject(stalled)
      await Promise.all([first, add('second')])
      expect(committed).toEqual([['first', 'second']])
      expect(told).toMatchObject([stalled, undefined])
      expect(commits.problem).toBeUndefined()
      await add('third')
      expect(committed).toEqual([['first', 'second'], ['third']])
    },
  )

  test.each(['SQLITE_IOERR_FSYNC', 'SQLITE_IOERR', 'SQLITE_ERROR', 'EIO'])(
    'that fail with %s are the last',
    async (code) => {
      const { commits, committed, told, add } = failing({ fails: (nth) => (nth === 2 ? failure(code) : undefined) })
      await add('first')
      await expect(add('second')).rejects.toMatchObject(failed)
      await expect(add('third')).rejects.toMatchObject(failed)
      expect([committed, told]).toEqual([[['first']], []])
      expect(await commits.end()).toBeUndefined()
    },
  )

  test('whose sync fails are the last, since nobody knows what the disk has', async () => {
    let syncs = 0
    const { add } = failing({
      secure: async () => {
        syncs += 1
        if (syncs === 2) throw failure('ENOSPC')
      },
    })
    await add('first')
    await expect(add('second')).rejects.toMatchObject(failed)
    await expect(add('third')).rejects.toMatchObject(failed)
    expect(syncs).toBe(2)
  })

  test('are tried once more at the end, and given up', async () => {
    let tries = 0
    const fails = () => {
      tries += 1
      return failure('SQLITE_FULL')
    }
    const { commits, committed, told, add } = failing({ fails, retryMs: 3_600_000 })
    const keeping = [add('first')]
    while (commits.problem === undefined) await new Promise((resolve) => setImmediate(resolve))
    keeping.push(add('second'))
    const [outcomes, stall] = await Promise.all([Promise.allSettled(keeping), commits.end()])
    expect(outcomes).toMatchObject([{ reason: stalled }, { reason: stalled }])
    expect(stall).toMatchObject(stalled)
    expect([tries, committed]).toEqual([2, []])
    expect(told).toMatchObject([stalled])
  })
})
