/**
 * Everything that a memory store holds as bytes, for tests and small tools: loaded at the start, dumped at the end, as the Ruby gem does it. What was
 * changed after the dump is lost with the process.
 */
import { readValue, writeValue } from '@syncro/protocol'
import {
  MemoryStore,
  type OutboxEntry,
  type RecordId,
  type StoredField,
  type StoredRow,
  type StoredStamp,
  StoreError,
  type StoreImage,
  type StoreLevel,
  type Value,
} from '@syncro/scriber'

/** Raised whenever an older version could not read what this one writes. */
const format = 1

/** In the place of a stamp. */
const none = -1

/**
 * Stamps of the rows of a class, or of those that have one: three numbers each, its time since the oldest of all, the index of its writer, and
 * its position. Of a field −1 stands for all three if it came with its record's birth, of a life for one that has not happened.
 */
type Stamps = readonly number[]

/** Rows of one class, by columns: fewer keys than a row at a time, and of the many that are alike little. */
interface ClassColumns {
  readonly name: string
  readonly ids: readonly RecordId[]
  readonly positions: readonly number[]
  readonly births: Stamps
  readonly destroys: Stamps
  readonly fields: readonly FieldColumn[]
}

interface FieldColumn {
  readonly name: string
  /** The rows that have the field; absent where all do. */
  readonly rows?: readonly number[]
  readonly values: unknown[]
  readonly stamps: Stamps
}

/** … and of the outbox the values as JSON has them. */
interface Body extends Omit<StoreImage, 'rows' | 'rowCount'> {
  readonly writers: readonly string[]
  /** Stamps are counted from here. */
  readonly oldest: number
  readonly classes: readonly ClassColumns[]
}

/** What the store holds now. Write it to a file of its own and rename that: a file that is half written is refused by `loadSnapshot`. */
export function takeSnapshot(store: MemoryStore): Uint8Array {
  const image = store.copy().open()
  const body = image === undefined ? null : bodyOf(image)
  const text = JSON.stringify(body)
  return new TextEncoder().encode(`${JSON.stringify({ syncro: 'snapshot', format, sum: sumOf(text) })}\n${text}\n`)
}

/**
 * A memory store that holds what `takeSnapshot` was given.
 *
 * @param options `level`: what clients are told the store survives. Default: `memory`.
 * @throws StoreError `SYNCRO_STORE_FOREIGN` for what is no snapshot, `SYNCRO_STORE_NEWER`, `SYNCRO_STORE_DAMAGED`.
 */
export function loadSnapshot(bytes: Uint8Array, options: { readonly level?: StoreLevel } = {}): MemoryStore {
  const text = new TextDecoder().decode(bytes)
  const end = text.indexOf('\n')
  const body = text.slice(end + 1, -1)
  checkHead(text.slice(0, end), body)
  const content = JSON.parse(body) as Body | null
  if (content === null) return new MemoryStore(options)
  const { classes, writers, oldest, outbox, ...image } = content
  // Once: what is read is turned into values where it stands.
  for (const { fields } of classes) for (const { values } of fields) readValues(values)
  const entries = outbox.map((entry) => withValues(entry, (value) => readValue(value) as Value))
  return MemoryStore.holding(
    { ...image, outbox: entries },
    () => classes.map((columns) => rowsOf(columns, writers, oldest)),
    options,
  )
}

function bodyOf({
  rows,
  outbox,
  ...image
}: Omit<StoreImage, 'rows'> & { readonly rows: Iterable<readonly StoredRow[]> }): Body {
  const stamps = new StampWriting([...rows].flat())
  const classes: ClassColumns[] = []
  for (const part of rows) if (part.length > 0) classes.push(columnsOf(part, stamps))
  return {
    ...image,
    writers: stamps.writers,
    oldest: stamps.oldest,
    classes,
    outbox: outbox.map((entry) => withValues(entry, (value) => writeValue(value) as Value)),
  }
}

/** Writes stamps as `Stamps` has them. */
class StampWriting {
  readonly oldest: number
  readonly writers: string[] = []
  readonly #indexes = new Map<string, number>()

  constructor(rows: readonly StoredRow[]) {
    let oldest = Number.MAX_SAFE_INTEGER
    for (const { life, fields } of rows)
      for (const part of [life?.birth, life?.destroy, ...fields])
        if (part !== undefined) oldest = Math.min(oldest, part.stamp)
    this.oldest = oldest
  }

  add(stamps: number[], part: StoredStamp | undefined): void {
    if (part === undefined) stamps.push(none)
    else stamps.push(part.stamp - this.oldest, this.#indexOf(part.writer), part.position)
  }

  #indexOf(writer: string): number {
    const index = this.#indexes.get(writer) ?? this.writers.length
    if (index === this.writers.length) {
      this.#indexes.set(writer, index)
      this.writers.push(writer)
    }
    return index
  }
}

/** An entry of the outbox with each value turned into something else. */
function withValues({ number, batch, covered }: OutboxEntry, turn: (value: Value) => Value): OutboxEntry {
  const changes = batch.changes.map(({ fields, ...change }) => ({
    ...change,
    ...(fields === undefined
      ? undefined
      : { fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, turn(value)])) }),
  }))
  return {
    number,
    batch: { ...batch, changes },
    covered: covered.map(({ value, ...field }) => ({
      ...field,
      ...(value === undefined ? undefined : { value: turn(value) }),
    })),
  }
}

function columnsOf(rows: readonly StoredRow[], writing: StampWriting): ClassColumns {
  const fields = new Map<string, { rows: number[]; values: unknown[]; stamps: number[] }>()
  const births: number[] = []
  const destroys: number[] = []
  for (const [at, { life, fields: own }] of rows.entries()) {
    writing.add(births, life?.birth)
    writing.add(destroys, life?.destroy)
    for (const field of own) {
      let column = fields.get(field.name)
      if (column === undefined) {
        column = { rows: [], values: [], stamps: [] }
        fields.set(field.name, column)
      }
      column.rows.push(at)
      column.values.push(writeValue(field.value))
      writing.add(column.stamps, isOf(life?.birth, field) ? undefined : field)
    }
  }
  return {
    name: rows[0]!.name,
    ids: rows.map(({ id }) => id),
    positions: rows.map(({ position }) => position),
    births,
    destroys,
    fields: Array.from(fields, ([name, { rows: having, ...column }]) => ({
      name,
      ...(having.length === rows.length ? undefined : { rows: having }),
      ...column,
    })),
  }
}

/** Most values are what JSON has them as. */
function readValues(values: unknown[]): void {
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    if (typeof value === 'object' && value !== null) values[at] = readValue(value)
  }
}

function isOf(birth: StoredStamp | undefined, { stamp, writer, position }: StoredField): boolean {
  return birth !== undefined && birth.stamp === stamp && birth.writer === writer && birth.position === position
}

function rowsOf(columns: ClassColumns, writers: readonly string[], oldest: number): StoredRow[] {
  const { name, ids, positions } = columns
  const births = new StampReading(columns.births, writers, oldest)
  const destroys = new StampReading(columns.destroys, writers, oldest)
  const rows = ids.map((id, at): { fields: StoredField[] } & StoredRow => {
    const [birth, destroy] = [births.next(), destroys.next()]
    const position = positions[at]!
    if (birth === undefined && destroy === undefined) return { name, id, position, fields: [] }
    const life = {
      ...(birth === undefined ? undefined : { birth }),
      ...(destroy === undefined ? undefined : { destroy }),
    }
    return { name, id, position, life, fields: [] }
  })
  for (const { name: field, rows: having, values, stamps } of columns.fields) {
    const reading = new StampReading(stamps, writers, oldest)
    for (let at = 0; at < values.length; at++) {
      const row = rows[having === undefined ? at : having[at]!]!
      const { stamp, writer, position } = reading.next() ?? row.life!.birth!
      row.fields.push({ name: field, value: values[at] as Value, stamp, writer, position })
    }
  }
  return rows
}

class StampReading {
  readonly #stamps: Stamps
  readonly #writers: readonly string[]
  readonly #oldest: number
  #at = 0

  constructor(stamps: Stamps, writers: readonly string[], oldest: number) {
    this.#stamps = stamps
    this.#writers = writers
    this.#oldest = oldest
  }

  next(): StoredStamp | undefined {
    const stamp = this.#stamps[this.#at]!
    if (stamp === none) {
      this.#at += 1
      return undefined
    }
    this.#at += 3
    return {
      stamp: this.#oldest + stamp,
      writer: this.#writers[this.#stamps[this.#at - 2]!]!,
      position: this.#stamps[this.#at - 1]!,
    }
  }
}

function checkHead(head: string, body: string): void {
  let found: { readonly syncro?: unknown; readonly format?: unknown; readonly sum?: unknown } | null
  try {
    found = JSON.parse(head)
  } catch {
    found = null
  }
  if (found?.syncro !== 'snapshot' || typeof found.format !== 'number')
    throw new StoreError(
      'SYNCRO_STORE_FOREIGN',
      'These bytes are no snapshot: give loadSnapshot() what takeSnapshot() has made.',
    )
  if (found.format > format)
    throw new StoreError(
      'SYNCRO_STORE_NEWER',
      `The snapshot was made by a newer version of @syncro/core (format ${found.format}; this one knows ${format}): use that version.`,
    )
  if (found.sum !== sumOf(body))
    throw new StoreError(
      'SYNCRO_STORE_DAMAGED',
      'The snapshot is not as it was written, or only part of it. Use an older one, or begin with an empty store: other clients will bring what they have.',
    )
}

/** FNV-1a over UTF-16 units, and how many they are. */
function sumOf(text: string): string {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return `${text.length}.${(sum >>> 0).toString(36)}`
}
