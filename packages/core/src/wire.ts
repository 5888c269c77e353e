/** Batches and rows between the ledger's form and the messages' form. */
import {
  type BatchChange,
  type Batch as BatchMessage,
  BinaryEncoder,
  encodeMessageFrame,
  MAX_FIELDS,
  MAX_FRAME_BYTES,
  MAX_ROWS,
  type Message,
  type RecordId,
  type RowField,
  type RowNumbers,
  type RowStamp,
  type Rows,
  type RowsByColumns,
  rowsOfSections,
  type Value,
} from '@syncro/protocol'
import { type Batch, type Change, encodedBytes, maxStamp, type RowImage, type Stamp } from '@syncro/scriber'

/** Without an `after` a change is the same in both forms, as most are: to copy them would take longer than to encode them. */
export function batchMessage({ stamp, writer, changes }: Batch): BatchMessage {
  const written = hasAfter(changes) ? changes.map(changeMessage) : (changes as readonly Omit<Change, 'after'>[])
  return { type: 'batch', stamp, writer, changes: written }
}

export function batchOf(message: BatchMessage): Batch {
  const { stamp, writer, changes } = message
  if (!hasAfter(changes)) return message as BatchMessage & { readonly changes: readonly Omit<BatchChange, 'after'>[] }
  return { stamp, writer, changes: changes.map(changeOf) }
}

function hasAfter(changes: readonly { readonly after?: unknown }[]): boolean {
  for (const { after } of changes) if (after !== undefined) return true
  return false
}

/** An upper bound of what a message that came in JSON takes when we write it: numbers may be shorter than we write them (`1e20`). */
export function mostOfJson(bytes: number): number {
  return bytes * 8
}

/** … and one that came in the binary encoding, where what takes two bytes may name a class, a field and a record of 256 units each. */
export function mostOfBinary({ type }: Pick<Message, 'type'>, bytes: number): number {
  return type === 'batch' ? bytes * 1_700 : bytes * 8
}

/**
 * What can be read can be sent on, mostly. What would not fit in a frame of ours in either encoding, whole or as rows, would end the sessions of
 * whoever it is forwarded to, so it ends its sender's instead.
 *
 * @param most an upper bound of the bytes that it takes in JSON: most messages need no closer look.
 * @throws ProtocolError `SYNCRO_FRAME_TOO_LARGE`.
 */
export function checkSendable(message: BatchMessage | Rows | RowsByColumns, most: number): void {
  if (most <= MAX_FRAME_BYTES) return
  if (message.type === 'rows') {
    const { rows } = 'sections' in message ? rowsOfSections(message) : message
    for (const row of rows) for (const [field, value] of row.fields) checkField(row.name, row.id, field, value)
    return
  }
  if (batchBytes(message) <= mostChunkBytes) return
  checkMessage(message)
  for (const { name, id, fields = {} } of message.changes)
    for (const field of Object.keys(fields)) checkField(name, id, field, fields[field]!)
}

/** An upper bound of a batch's bytes in both encodings. */
function batchBytes({ changes }: BatchMessage): number {
  let bytes = 100
  for (const { name, id, fields } of changes) {
    bytes += 100 + name.length * 6 + String(id).length * 6
    for (const field in fields) bytes += 5 + field.length * 6 + encodedBytes(fields[field]!)
  }
  return bytes
}

function checkMessage(message: BatchMessage | Rows): void {
  encodeMessageFrame(message)
  new BinaryEncoder(noNumbers).encode(message)
}

const noNumbers: RowNumbers = {
  numberOf: () => -1,
  recordAt: () => {
    throw new Error('no row is numbered')
  },
}

function changeMessage(change: Change): BatchChange {
  const { after, ...rest } = change
  return after === undefined ? rest : { ...rest, after: [after.stamp, after.writer] }
}

function changeOf(change: BatchChange): Change {
  const { after, ...rest } = change
  return after === undefined ? rest : { ...rest, after: { stamp: after[0], writer: after[1] } }
}

/** Rows as messages of about so many bytes; a row too large for one is spread over several. */
export function* rowsMessages(rows: Iterable<RowImage>, chunkBytes: number): IterableIterator<Rows> {
  const most = Math.min(chunkBytes, mostChunkBytes)
  let chunk = new Chunk()
  for (const row of rows) {
    for (const part of parts(row, most)) {
      const bytes = rowBytes(part)
      if (chunk.rows.length > 0 && (chunk.bytes + bytes > most || chunk.rows.length >= MAX_ROWS)) {
        yield chunk.message()
        chunk = new Chunk()
      }
      chunk.add(part, bytes)
    }
  }
  if (chunk.rows.length > 0) yield chunk.message()
}

/** The rows of a message. Writers were checked to be in the message's list. */
export function rowsOf(message: Rows): RowImage[] {
  const stampOf = ([stamp, writer]: RowStamp): Stamp => ({ stamp, writer: message.writers[writer]! })
  return message.rows.map(({ name, id, birth, destroy, fields }) => ({
    name,
    id,
    ...(birth === undefined ? undefined : { birth: stampOf(birth) }),
    ...(destroy === undefined ? undefined : { destroy: stampOf(destroy) }),
    fields: fields.map(([field, value, stamp, writer]) => ({ name: field, value, ...stampOf([stamp, writer]) })),
  }))
}

/** An upper bound of a row's bytes in a message, its writers aside. */
export function rowBytes(row: RowImage): number {
  let bytes = 120 + row.name.length * 3 + String(row.id).length * 3
  for (const field of row.fields) bytes += 40 + field.name.length * 3 + encodedBytes(field.value)
  return bytes
}

const writerBytes = 27

/** Names may take twice what `rowBytes` says, if they are made of control characters. */
const mostChunkBytes = MAX_FRAME_BYTES / 2

class Chunk {
  readonly rows: Rows['rows'][number][] = []
  readonly #writers: string[] = []
  readonly #numbers = new Map<string, number>()
  bytes = 0

  add(row: RowImage, bytes: number): void {
    const { name, id, birth, destroy, fields } = row
    this.rows.push({
      name,
      id,
      ...(birth === undefined ? undefined : { birth: [birth.stamp, this.#number(birth.writer)] }),
      ...(destroy === undefined ? undefined : { destroy: [destroy.stamp, this.#number(destroy.writer)] }),
      fields: fields.map((field): RowField => [field.name, field.value, field.stamp, this.#number(field.writer)]),
    })
    this.bytes += bytes
  }

  message(): Rows {
    return { type: 'rows', writers: this.#writers, rows: this.rows }
  }

  #number(writer: string): number {
    let number = this.#numbers.get(writer)
    if (number === undefined) {
      number = this.#writers.length
      this.#writers.push(writer)
      this.#numbers.set(writer, number)
      this.bytes += writerBytes
    }
    return number
  }
}

/** A large row in parts that fit: its life with the first, since a field without life is unseen and waits. */
function* parts(row: RowImage, chunkBytes: number): IterableIterator<RowImage> {
  if (row.fields.length < 2 || (row.fields.length <= MAX_FIELDS && rowBytes(row) <= chunkBytes)) {
    yield row
    return
  }
  const { name, id, fields, ...life } = row
  for (const [at, field] of fields.entries()) yield { name, id, ...(at === 0 ? life : undefined), fields: [field] }
}

function checkField(name: string, id: RecordId, field: string, value: Value): void {
  // An upper bound: most values need no closer look.
  if (encodedBytes(value) <= mostChunkBytes) return
  const life: RowStamp = [maxStamp, 0]
  checkMessage({
    type: 'rows',
    writers: ['0'.repeat(24), '1'.repeat(24), '2'.repeat(24)],
    rows: [{ name, id, birth: life, destroy: life, fields: [[field, value, maxStamp, 0]] }],
  })
}
