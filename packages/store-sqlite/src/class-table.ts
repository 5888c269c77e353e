/** One class in the file: the table of its records, with a column for each declared field, and its rows in `syncro_rows`. */
import { compareStamps, type RecordId, type StoredField, type StoredRow, type StoredStamp } from '@syncro/scriber'
import { type Cell, cellOf, cellText, isPlain, type ReadCell, readValue } from './cell.js'
import { type Database, first, quoted, type Statement, textOf } from './database.js'
import { type Layout, partSize, rowsSql } from './layout.js'
import type { Numbers } from './numbers.js'
import { birthPart, destroyPart, firstField, type PackedPart, pack, Unpacking } from './packed.js'
import { Checksum } from './seal.js'
import { checkTexts } from './texts.js'
import { readJson, writeJson } from './value-json.js'

/** A row as it is written. */
export interface WrittenRow {
  readonly table: ClassTable
  readonly id: RecordId
  readonly sealed: string
  readonly rest: string | null
  /** Absent for a row without a place in the table. */
  readonly cells?: readonly Cell[]
}

interface Statements {
  readonly put: Statement | undefined
  readonly drop: Statement | undefined
  readonly putRow: Statement
  readonly dropRow: Statement
  readonly find: Statement
}

export class ClassTable {
  readonly number: number
  readonly name: string
  readonly fields: Numbers
  readonly #writers: Numbers
  readonly #sumOfNumber: number
  #layout: Layout | undefined
  /** By the field's number: where its column is. */
  #columnOf: (number | undefined)[] = []
  /** Of the fields that have columns: their numbers, as text. */
  #columnNumbers: readonly string[] = []
  #statements: Statements | undefined
  /** Rows that were put or dropped: whoever counts them sees whether any was meanwhile. */
  #writes = 0
  readonly #checksum = new Checksum()

  /**
   * @param fields the numbers of the class's fields.
   * @param writers those of all writers.
   */
  constructor(number: number, name: string, fields: Numbers, writers: Numbers) {
    this.number = number
    this.#sumOfNumber = new Checksum().add(String(number)).state
    this.name = name
    this.fields = fields
    this.#writers = writers
  }

  /** Undefined for a class that was never declared: all of it is in `syncro_rows`. */
  get layout(): Layout | undefined {
    return this.#layout
  }

  set layout(layout: Layout | undefined) {
    this.#layout = layout
    this.#statements = undefined
    this.#columnNumbers = (layout?.columns ?? []).map(({ number }) => String(number))
    this.#columnOf = []
    for (const [at, { number }] of (layout?.columns ?? []).entries()) this.#columnOf[number] = at
  }

  /** How a row is written. */
  written({ id, position, life, fields }: StoredRow): WrittenRow {
    const isTabled = this.#hasPlace(id, life)
    const parts: PackedPart[] = []
    if (life?.birth !== undefined) parts.push(this.#part(birthPart, life.birth))
    if (life?.destroy !== undefined) parts.push(this.#part(destroyPart, life.destroy))
    const cells: Cell[] = Array(this.#layout?.columns.length ?? 0).fill(null)
    let rest: Record<string, unknown> | undefined
    for (const field of fields) {
      const number = this.fields.of(field.name)
      parts.push(this.#part(number + firstField, field))
      const at = isTabled ? this.#columnOf[number] : undefined
      const cell = at === undefined ? undefined : cellOf(this.#layout!.columns[at]!.kind, field.value)
      if (cell !== undefined) cells[at!] = cell
      else {
        rest ??= {}
        rest[number] = field.value
      }
    }
    const packed = pack(position, isTabled, parts)
    const restText = rest === undefined ? null : writeJson(rest as never)
    const sum = this.#sum({ packed, end: packed.length, id, rest: restText, cells: isTabled ? cells : [] })
    const sealed = `${packed}~${sum.text}`
    return { table: this, id, sealed, rest: restText, ...(isTabled ? { cells } : undefined) }
  }

  put(database: Database, { id, sealed, rest, cells }: WrittenRow): void {
    const { put, drop, putRow } = this.#prepared(database)
    this.#writes += 1
    putRow.run([this.number, idCell(id), sealed, rest])
    if (cells !== undefined) put!.run([id, ...cells])
    else if (drop !== undefined && isPlainId(id)) drop.run([id])
  }

  drop(database: Database, id: RecordId): void {
    const { drop, dropRow } = this.#prepared(database)
    this.#writes += 1
    dropRow.run([this.number, idCell(id)])
    if (isPlainId(id)) drop?.run([id])
  }

  /**
   * All rows, in parts; or those of which some is beside the table. Each part is a query of its own, so that none is under way between two.
   *
   * @throws SyntaxError for what was not written by us.
   */
  *read(database: Database, { withRest = false } = {}): IterableIterator<StoredRow[]> {
    checkTexts(database, this)
    const rows = database.prepare(rowsSql(this, `s.id > ? ${withRest ? 'AND s.rest IS NOT NULL' : ''}`))
    const unpacking = new Unpacking()
    const writes = this.#writes
    let tabled = 0
    let after: number | ReturnType<typeof idCell> = Number.NEGATIVE_INFINITY
    for (;;) {
      const part: StoredRow[] = []
      // Read to its end before a row is looked at: a query that damage ends half way would be in the way of closing.
      for (const cells of rows.all([this.number, after])) {
        part.push(this.#row(cells, unpacking))
        if (unpacking.isTabled) tabled += 1
      }
      if (part.length > 0) yield part
      if (part.length < partSize) break
      after = idCell(part.at(-1)!.id)
    }
    if (withRest || this.#layout === undefined || writes !== this.#writes) return
    if (first(database, `SELECT count(*) FROM ${quoted(this.name)}`) !== tabled)
      throw new SyntaxError(`in ${this.name}, a record was not written by us`)
  }

  /** One row; undefined if there is none. @throws SyntaxError for what was not written by us. */
  find(database: Database, id: RecordId): StoredRow | undefined {
    const [cells] = this.#prepared(database).find.all([this.number, idCell(id)])
    return cells === undefined ? undefined : this.#row(cells, new Unpacking())
  }

  #row(cells: readonly ReadCell[], unpacking: Unpacking): StoredRow {
    const [idRead, sealed, rest, isThere] = cells
    const id = idOf(idRead!)
    if (typeof sealed !== 'string' || (rest !== null && typeof rest !== 'string'))
      throw this.#broken(id, 'its stamps or values are no text')
    const end = sealed.lastIndexOf('~')
    unpacking.begin(sealed, end)
    const { position, isTabled } = unpacking
    const values = isTabled ? cells.slice(firstColumn) : []
    if (isTabled && isThere !== 1) throw this.#broken(id, 'its record is missing in the table')
    const sum = this.#sum({ packed: sealed, end, id, rest: rest!, cells: values })
    if (!sum.ends(sealed, end + 1)) throw this.#broken(id, 'it is not as it was written')
    const beside = rest === null ? undefined : (readJson(rest!) as { readonly [number: string]: StoredField['value'] })
    let birth: StoredStamp | undefined
    let destroy: StoredStamp | undefined
    const fields: StoredField[] = []
    while (unpacking.next()) {
      const { part, stamp, partPosition } = unpacking
      const writer = this.#writers.name(unpacking.writer)
      if (part === birthPart) birth = { stamp, writer, position: partPosition }
      else if (part === destroyPart) destroy = { stamp, writer, position: partPosition }
      else {
        const number = part - firstField
        fields.push({
          name: this.fields.name(number),
          value: this.#value(number, values, beside),
          stamp,
          writer,
          position: partPosition,
        })
      }
    }
    if (birth === undefined && destroy === undefined) return { name: this.name, id, position, fields }
    const life = {
      ...(birth === undefined ? undefined : { birth }),
      ...(destroy === undefined ? undefined : { destroy }),
    }
    return { name: this.name, id, position, life, fields }
  }

  #value(
    number: number,
    cells: readonly ReadCell[],
    beside: { readonly [number: string]: StoredField['value'] } | undefined,
  ) {
    const value = beside?.[number]
    if (value !== undefined) return value
    const at = this.#columnOf[number]
    return at === undefined ? null : readValue(this.#layout!.columns[at]!.kind, cells[at] ?? null)
  }

  /** Whether a row has a place in the table: the records that live have, so that other tools see those and no more. */
  #hasPlace(id: RecordId, life: StoredRow['life']): boolean {
    if (this.#layout === undefined || life?.birth === undefined) return false
    const { birth, destroy } = life
    if (destroy !== undefined && compareStamps(birth.stamp, birth.writer, destroy.stamp, destroy.writer) < 0)
      return false
    return this.#layout.id === 'integer' ? typeof id === 'number' : typeof id === 'string' && isPlain(id)
  }

  /** A checksum of all that is stored of a row, and of whose row it is. A column that is added later, and is empty, changes nothing in it. */
  #sum(stored: {
    packed: string
    end: number
    id: RecordId
    rest: string | null
    cells: readonly ReadCell[]
  }): Checksum {
    const { packed, end, id, rest, cells } = stored
    const sum = this.#checksum.begin(this.#sumOfNumber).add(packed, end)
    if (typeof id === 'string') sum.add(id)
    else sum.add('#').add(String(id))
    if (rest !== null) sum.add(rest)
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at]!
      if (cell !== null) sum.add(this.#columnNumbers[at]!).add(cellText(cell))
    }
    return sum
  }

  #part(part: number, { stamp, writer, position }: StoredStamp): PackedPart {
    return { part, stamp, writer: this.#writers.of(writer), position }
  }

  #prepared(database: Database): Statements {
    this.#statements ??= this.#prepare(database)
    return this.#statements
  }

  #prepare(database: Database): Statements {
    const columns = this.#layout?.columns ?? []
    const table = this.#layout === undefined ? undefined : quoted(this.name)
    const names = ['id', ...columns.map(({ name }) => quoted(name))]
    const places = names.map(() => '?').join(', ')
    return {
      put:
        table === undefined
          ? undefined
          : database.prepare(`INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${places})`),
      drop: table === undefined ? undefined : database.prepare(`DELETE FROM ${table} WHERE id = ?`),
      putRow: database.prepare('INSERT OR REPLACE INTO syncro_rows (class, id, sealed, rest) VALUES (?, ?, ?, ?)'),
      dropRow: database.prepare('DELETE FROM syncro_rows WHERE class = ? AND id = ?'),
      find: database.prepare(rowsSql(this, 's.id = ?')),
    }
  }

  #broken(id: RecordId, what: string): SyntaxError {
    return new SyntaxError(`in ${this.name} ${JSON.stringify(id)}, ${what}`)
  }
}

const firstColumn = 4

function isPlainId(id: RecordId): boolean {
  return typeof id === 'number' || isPlain(id)
}

/** An id as a key that SQL compares exactly: an integer, a text, or the bytes of one that SQL would cut off. */
export function idCell(id: RecordId): bigint | string | Uint8Array {
  if (typeof id === 'number') return BigInt(id)
  return isPlain(id) ? id : Buffer.from(id)
}

function idOf(cell: ReadCell): RecordId {
  return typeof cell === 'string' || typeof cell === 'number' ? cell : textOf(cell)
}
