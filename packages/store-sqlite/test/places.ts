/** A folder for a test's file, a store on it, and what other programs see in it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store, StoredClass, StoredRow, StoreTransaction } from '@syncro/scriber'
import Libsql from 'libsql'
import { onTestFinished } from 'vitest'
import { type SqliteOptions, sqlite } from '../src/index.js'

export const ledger = '0123456789abcdef01234567'
export const era = 'aaaaaaaaaaaaaaaaaaaaaaaa'
export const otherEra = 'bbbbbbbbbbbbbbbbbbbbbbbb'

export const todo: StoredClass = {
  name: 'Todo',
  id: 'text',
  fields: [
    { name: 'title', kind: 'text' },
    { name: 'done', kind: 'boolean' },
  ],
}

/** A path in a folder of its own, which is gone when the test is. */
export function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'syncro-sqlite-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'data.db')
}

/** A row of Todo, all of it written at one place. */
export function todoRow(id: string | number, position: number, values: Readonly<Record<string, unknown>>): StoredRow {
  const at = { stamp: position * 10, writer: era, position }
  const fields = Object.entries(values).map(([name, value]) => ({ name, value: value as never, ...at }))
  return { name: 'Todo', id, position, life: { birth: at }, fields }
}

export interface Kept extends SqliteOptions {
  readonly classes?: readonly StoredClass[]
}

/** Opens a store with classes, and gives what it holds, in rising position. */
export async function opened(path: string, { classes = [todo], ...options }: Kept = {}) {
  const store: Store = sqlite(path, options)
  for (const declared of classes) store.declare!(declared)
  const image = await store.open()
  const rows: StoredRow[] = []
  try {
    for await (const part of image?.rows ?? []) rows.push(...part)
  } catch (error) {
    await store.close()
    throw error
  }
  rows.sort((a, b) => a.position - b.position)
  return { store, image, rows }
}

/** Opens, keeps, closes. */
export async function keep(path: string, kept: Kept, ...transactions: readonly StoreTransaction[]): Promise<void> {
  const { store, image } = await opened(path, kept)
  if (image === undefined) await store.keep({ ledger, eras: [{ id: era, began: 0 }] })
  for (const transaction of transactions) await store.keep(transaction)
  await store.close()
}

/** What is there when it is opened again. */
export async function reread(path: string, kept: Kept = {}) {
  const { store, image, rows } = await opened(path, kept)
  await store.close()
  return { image, rows }
}

/** What another program reads, or does. */
export function sql(path: string, statement: string): unknown[] {
  const database = new Libsql(path)
  try {
    const prepared = database.prepare(statement)
    return /^\s*(select|pragma)/i.test(statement) ? prepared.all() : [prepared.run()]
  } finally {
    database.close()
  }
}
