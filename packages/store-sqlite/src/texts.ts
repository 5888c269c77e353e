/** Whether texts are UTF-8, before they are read as texts: the library ends the process over one that is not, as a damaged one may be. */
import { isUtf8 } from 'node:buffer'
import { columnTypes, type ReadCell } from './cell.js'
import { type Database, quoted } from './database.js'
import type { Laid } from './layout.js'

/** Rows whose texts are looked at together. */
const partSize = 10_000

/** Below every id that is a number, and so below every id. */
const belowAll = Number.NEGATIVE_INFINITY

/** Looks at all texts of a class. @throws SyntaxError */
export function checkTexts(database: Database, { number, name, layout }: Laid): void {
  const rows = `syncro_rows WHERE class = ${number} AND`
  check(database, { rows, columns: ['id', 'sealed', 'rest'], below: belowAll })
  if (layout === undefined) return
  const texts = layout.columns.filter(({ kind }) => columnTypes[kind] === 'TEXT').map((column) => quoted(column.name))
  const records = `${quoted(name)} WHERE`
  if (layout.id === 'text') check(database, { rows: records, columns: ['id', ...texts], below: '' })
  else if (texts.length > 0) check(database, { rows: records, columns: texts, below: belowAll })
}

interface Texts {
  /** A table and a condition, which an id follows. */
  readonly rows: string
  readonly columns: readonly string[]
  /** What is below the first id. */
  readonly below: number | string
}

function check(database: Database, { rows, columns, below }: Texts): void {
  const part = `FROM ${rows} id > ? ORDER BY id LIMIT`
  const named = columns.map((column, at) => `${column} AS c${at}`)
  // Texts of many rows as one, since each that comes through the library costs.
  const together = columns.map((_, at) => `CAST(group_concat(c${at}) AS BLOB)`)
  const texts = database.prepare(`SELECT ${together.join()} FROM (SELECT ${named.join()} ${part} ${partSize})`)
  const last = database.prepare(`SELECT id ${part} 1 OFFSET ${partSize - 1}`)
  for (let after: ReadCell | undefined = below; after !== undefined; ) {
    const key: readonly (number | string | Uint8Array | null)[] = [
      after instanceof ArrayBuffer ? Buffer.from(after) : after,
    ]
    for (const [at, bytes] of texts.all(key)[0]!.entries())
      if (bytes !== null && !isUtf8(bytes as ArrayBuffer))
        throw new SyntaxError(`in ${rows.split(' ', 1)[0]}, a text in ${columns[at]} is not as it was written`)
    after = last.all(key)[0]?.[0]
  }
}
