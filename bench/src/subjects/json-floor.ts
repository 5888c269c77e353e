/** The floor: each change a JSON array, into a Map of plain objects. No stamps, no merging, no events, no acknowledgements. */
import type { Crossed, Doc } from '../doc.js'
import { libraryOf } from '../doc-replica.js'
import type { Field, TodoRecord, Update, Value } from '../records.js'
import { FloorRows } from './floor-rows.js'

type Change = readonly ['c', string, string, boolean, number, number] | readonly ['u', string, Field, Value]

class JsonFloor extends FloorRows implements Doc {
  create(record: TodoRecord): Uint8Array {
    this.put(record)
    const { id, title, done, priority, updatedAt } = record
    return encode(['c', id, title, done, priority, updatedAt])
  }

  update(update: Update): Uint8Array {
    const { id, field, value } = update
    this.set(id, field, value)
    this.log.push(update)
    return encode(['u', id, field, value])
  }

  apply(message: Uint8Array): number {
    const change = decode(message) as Change
    if (change[0] === 'u') this.set(change[1], change[2], change[3])
    else {
      const [, id, title, done, priority, updatedAt] = change
      this.put({ id, title, done, priority, updatedAt })
    }
    return 1
  }

  snapshot(): Uint8Array {
    const rows: unknown[] = []
    this.each(({ id, title, done, priority, updatedAt }) => rows.push([id, title, done, priority, updatedAt]))
    return encode([this.log.length, rows])
  }

  load(snapshot: Uint8Array): void {
    const [have, rows] = decode(snapshot) as [number, [string, string, boolean, number, number][]]
    this.have = have
    for (const [id, title, done, priority, updatedAt] of rows) this.put({ id, title, done, priority, updatedAt })
  }

  pull(from: this): Crossed {
    const asked = encode(this.have)
    const answer = encode(from.log.slice(decode(asked) as number).map(({ id, field, value }) => [id, field, value]))
    const updates = decode(answer) as [string, Field, Value][]
    for (const [id, field, value] of updates) this.set(id, field, value)
    this.have += updates.length
    return { asked: asked.length, answered: answer.length }
  }
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
}

export const library = libraryOf(() => new JsonFloor())
