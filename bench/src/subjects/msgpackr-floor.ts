/** The floor in binary: msgpackr with record structures that both sides know, 128 changes a message, into a Map of plain objects. */
import { Packr } from 'msgpackr'
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Field, TodoRecord, Update } from '../records.js'
import { FloorRows } from './floor-rows.js'

type Change = TodoRecord | ({ readonly id: string } & { readonly [Name in Field]?: never })

const changesPerMessage = 128
const packr = new Packr({
  structures: [
    ['id', 'title', 'done', 'priority', 'updatedAt'],
    ['id', 'title'],
    ['id', 'done'],
    ['id', 'priority'],
    ['id', 'updatedAt'],
  ],
  maxSharedStructures: 5,
})

class MsgpackrFloor extends FloorRows implements Doc {
  #collected: Change[] = []

  create(record: TodoRecord): Uint8Array | undefined {
    this.put(record)
    return this.#collect(record)
  }

  update(update: Update): Uint8Array | undefined {
    this.set(update.id, update.field, update.value)
    this.log.push(update)
    return this.#collect(changeOf(update))
  }

  flush(): Uint8Array | undefined {
    if (this.#collected.length === 0) return undefined
    const message = packr.pack(this.#collected)
    this.#collected = []
    return message
  }

  apply(message: Uint8Array): number {
    const changes = packr.unpack(message) as Change[]
    for (const change of changes) this.#apply(change)
    return changes.length
  }

  snapshot(): Uint8Array {
    const rows: TodoRecord[] = []
    this.each((record) => rows.push(record))
    return packr.pack([this.log.length, rows])
  }

  load(snapshot: Uint8Array): void {
    const [have, rows] = packr.unpack(snapshot) as [number, TodoRecord[]]
    this.have = have
    for (const record of rows) this.put(record)
  }

  pull(from: this): Crossed {
    const asked = packr.pack(this.have)
    const answer = packr.pack(from.log.slice(packr.unpack(asked)).map(changeOf))
    this.have += this.apply(answer)
    return { asked: asked.length, answered: answer.length }
  }

  #collect(change: Change): Uint8Array | undefined {
    this.#collected.push(change)
    return this.#collected.length < changesPerMessage ? undefined : this.flush()
  }

  #apply(change: Change): void {
    const { id, title, done, priority, updatedAt } = change
    if (title !== undefined && done !== undefined) this.put(change as TodoRecord)
    else if (title !== undefined) this.set(id, 'title', title)
    else if (done !== undefined) this.set(id, 'done', done)
    else if (priority !== undefined) this.set(id, 'priority', priority)
    else this.set(id, 'updatedAt', updatedAt!)
  }
}

function changeOf(update: Update): Change {
  if (update.field === 'title') return { id: update.id, title: update.value } as Change
  if (update.field === 'done') return { id: update.id, done: update.value } as Change
  if (update.field === 'priority') return { id: update.id, priority: update.value } as Change
  return { id: update.id, updatedAt: update.value } as Change
}

export const library = libraryOf(() => new MsgpackrFloor())
