/** Loro: a LoroMap of LoroMaps with its full history. Handles are freed at once; everything is read by `toJSON`, one field by its handle. */
import { LoroDoc, LoroMap } from 'loro-crdt'
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Document, Field, TodoRecord, Update, Value } from '../records.js'
import { changesPerTurn } from '../settle.js'

type Fields = { readonly [Name in Field]: Value }
type Snapshots = 'snapshot' | 'update' | 'shallow-snapshot'

class LoroReplica implements Doc {
  readonly #doc = new LoroDoc<{ todos: LoroMap<Record<string, LoroMap<Fields>>> }>()
  readonly #todos = this.#doc.getMap('todos')
  readonly #snapshots: Snapshots
  #told: Uint8Array = new Uint8Array()

  constructor(snapshots: Snapshots) {
    this.#snapshots = snapshots
    this.#doc.subscribeLocalUpdates((bytes) => {
      this.#told = bytes
    })
  }

  create(record: TodoRecord): Uint8Array {
    this.#add(record)
    this.#doc.commit()
    return this.#told
  }

  update(update: Update): Uint8Array {
    this.#set(update)
    this.#doc.commit()
    return this.#told
  }

  updateTogether(updates: readonly Update[]): Uint8Array {
    for (const update of updates) this.#set(update)
    this.#doc.commit()
    return this.#told
  }

  apply(message: Uint8Array): number {
    this.#doc.import(message)
    return 1
  }

  fill({ records, updates }: Document): void {
    let count = 0
    const commitSometimes = () => {
      if (++count % changesPerTurn === 0) this.#doc.commit()
    }
    for (const record of records) {
      this.#add(record)
      commitSometimes()
    }
    for (const update of updates) {
      this.#set(update)
      commitSometimes()
    }
    this.#doc.commit()
  }

  each(visit: (record: TodoRecord) => void): void {
    for (const [id, fields] of Object.entries(this.#todos.toJSON() as Record<string, Omit<TodoRecord, 'id'>>))
      visit({ id, ...fields })
  }

  read(id: string, field: Field): Value {
    const todo = this.#todos.get(id)!
    const value = todo.get(field)
    todo.free()
    return value
  }

  snapshot(): Uint8Array {
    if (this.#snapshots !== 'shallow-snapshot') return this.#doc.export({ mode: this.#snapshots })
    return this.#doc.export({ mode: this.#snapshots, frontiers: this.#doc.frontiers() })
  }

  load(snapshot: Uint8Array): void {
    this.#doc.import(snapshot)
  }

  pull(from: this): Crossed {
    const version = this.#doc.oplogVersion()
    const answer = from.#doc.export({ mode: 'update', from: version })
    this.#doc.import(answer)
    const asked = version.encode().length
    version.free()
    return { asked, answered: answer.length }
  }

  free(): void {
    this.#todos.free()
    this.#doc.free()
  }

  #add({ id, title, done, priority, updatedAt }: TodoRecord): void {
    const todo = this.#todos.setContainer(id, new LoroMap<Fields>())
    todo.set('title', title)
    todo.set('done', done)
    todo.set('priority', priority)
    todo.set('updatedAt', updatedAt)
    todo.free()
  }

  #set({ id, field, value }: Update): void {
    const todo = this.#todos.get(id)!
    todo.set(field, value)
    todo.free()
  }
}

export const library = libraryOf(() => new LoroReplica('snapshot'))

/** The variants that serve everything as updates, or without history. */
export const libraryOfUpdates = libraryOf(() => new LoroReplica('update'))
export const libraryWithoutHistory = libraryOf(() => new LoroReplica('shallow-snapshot'))
