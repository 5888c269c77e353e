/** Automerge without its JS document, through `getBackend()`: the map of records is not copied for each change. Not how the documentation uses it. */
import { type Change, getBackend, type Heads, ImmutableString, init, load } from '@automerge/automerge'
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Document, Field, TodoRecord, Update, Value } from '../records.js'

/** What is used of the handle, whose class the package does not export. */
type Backend = ReturnType<typeof getBackend>

/** As the package's handles give text that was put as one value. */
interface Todo {
  readonly title: ImmutableString
  readonly done: boolean
  readonly priority: number
  readonly updatedAt: number
}

const todos = '/todos'
/** A document that has the map of records and nothing else: whoever begins with it merges with all others that did. */
export const seedDocument = makeSeed()

export class AutomergeCore implements Doc {
  #backend: Backend
  /** What whoever it was last in step with has too. */
  #shared: Heads = []

  constructor() {
    this.#backend = getBackend(load(seedDocument))
  }

  create(record: TodoRecord): Uint8Array {
    this.#add(record)
    return this.#commit()
  }

  update(update: Update): Uint8Array {
    this.#set(update)
    return this.#commit()
  }

  updateTogether(updates: readonly Update[]): Uint8Array {
    for (const update of updates) this.#set(update)
    return this.#commit()
  }

  apply(message: Uint8Array): number {
    this.#backend.applyChanges([message as Change])
    return 1
  }

  fill({ records, updates }: Document): void {
    for (const record of records) this.#add(record)
    this.#backend.commit()
    this.updateTogether(updates)
  }

  each(visit: (record: TodoRecord) => void): void {
    const all = this.#backend.materialize(todos) as unknown as Record<string, Todo>
    for (const [id, { title, done, priority, updatedAt }] of Object.entries(all))
      visit({ id, title: title.val, done, priority, updatedAt })
  }

  read(id: string, field: Field): Value {
    const value = this.#backend.get(`${todos}/${id}`, field)
    return value instanceof ImmutableString ? value.val : (value as Value)
  }

  snapshot(): Uint8Array {
    this.#shared = this.#backend.getHeads()
    return this.#backend.save()
  }

  load(snapshot: Uint8Array): void {
    this.#backend.free()
    this.#backend = getBackend(load(snapshot))
    this.#shared = this.#backend.getHeads()
  }

  /** As its sync messages do it: of heads that the other does not know, those that were last shared tell. */
  pull(from: this): Crossed {
    const heads = this.#backend.getHeads()
    const asked = headBytes * (heads.length + this.#shared.length)
    const knowsAll = heads.every((head) => from.#backend.getChangeMetaByHash(head) !== null)
    const answer = from.#backend.saveSince(knowsAll ? heads : this.#shared)
    this.#backend.loadIncremental(answer)
    this.#shared = from.#backend.getHeads()
    return { asked, answered: answer.length }
  }

  free(): void {
    this.#backend.free()
  }

  #add({ id, title, done, priority, updatedAt }: TodoRecord): void {
    const todo = this.#backend.putObject(todos, id, {})
    this.#backend.put(todo, 'title', title)
    this.#backend.put(todo, 'done', done)
    this.#backend.put(todo, 'priority', priority)
    this.#backend.put(todo, 'updatedAt', updatedAt)
  }

  #set({ id, field, value }: Update): void {
    this.#backend.put(`${todos}/${id}`, field, value)
  }

  #commit(): Uint8Array {
    this.#backend.commit()
    return this.#backend.getLastLocalChange()!
  }
}

/** Of a hash. */
export const headBytes = 32

function makeSeed(): Uint8Array {
  const backend = getBackend(init({ actor: '00' }))
  backend.putObject('/', 'todos', {})
  backend.commit(null, 0)
  const bytes = backend.save()
  backend.free()
  return bytes
}

export const library = libraryOf(() => new AutomergeCore())
