/** What both floors keep: a Map of plain objects, and the updates made here, for those who have some of them. */
import type { Field, TodoRecord, Update, Value } from '../records.js'

interface Row {
  title: string
  done: boolean
  priority: number
  updatedAt: number
}

export class FloorRows {
  readonly log: Update[] = []
  /** How many of the other's updates are here. */
  have = 0
  readonly #rows = new Map<string, Row>()

  put({ id, title, done, priority, updatedAt }: TodoRecord): void {
    this.#rows.set(id, { title, done, priority, updatedAt })
  }

  set(id: string, field: Field, value: Value): void {
    const row = this.#rows.get(id)!
    switch (field) {
      case 'title':
        row.title = value as string
        break
      case 'done':
        row.done = value as boolean
        break
      case 'priority':
        row.priority = value as number
        break
      case 'updatedAt':
        row.updatedAt = value as number
    }
  }

  each(visit: (record: TodoRecord) => void): void {
    for (const [id, { title, done, priority, updatedAt }] of this.#rows) visit({ id, title, done, priority, updatedAt })
  }

  read(id: string, field: Field): Value {
    return this.#rows.get(id)![field]
  }
}
