/** The classes of a file: their numbers, their fields, and the tables that were made for those that the program declares. */
import { type StoredClass, type StoredRow, UsageError } from '@syncro/scriber'
import type { ReadCell } from './cell.js'
import { columnTypes } from './cell.js'
import { ClassTable } from './class-table.js'
import { type Database, damaged, quoted, textOf } from './database.js'
import { checkMade } from './format.js'
import { type Layout, type TableColumn, tableSql } from './layout.js'
import { Numbers } from './numbers.js'
import { seal, unseal } from './seal.js'

/** More columns than SQLite has in a table; what is beyond is kept beside it. */
const maxColumns = 1_900

export class Catalog {
  readonly #database: Database
  readonly #path: string
  readonly #writers: Numbers
  readonly #classes = new Map<string, ClassTable>()
  /** Of the classes that have tables. */
  readonly #tables = new DistinctNames('classes')
  /** Names that have got numbers and are not stored yet. */
  #named: (() => void)[] = []

  constructor(database: Database, path: string) {
    this.#database = database
    this.#path = path
    this.#writers = new Numbers((number, id) =>
      this.#store('INSERT INTO syncro_writers VALUES (?, ?)', [number, seal(id, [number])]),
    )
    this.#restore()
  }

  get classes(): IterableIterator<ClassTable> {
    return this.#classes.values()
  }

  /** The table of a class, if anything of it was ever kept. */
  find(name: string): ClassTable | undefined {
    return this.#classes.get(name)
  }

  /** The table of a class; made for one that is new. */
  table(name: string): ClassTable {
    return this.#classes.get(name) ?? this.#add(this.#classes.size, name)
  }

  /** Stores the names that have got numbers: before the rows that hold these, in one transaction. */
  storeNames(): void {
    for (const store of this.#named) store()
  }

  /** That transaction is committed. */
  namesStored(): void {
    this.#named = []
  }

  /**
   * Makes or changes the table of a class, in a transaction that is open. Nothing is dropped: what a class declares no more keeps its column.
   *
   * @throws UsageError `SYNCRO_NAME_INVALID` for names that SQL takes for those of tables or columns that are there.
   */
  declare(declared: StoredClass): void {
    const table = this.table(declared.name)
    const layout = this.#layoutOf(table, declared)
    if (sameLayout(table.layout, layout)) return
    if (table.layout === undefined) this.#tables.add(table.name)
    checkNames(
      layout.columns.map(({ name }) => name),
      `fields of ${declared.name}`,
    )
    const isOnlyWider = table.layout !== undefined && startsWith(layout, table.layout)
    const rows = [...table.read(this.#database, { withRest: isOnlyWider })].flat()
    if (isOnlyWider) this.#widen(table, layout)
    else this.#rebuild(table, layout)
    this.storeNames()
    const sealed = seal(JSON.stringify({ name: table.name, layout }), [table.number])
    this.#database.prepare('UPDATE syncro_classes SET sealed = ? WHERE number = ?').run([sealed, table.number])
    this.#rewrite(table, rows)
  }

  #widen(table: ClassTable, layout: Layout): void {
    const known = table.layout!.columns.length
    for (const { name, kind } of layout.columns.slice(known))
      this.#database.exec(`ALTER TABLE ${quoted(table.name)} ADD COLUMN ${columnSql(name, kind)}`)
    table.layout = layout
  }

  #rebuild(table: ClassTable, layout: Layout): void {
    if (table.layout !== undefined) this.#database.exec(`DROP TABLE ${quoted(table.name)}`)
    this.#database.exec(tableSql(table.name, layout))
    table.layout = layout
  }

  #rewrite(table: ClassTable, rows: readonly StoredRow[]): void {
    for (const row of rows) table.put(this.#database, table.written(row))
  }

  /** The columns that are there, then those that are new; of a changed kind, a column is another. */
  #layoutOf(table: ClassTable, { id, fields }: StoredClass): Layout {
    const kinds = new Map(fields.map(({ name, kind }) => [name, kind]))
    const known = table.layout?.columns ?? []
    const columns: TableColumn[] = known.map((column) => ({ ...column, kind: kinds.get(column.name) ?? column.kind }))
    const names = new Set(columns.map(({ name }) => name))
    for (const { name, kind } of fields)
      if (!names.has(name) && columns.length < maxColumns) columns.push({ name, kind, number: table.fields.of(name) })
    return { id, columns }
  }

  #add(number: number, name: string): ClassTable {
    const fields = new Numbers((field, fieldName) =>
      this.#store('INSERT INTO syncro_fields VALUES (?, ?, ?)', [
        number,
        field,
        seal(JSON.stringify(fieldName), [number, field]),
      ]),
    )
    const table = new ClassTable(number, name, fields, this.#writers)
    this.#classes.set(name, table)
    this.#store('INSERT INTO syncro_classes VALUES (?, ?)', [number, seal(JSON.stringify({ name }), [number])])
    return table
  }

  #store(sql: string, parameters: readonly (number | string)[]): void {
    this.#named.push(() => this.#database.prepare(sql).run(parameters))
  }

  #restore(): void {
    const read = (sql: string) => this.#database.prepare(sql).all([])
    for (const [number, sealed] of read('SELECT number, CAST(sealed AS BLOB) FROM syncro_writers ORDER BY number'))
      this.#writers.restore(number as number, this.#unsealed(sealed, 'writer', [number as number]))
    const classes: ClassTable[] = []
    for (const [number, sealed] of read('SELECT number, CAST(sealed AS BLOB) FROM syncro_classes ORDER BY number')) {
      const { name, layout } = JSON.parse(this.#unsealed(sealed, 'class', [number as number])) as {
        readonly name: string
        readonly layout?: Layout
      }
      if (number !== classes.length) throw damaged(this.#path, `class ${classes.length} is missing`)
      const table = this.#add(number, name)
      table.layout = layout
      classes.push(table)
    }
    const fields = 'SELECT CAST(class AS INTEGER), CAST(number AS INTEGER), CAST(sealed AS BLOB) FROM syncro_fields'
    for (const [number, field, sealed] of read(`${fields} ORDER BY class, number`)) {
      const name = this.#unsealed(sealed, 'field', [number as number, field as number])
      classes[number as number]?.fields.restore(field as number, JSON.parse(name) as string)
    }
    this.namesStored()
    this.#checkRows(classes.length)
    const laidOut = classes.filter(({ layout }) => layout !== undefined)
    for (const { name } of laidOut) this.#tables.add(name)
    checkMade(
      this.#database,
      this.#path,
      laidOut.map(({ name, layout }) => tableSql(name, layout!)),
    )
  }

  /** Rows of a class that is not there would not be missed. */
  #checkRows(classes: number): void {
    const other = ['IS NULL', '< 0', `>= ${classes}`].map(
      (is) => `EXISTS (SELECT 1 FROM syncro_rows WHERE class ${is})`,
    )
    const [found] = this.#database.prepare(`SELECT ${other.join(' OR ')}`).all([])
    if (found![0] !== 0) throw damaged(this.#path, 'a row is of a class that has no name')
  }

  #unsealed(sealed: ReadCell | undefined, what: string, key: readonly number[]): string {
    const text = unseal(textOf(sealed), key)
    if (text === undefined) throw damaged(this.#path, `the name of ${what} ${key.join('.')} is not as it was written`)
    return text
  }
}

/** Names of classes, or of the fields of one, that SQL can tell apart. */
export class DistinctNames {
  readonly #what: string
  readonly #met: Map<string, string>

  /** @param what the names are of: `classes`, or `fields of …`. */
  constructor(what: string) {
    this.#what = what
    this.#met = new Map(what === 'classes' ? [] : [['id', 'id']])
  }

  /** @throws UsageError `SYNCRO_NAME_INVALID` for one that SQL takes for another, or for its own. */
  add(name: string): void {
    const folded = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    const problem = this.#problemOf(name, folded)
    if (problem !== undefined) throw new UsageError('SYNCRO_NAME_INVALID', problem)
    this.#met.set(folded, name)
  }

  #problemOf(name: string, folded: string): string | undefined {
    const [what, shown, other] = [this.#what, JSON.stringify(name), this.#met.get(folded)]
    if (other !== undefined)
      return `The ${what} include ${JSON.stringify(other)} and ${shown}: SQL takes them for one. Give one of them another name.`
    if (what === 'classes' && /^(sqlite|syncro)_/.test(folded))
      return `No class can be named ${shown} where a SQLite file keeps it: tables whose names begin like this are not for records. Give it another name.`
    return name.includes('\0') ? `SQL cannot take the name ${shown}: leave the NUL out.` : undefined
  }
}

/** @throws UsageError `SYNCRO_NAME_INVALID`, as DistinctNames does. */
export function checkNames(names: readonly string[], what: string): void {
  const distinct = new DistinctNames(what)
  for (const name of names) distinct.add(name)
}

function columnSql(name: string, kind: TableColumn['kind']): string {
  return `${quoted(name)} ${columnTypes[kind]}`
}

function sameLayout(a: Layout | undefined, b: Layout): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b)
}

function startsWith(wider: Layout, narrow: Layout): boolean {
  const beginning = { id: wider.id, columns: wider.columns.slice(0, narrow.columns.length) }
  return JSON.stringify(beginning) === JSON.stringify(narrow)
}
