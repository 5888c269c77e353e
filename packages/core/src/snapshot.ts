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

/** `[stamp, writer's index, position]`; of a field 0 if all of that is its record's birth. */
type Part = readonly [stamp: number, writer: number, position: number]

/** Rows of one class, by columns: fewer keys than a row at a time, and of the many that are alike little. */
interface ClassColumns {
  readonly name: string
  readonly ids: readonly RecordId[]
  readonly positions: readonly number[]
  readonly births: readonly (Part | null)[]
  readonly destroys: readonly (Part | null)[]
  readonly fields: readonly FieldColumn[]
}

interface FieldColumn {
  readonly name: string
  /** The rows that have the field; absent where all do. */
  readonly rows?: readonly number[]
  readonly values: readonly unknown[]
  readonly parts: readonly (Part | 0)[]
}

/** … and of the outbox the values as JSON has them. */
interface Body extends Omit<StoreImage, 'rows' | 'rowCount'> {
  readonly writers: readonly string[]
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
  const store = new MemoryStore(options)
  const content = JSON.parse(body) as Body | null
  if (content === null) return store
  const { classes, writers, outbox, ...image } = content
  store.keep({
    ...image,
    rows: classes.flatMap((one) => rowsOf(one, writers)),
    outbox: { put: outbox.map((entry) => withValues(entry, (value) => readValue(value) as Value)) },
  })
  return store
}

function bodyOf({
  rows,
  rowCount: _,
  outbox,
  ...image
}: StoreImage & { readonly rows: Iterable<readonly StoredRow[]> }): Body {
  const writers = new Map<string, number>()
  const indexOf = (writer: string) => {
    const index = writers.get(writer) ?? writers.size
    if (index === writers.size) writers.set(writer, index)
    return index
  }
  const classes: ClassColumns[] = []
  for (const part of rows) if (part.length > 0) classes.push(columnsOf(part, indexOf))
  return {
    ...image,
    writers: [...writers.keys()],
    classes,
    outbox: outbox.map((entry) => withValues(entry, (value) => writeValue(value) as Value)),
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

function columnsOf(rows: readonly StoredRow[], indexOf: (writer: string) => number): ClassColumns {
  const part = (stamp: StoredStamp | undefined): Part | null =>
    stamp === undefined ? null : [stamp.stamp, indexOf(stamp.writer), stamp.position]
  const fields = new Map<string, { rows: number[]; values: unknown[]; parts: (Part | 0)[] }>()
  for (const [at, { life, fields: own }] of rows.entries())
    for (const field of own) {
      let column = fields.get(field.name)
      if (column === undefined) {
        column = { rows: [], values: [], parts: [] }
        fields.set(field.name, column)
      }
      column.rows.push(at)
      column.values.push(writeValue(field.value))
      column.parts.push(isOf(life?.birth, field) ? 0 : part(field)!)
    }
  return {
    name: rows[0]!.name,
    ids: rows.map(({ id }) => id),
    positions: rows.map(({ position }) => position),
    births: rows.map(({ life }) => part(life?.birth)),
    destroys: rows.map(({ life }) => part(life?.destroy)),
    fields: Array.from(fields, ([name, { rows: having, ...column }]) => ({
      name,
      ...(having.length === rows.length ? undefined : { rows: having }),
      ...column,
    })),
  }
}

function isOf(birth: StoredStamp | undefined, { stamp, writer, position }: StoredField): boolean {
  return birth !== undefined && birth.stamp === stamp && birth.writer === writer && birth.position === position
}

function rowsOf(columns: ClassColumns, writers: readonly string[]): StoredRow[] {
  const { name, ids, positions } = columns
  const stored = (part: Part | null): StoredStamp | undefined =>
    part === null ? undefined : { stamp: part[0], writer: writers[part[1]]!, position: part[2] }
  const births = columns.births.map(stored)
  const destroys = columns.destroys.map(stored)
  const fields = ids.map((): StoredField[] => [])
  for (const { name: field, rows, values, parts } of columns.fields)
    for (const [at, value] of values.entries()) {
      const row = rows === undefined ? at : rows[at]!
      const part = parts[at]!
      const stamp = part === 0 ? births[row]! : stored(part)!
      fields[row]!.push({ name: field, value: readValue(value) as Value, ...stamp })
    }
  return ids.map((id, at): StoredRow => {
    const [birth, destroy] = [births[at], destroys[at]]
    const life =
      birth === undefined && destroy === undefined
        ? undefined
        : {
            life: {
              ...(birth === undefined ? undefined : { birth }),
              ...(destroy === undefined ? undefined : { destroy }),
            },
          }
    return { name, id, position: positions[at]!, ...life, fields: fields[at]! }
  })
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
