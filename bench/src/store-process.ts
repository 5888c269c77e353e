/**
 * What the SQLite store costs beside the library alone: `node --expose-gc dist/store-process.js [runs]` measures each figure in fresh processes, 5 by
 * default, and prints the medians. `… one <figure>` measures one once, for a profiler.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Scriber } from '@syncro/scriber'
import { SeededRandom } from '@syncro/scriber/testing'
import { sqlite } from '@syncro/store-sqlite'
import Libsql from 'libsql'
import { randomUpdates, type TodoRecord } from './records.js'
import { collect } from './settle.js'

const run = promisify(execFile)
const self = fileURLToPath(import.meta.url)

const records = 100_000
const todo = {
  name: 'Todo',
  id: 'text',
  fields: [
    { name: 'title', kind: 'text' },
    { name: 'done', kind: 'boolean' },
    { name: 'priority', kind: 'integer' },
    { name: 'updatedAt', kind: 'integer' },
  ],
} as const

interface Measured {
  readonly ours: number
  /** The library alone, on the same rows. */
  readonly alone?: number
}

interface Figure {
  readonly title: string
  readonly unit: string
  readonly measure: (path: string) => Promise<Measured>
}

const figures: Readonly<Record<string, Figure>> = {
  open: {
    title: 'opening 100,000 records; alone: `all()` of the same two tables',
    unit: 'ms',
    measure: (path) => opening(path, (database, table) => void database.prepare(`SELECT * FROM ${table}`).all()),
  },
  'open-walk': {
    title: 'the same; alone: walking through them, and keeping nothing',
    unit: 'ms',
    measure: (path) =>
      opening(path, (database, table) => {
        for (const row of database.prepare(`SELECT * FROM ${table}`).raw().iterate()) void row
      }),
  },
  grouped: {
    title: 'updates in groups of 1,000, each kept at level `disk`',
    unit: '/s',
    measure: (path) => updating(path, 20_000, 1_000),
  },
  single: {
    title: 'updates one by one, each kept at level `disk` before the next',
    unit: '/s',
    measure: (path) => updating(path, 1_000, 1),
  },
  bytes: {
    title: 'file bytes a record',
    unit: 'B',
    measure: async (path) => {
      await fill(path)
      return { ours: statSync(path).size / records }
    },
  },
}

async function opened(path: string): Promise<Scriber> {
  const random = new SeededRandom(1)
  const scriber = new Scriber({ now: Date.now, random: random.bytes, store: sqlite(path) })
  scriber.declare(todo)
  await scriber.ready
  return scriber
}

async function fill(path: string): Promise<readonly TodoRecord[]> {
  const made = randomUpdates(3, records, 0).records
  const scriber = await opened(path)
  for (const [at, { id, ...fields }] of made.entries()) {
    scriber.record('Todo', 'create', id, fields)
    if (at % 1_000 === 0) await nextTurn()
  }
  await scriber.close()
  return made
}

async function opening(path: string, read: (database: Libsql.Database, table: string) => void): Promise<Measured> {
  await fill(path)
  const alone = () => {
    const database = new Libsql(path)
    const began = performance.now()
    read(database, 'Todo')
    read(database, 'syncro_rows')
    const ms = performance.now() - began
    database.close()
    return ms
  }
  // Once before the clock starts: the file is in the system's memory for both.
  alone()
  collect()
  const theirs = alone()
  collect()
  const began = performance.now()
  const scriber = await opened(path)
  const ours = performance.now() - began
  if (scriber.ledger.rows !== records) throw new Error(`${scriber.ledger.rows} records were opened`)
  await scriber.close()
  return { ours, alone: theirs }
}

/** So many updates of one field, in groups that are waited for; and the same rows written by the library into the same two tables, a durable commit a group. */
async function updating(path: string, count: number, groupSize: number): Promise<Measured> {
  const made = await fill(path)
  const scriber = await opened(path)
  const began = performance.now()
  for (let at = 0; at < count; ) {
    for (const end = at + groupSize; at < end; at++)
      scriber.record('Todo', 'update', made[at]!.id, { priority: at + 10 })
    await stored(scriber)
  }
  const ours = count / ((performance.now() - began) / 1_000)
  await scriber.close()
  return { ours, alone: await updatingAlone(path, made, count, groupSize) }
}

async function updatingAlone(path: string, made: readonly TodoRecord[], count: number, groupSize: number) {
  const database = new Libsql(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  const sealed = new Map(database.prepare('SELECT id, sealed FROM syncro_rows').raw().all() as [string, string][])
  const put = database.prepare('INSERT OR REPLACE INTO Todo VALUES (?, ?, ?, ?, ?)')
  const putRow = database.prepare('INSERT OR REPLACE INTO syncro_rows VALUES (0, ?, ?, NULL)')
  const rows = made.slice(0, count).map(({ id, title, done, updatedAt }, at) => ({
    values: [id, title, Number(done), at, updatedAt],
    stamps: [id, `${sealed.get(id)!.slice(0, -1)}x`],
  }))
  const began = performance.now()
  for (let at = 0; at < count; ) {
    database.exec('BEGIN IMMEDIATE')
    for (const end = at + groupSize; at < end; at++) {
      put.run(rows[at]!.values)
      putRow.run(rows[at]!.stamps)
    }
    database.exec('COMMIT')
  }
  const rate = count / ((performance.now() - began) / 1_000)
  database.close()
  return rate
}

function stored(scriber: Scriber): Promise<void> {
  const { kept } = scriber
  return new Promise((resolve) => {
    const stop = scriber.on('stored', (reached) => {
      if (reached < kept) return
      stop()
      resolve()
    })
  })
}

async function measureInFolder(name: string): Promise<Measured> {
  const figure = figures[name]
  if (figure === undefined) throw new Error(`There are these figures: ${Object.keys(figures).join(', ')}.`)
  const folder = mkdtempSync(join(tmpdir(), 'syncro-bench-'))
  try {
    return await figure.measure(join(folder, 'data.db'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureAll(runs: number): Promise<void> {
  console.log(`| figure | store | library alone | store ÷ alone |\n|---|---:|---:|---:|`)
  for (const [name, { title, unit }] of Object.entries(figures)) {
    const measured: Measured[] = []
    for (let at = 0; at < runs; at++) {
      const { stdout } = await run(process.execPath, ['--expose-gc', self, 'one', name])
      measured.push(JSON.parse(stdout) as Measured)
    }
    const ours = spread(measured.map((one) => one.ours))
    const alone = spread(measured.flatMap((one) => one.alone ?? []))
    const ratio = spread(measured.flatMap((one) => (one.alone === undefined ? [] : one.ours / one.alone)))
    const cell = ({ median, text }: Spread) => (median === undefined ? '' : `${text} ${unit}`)
    console.log(`| ${title} | ${cell(ours)} | ${cell(alone)} | ${ratio.median?.toFixed(2) ?? ''} |`)
  }
}

interface Spread {
  readonly median: number | undefined
  readonly text: string
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const show = (value: number | undefined) => Math.round(value ?? 0).toLocaleString('en')
  const median = sorted[sorted.length >> 1]
  return { median, text: `**${show(median)}** (${show(sorted[0])} – ${show(sorted.at(-1))})` }
}

const [first, second] = process.argv.slice(2)
if (first === 'one') console.log(JSON.stringify(await measureInFolder(second ?? '')))
else await measureAll(Number(first ?? 5))
