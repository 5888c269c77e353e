/** Colyseus' Schema: one writer that encodes patches, and readers that decode them in step. A reader cannot write, merge or catch up. */
import { Decoder, Encoder, type SchemaType, schema, t } from '@colyseus/schema'
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Document, Field, TodoRecord, Update, Value } from '../records.js'

const Todo = schema({ title: t.string(), done: t.boolean(), priority: t.uint8(), updatedAt: t.float64() }, 'Todo')
const State = schema({ todos: t.map(Todo) }, 'State')
type State = SchemaType<typeof State>

/** Of the buffer that a writer encodes into: as much as 100,000 records need at once. */
Encoder.BUFFER_SIZE = 16 * 1024 * 1024

class Writer implements Doc {
  readonly #state = new State()
  readonly #encoder = new Encoder(this.#state)

  create(record: TodoRecord): Uint8Array {
    this.#add(record)
    return this.#patch()
  }

  update(update: Update): Uint8Array {
    this.#set(update)
    return this.#patch()
  }

  updateTogether(updates: readonly Update[]): Uint8Array {
    for (const update of updates) this.#set(update)
    return this.#patch()
  }

  apply(): number {
    throw new Error('A writer of Colyseus takes no changes.')
  }

  fill({ records, updates }: Document): void {
    for (const record of records) this.#add(record)
    for (const update of updates) this.#set(update)
    this.#encoder.discardChanges()
  }

  each(visit: (record: TodoRecord) => void): void {
    eachOf(this.#state, visit)
  }

  read(id: string, field: Field): Value {
    return this.#state.todos.get(id)![field]
  }

  snapshot(): Uint8Array {
    return this.#encoder.encodeAll().slice()
  }

  load(): void {
    throw new Error('A writer of Colyseus takes no state.')
  }

  pull(): Crossed {
    throw new Error('A writer of Colyseus catches up with nobody.')
  }

  #add({ id, title, done, priority, updatedAt }: TodoRecord): void {
    const todo = new Todo()
    todo.title = title
    todo.done = done
    todo.priority = priority
    todo.updatedAt = updatedAt
    this.#state.todos.set(id, todo)
  }

  #set({ id, field, value }: Update): void {
    const todo: Record<Field, Value> = this.#state.todos.get(id)!
    todo[field] = value
  }

  #patch(): Uint8Array {
    const patch = this.#encoder.encode().slice()
    this.#encoder.discardChanges()
    return patch
  }
}

class Reader implements Doc {
  #decoder = new Decoder(new State())

  create(): undefined {
    throw new Error('A reader of Colyseus creates nothing.')
  }

  update(): undefined {
    throw new Error('A reader of Colyseus updates nothing.')
  }

  apply(message: Uint8Array): number {
    this.#decoder.decode(message)
    return 1
  }

  each(visit: (record: TodoRecord) => void): void {
    eachOf(this.#decoder.state, visit)
  }

  read(id: string, field: Field): Value {
    return this.#decoder.state.todos.get(id)![field]
  }

  snapshot(): Uint8Array {
    throw new Error('A reader of Colyseus serves nobody.')
  }

  load(snapshot: Uint8Array): void {
    this.#decoder.decode(snapshot)
  }

  /** Everything again: what was missed cannot be told apart. */
  pull(from: Doc): Crossed {
    const snapshot = from.snapshot()
    this.#decoder = new Decoder(new State())
    this.#decoder.decode(snapshot)
    return { asked: 0, answered: snapshot.length }
  }
}

function eachOf(state: State, visit: (record: TodoRecord) => void): void {
  for (const [id, { title, done, priority, updatedAt }] of state.todos) visit({ id, title, done, priority, updatedAt })
}

export const library = libraryOf((_, role) => (role === 'writer' ? new Writer() : new Reader()))
