/** Yjs: a Y.Map of Y.Maps, garbage collection on. Updates of version 1 in the stream and for differences, version 2 for the snapshot. */
import {
  applyUpdate,
  applyUpdateV2,
  encodeStateAsUpdate,
  encodeStateAsUpdateV2,
  encodeStateVector,
  Doc as YDoc,
  Map as YMap,
} from 'yjs'
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Document, Field, TodoRecord, Update, Value } from '../records.js'

interface Snapshots {
  encode(doc: YDoc): Uint8Array
  apply(doc: YDoc, snapshot: Uint8Array): void
}

class YjsDoc implements Doc {
  readonly #doc = new YDoc()
  readonly #todos: YMap<YMap<Value>> = this.#doc.getMap('todos')
  readonly #snapshots: Snapshots
  #told: Uint8Array = new Uint8Array()

  constructor(snapshots: Snapshots) {
    this.#snapshots = snapshots
    this.#doc.on('update', (update: Uint8Array) => {
      this.#told = update
    })
  }

  create(record: TodoRecord): Uint8Array {
    this.#doc.transact(() => this.#add(record))
    return this.#told
  }

  update({ id, field, value }: Update): Uint8Array {
    this.#todos.get(id)!.set(field, value)
    return this.#told
  }

  updateTogether(updates: readonly Update[]): Uint8Array {
    this.#doc.transact(() => {
      for (const { id, field, value } of updates) this.#todos.get(id)!.set(field, value)
    })
    return this.#told
  }

  apply(message: Uint8Array): number {
    applyUpdate(this.#doc, message)
    return 1
  }

  fill({ records, updates }: Document): void {
    this.#doc.transact(() => {
      for (const record of records) this.#add(record)
    })
    this.updateTogether(updates)
  }

  each(visit: (record: TodoRecord) => void): void {
    for (const [id, todo] of this.#todos)
      visit({
        id,
        title: todo.get('title') as string,
        done: todo.get('done') as boolean,
        priority: todo.get('priority') as number,
        updatedAt: todo.get('updatedAt') as number,
      })
  }

  read(id: string, field: Field): Value {
    return this.#todos.get(id)!.get(field)!
  }

  snapshot(): Uint8Array {
    return this.#snapshots.encode(this.#doc)
  }

  load(snapshot: Uint8Array): void {
    this.#snapshots.apply(this.#doc, snapshot)
  }

  pull(from: this): Crossed {
    const asked = encodeStateVector(this.#doc)
    const answer = encodeStateAsUpdate(from.#doc, asked)
    applyUpdate(this.#doc, answer)
    return { asked: asked.length, answered: answer.length }
  }

  free(): void {
    this.#doc.destroy()
  }

  #add({ id, title, done, priority, updatedAt }: TodoRecord): void {
    const todo = new YMap<Value>()
    todo.set('title', title)
    todo.set('done', done)
    todo.set('priority', priority)
    todo.set('updatedAt', updatedAt)
    this.#todos.set(id, todo)
  }
}

export const library = libraryOf(() => new YjsDoc({ encode: encodeStateAsUpdateV2, apply: applyUpdateV2 }))

/** The variant whose snapshot is of version 1 too. */
export const libraryV1 = libraryOf(() => new YjsDoc({ encode: encodeStateAsUpdate, apply: applyUpdate }))
