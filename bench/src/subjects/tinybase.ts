/** TinyBase's MergeableStore: a row a record, changes as JSON as its synchronizers send them, without their envelope. */
import { createMergeableStore } from 'tinybase/mergeable-store'
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Document, Field, TodoRecord, Update, Value } from '../records.js'

type Store = ReturnType<typeof createMergeableStore>
type Content = ReturnType<Store['getMergeableContent']>
type Changes = Parameters<Store['applyMergeableChanges']>[0]

const table = 'todos'

class TinybaseDoc implements Doc {
  readonly #store: Store
  #told: Uint8Array = new Uint8Array()

  constructor(uid: string) {
    this.#store = createMergeableStore(uid)
  }

  create({ id, title, done, priority, updatedAt }: TodoRecord): Uint8Array {
    this.#change(() => this.#store.setRow(table, id, { title, done, priority, updatedAt }))
    return this.#told
  }

  update({ id, field, value }: Update): Uint8Array {
    this.#change(() => this.#store.setCell(table, id, field, value))
    return this.#told
  }

  updateTogether(updates: readonly Update[]): Uint8Array {
    this.#change(() => {
      for (const { id, field, value } of updates) this.#store.setCell(table, id, field, value)
    })
    return this.#told
  }

  apply(message: Uint8Array): number {
    this.#store.applyMergeableChanges(decode(message) as Changes)
    return 1
  }

  fill({ records, updates }: Document): void {
    this.#store.transaction(() => {
      for (const { id, ...fields } of records) this.#store.setRow(table, id, fields)
    })
    this.#store.transaction(() => {
      for (const { id, field, value } of updates) this.#store.setCell(table, id, field, value)
    })
  }

  each(visit: (record: TodoRecord) => void): void {
    for (const id of this.#store.getRowIds(table))
      visit({ id, ...this.#store.getRow(table, id) } as unknown as TodoRecord)
  }

  read(id: string, field: Field): Value {
    return this.#store.getCell(table, id, field) as Value
  }

  snapshot(): Uint8Array {
    return encode(this.#store.getMergeableContent())
  }

  load(snapshot: Uint8Array): void {
    this.#store.setMergeableContent(decode(snapshot) as Content)
  }

  /** As `createCustomSynchronizer` walks the tree of hashes: tables, then rows, then cells. */
  pull(from: this): Crossed {
    const asked = new Wire()
    const answered = new Wire()
    const crossed = () => ({ asked: asked.bytes, answered: answered.bytes })
    const [other, mine] = [from.#store, this.#store]
    const [theirHash] = answered.send(other.getMergeableContentHashes())
    if (theirHash === mine.getMergeableContentHashes()[0]) return crossed()
    const [tables, differentTables] = answered.send(
      other.getMergeableTableDiff(asked.send(mine.getMergeableTableHashes())),
    )
    const [rows, differentRows] = answered.send(
      other.getMergeableRowDiff(asked.send(mine.getMergeableRowHashes(differentTables))),
    )
    const cells = answered.send(other.getMergeableCellDiff(asked.send(mine.getMergeableCellHashes(differentRows))))
    for (const found of [tables, rows, cells]) mine.applyMergeableChanges([found, [{}], 1] as unknown as Changes)
    return crossed()
  }

  #change(change: () => void): void {
    this.#store.transaction(change, () => {
      this.#told = encode(this.#store.getTransactionMergeableChanges())
      return false
    })
  }
}

/** Has each message cross as bytes, as it must on a wire. */
class Wire {
  bytes = 0

  send<Message>(message: Message): Message {
    const encoded = encode(message)
    this.bytes += encoded.length
    return decode(encoded) as Message
  }
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
}

export const library = libraryOf((uid) => new TinybaseDoc(uid))
