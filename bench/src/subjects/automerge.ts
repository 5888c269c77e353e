/** Automerge as documented: `change` on a document, with `ImmutableString` for text, which is one value and whose last writer wins. */
import * as A from '@automerge/automerge'
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Document, Field, TodoRecord, Update, Value } from '../records.js'
import { AutomergeCore, headBytes, seedDocument } from './automerge-core.js'

interface Todo {
  title: A.ImmutableString
  done: boolean
  priority: number
  updatedAt: number
}

class AutomergeDoc implements Doc {
  /** What whoever it was last in step with has too. */
  #shared: A.Heads = []
  #doc = A.load<{ todos: Record<string, Todo> }>(seedDocument)

  create({ id, title, done, priority, updatedAt }: TodoRecord): Uint8Array {
    this.#doc = A.change(this.#doc, ({ todos }) => {
      todos[id] = { title: new A.ImmutableString(title), done, priority, updatedAt }
    })
    return A.getLastLocalChange(this.#doc)!
  }

  update(update: Update): Uint8Array {
    return this.updateTogether([update])
  }

  updateTogether(updates: readonly Update[]): Uint8Array {
    this.#doc = A.change(this.#doc, ({ todos }) => {
      for (const { id, field, value } of updates)
        Object.assign(todos[id]!, { [field]: field === 'title' ? new A.ImmutableString(value) : value })
    })
    return A.getLastLocalChange(this.#doc)!
  }

  apply(message: Uint8Array): number {
    ;[this.#doc] = A.applyChanges(this.#doc, [message as A.Change])
    return 1
  }

  /** By the core: change by change it would take an hour. */
  fill(document: Document): void {
    const core = new AutomergeCore()
    core.fill(document)
    this.load(core.snapshot())
    core.free()
  }

  each(visit: (record: TodoRecord) => void): void {
    for (const [id, { title, done, priority, updatedAt }] of Object.entries(this.#doc.todos))
      visit({ id, title: title.val, done, priority, updatedAt })
  }

  read(id: string, field: Field): Value {
    const value = this.#doc.todos[id]![field]
    return value instanceof A.ImmutableString ? value.val : value
  }

  snapshot(): Uint8Array {
    this.#shared = A.getHeads(this.#doc)
    return A.save(this.#doc)
  }

  load(snapshot: Uint8Array): void {
    A.free(this.#doc)
    this.#doc = A.load(snapshot)
    this.#shared = A.getHeads(this.#doc)
  }

  /** As its sync messages do it: of heads that the other does not know, those that were last shared tell. */
  pull(from: this): Crossed {
    const heads = A.getHeads(this.#doc)
    const asked = headBytes * (heads.length + this.#shared.length)
    const answer = A.saveSince(from.#doc, A.hasHeads(from.#doc, heads) ? heads : this.#shared)
    this.#doc = A.loadIncremental(this.#doc, answer)
    this.#shared = A.getHeads(from.#doc)
    return { asked, answered: answer.length }
  }

  free(): void {
    A.free(this.#doc)
  }
}

export const library = libraryOf(() => new AutomergeDoc())
