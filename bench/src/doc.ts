/** What a library with bytes for changes has to do: the rest, links and sockets, is the same for all of them. */
import type { Document, Field, TodoRecord, Update, Value } from './records.js'

export interface Doc {
  /** Makes a record in one change. @returns the change's bytes; undefined where they are collected. */
  create(record: TodoRecord): Uint8Array | undefined
  /** Changes one field in one change. @returns as `create` does. */
  update(update: Update): Uint8Array | undefined
  /** Makes many updates in one change. Left out by those who have no transactions. */
  updateTogether?(updates: readonly Update[]): Uint8Array
  /** Bytes of what is collected; undefined if nothing is. */
  flush?(): Uint8Array | undefined
  /** Applies one message. @returns how many changes were in it. */
  apply(message: Uint8Array): number
  /** Makes a whole document, in whatever batches are fastest. Left out: change by change. */
  fill?(document: Document): void
  each(visit: (record: TodoRecord) => void): void
  read(id: string, field: Field): Value
  /** Everything, for an empty one. */
  snapshot(): Uint8Array
  /** Takes a snapshot; nothing is here yet. */
  load(snapshot: Uint8Array): void
  /** Says what it has, is answered, and applies, until nothing is lacking. */
  pull(from: this): Crossed
  /** Gives its memory back. */
  free?(): void
}

/** Bytes of what was asked and of what was answered. */
export interface Crossed {
  readonly asked: number
  readonly answered: number
}
