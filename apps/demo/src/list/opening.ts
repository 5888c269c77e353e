/** A client of the shared list with what it had the last time. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Syncro } from '@syncro/core'
import { sqlite } from '@syncro/store-sqlite'
import { Item } from './item.js'
import type { Options } from './options.js'

/** Resolves when it can be read and written. @throws Error, in words for the user, for data that cannot be opened. */
export async function openSyncro({ name, data }: Options): Promise<Syncro> {
  if (data === undefined) return new Syncro({ uid: name, models: [Item] })
  mkdirSync(data, { recursive: true })
  const file = join(data, fileName(name))
  const syncro = new Syncro({ uid: name, models: [Item], store: sqlite(file) })
  try {
    await syncro.ready
  } catch (error) {
    throw isInUse(error)
      ? new Error(`${file} is open already: end the other "${name}", or take another name or another --data.`)
      : error
  }
  return syncro
}

/** People's names may have characters that mean something in a path, or that some systems do not allow in one. */
function fileName(name: string): string {
  return `${encodeURIComponent(name)}.db`
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SYNCRO_STORE_IN_USE'
}
