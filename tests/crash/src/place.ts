/** A file that writers write, one after the other, with all that must be in it. */
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { inspect, isDeepStrictEqual } from 'node:util'
import { MemoryStore, type StoredRow, type StoreImage } from '@syncro/scriber'
import { sqlite } from '@syncro/store-sqlite'
import { History, numberOf } from './history.js'
import { inFolder } from './running.js'
import { checkTables, type Layouts } from './tables.js'

type Contents = Omit<StoreImage, 'rows' | 'rowCount'> & { readonly rows: readonly StoredRow[] }

export class Place {
  readonly path: string
  readonly seed: number
  readonly #memory = new MemoryStore()
  readonly #history: History
  #layouts: Layouts = new Map()
  #recovered = -1

  /** @param seed of the history. */
  constructor(folder: string, seed: number) {
    this.path = join(folder, 'data.db')
    this.seed = seed
    this.#history = new History(seed)
  }

  /** The number of the last transaction that was found in it. */
  get recovered(): number {
    return this.#recovered
  }

  /**
   * Opens a copy, so that the next writer finds the file as it was left, and has to recover it itself.
   *
   * @param acknowledged what must be there, at least; -1 for nothing.
   * @param version of the classes that the last writer declared.
   * @returns the number of the last transaction that is there.
   * @throws Error that says what is wrong.
   */
  async check(acknowledged: number, version: number): Promise<number> {
    return inFolder(async (folder) => {
      const path = join(folder, 'data.db')
      for (const end of ['', '-wal', '-shm']) if (existsSync(this.path + end)) copyFileSync(this.path + end, path + end)
      return this.#checkCopy(path, acknowledged, version)
    })
  }

  async #checkCopy(path: string, acknowledged: number, version: number): Promise<number> {
    const store = sqlite(path)
    const found = await read(await store.open())
    try {
      const number = numberOf(found?.clock)
      const least = Math.max(acknowledged, this.#recovered)
      if (number < least)
        throw new Error(`transaction ${least} was there or was acknowledged, and the last is ${number}`)
      if (!Number.isInteger(number)) throw new Error(`no transaction has the clock ${found?.clock}`)
      this.#advance(number)
      const expected = await read(this.#memory.open())
      const different = difference(found, expected)
      if (different !== undefined) throw new Error(`it is not as after transaction ${number}: ${different}`)
      this.#layouts = checkTables(path, expected?.rows ?? [], this.#layouts, version)
      this.#recovered = number
      return number
    } finally {
      await store.close()
    }
  }

  #advance(number: number): void {
    while (this.#history.number < number) this.#memory.keep(this.#history.next())
  }
}

async function read(image: StoreImage | undefined): Promise<Contents | undefined> {
  if (image === undefined) return undefined
  const { rowCount, ...beside } = image
  const rows: StoredRow[] = []
  for await (const part of image.rows) rows.push(...part)
  if (rowCount !== undefined && rowCount !== rows.length)
    throw new Error(`the store promises ${rowCount} rows, and gives ${rows.length}`)
  return {
    ...beside,
    rows: rows
      .map((row) => ({ ...row, fields: [...row.fields].sort((a, b) => (a.name < b.name ? -1 : 1)) }))
      .sort((a, b) => a.position - b.position),
    replicas: [...beside.replicas].sort((a, b) => (a.uid < b.uid ? -1 : 1)),
  }
}

function difference(found: Contents | undefined, expected: Contents | undefined): string | undefined {
  if (isDeepStrictEqual(found, expected)) return undefined
  if (found === undefined || expected === undefined) return `${shown(found)} instead of ${shown(expected)}`
  for (const key of Object.keys(expected) as (keyof Contents)[]) {
    if (isDeepStrictEqual(found[key], expected[key])) continue
    if (key !== 'rows') return `${key} is ${shown(found[key])} instead of ${shown(expected[key])}`
    const at = expected.rows.findIndex((row, index) => !isDeepStrictEqual(row, found.rows[index]))
    return `${found.rows.length} of ${expected.rows.length} rows; number ${at} is ${shown(found.rows[at])} instead of ${shown(expected.rows[at])}`
  }
  return 'it has other keys'
}

function shown(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY }).slice(0, 600)
}
