/** What is recorded and exchanged: changes in batches, rows for a catch-up, and the effects that objects are told. */
import type { RecordId } from './ids.js'
import type { Value } from './value.js'

/** A stamp with its writer. */
export interface Stamp {
  readonly stamp: number
  readonly writer: string
}

export type ChangeType = 'create' | 'update' | 'destroy' | 'restore'

/** One recorded create, update, destroy or restore of one record (the gem's scribe). */
export interface Change {
  readonly name: string
  readonly id: RecordId
  readonly type: ChangeType
  /** What was set; none for a destroy. */
  readonly fields?: { readonly [field: string]: Value }
  /** The destroy that a create or restore overcomes. */
  readonly after?: Stamp
}

/** The changes of one transaction: one stamp, merged in one step, judged as one. */
export interface Batch extends Stamp {
  readonly changes: readonly Change[]
}

/** One field of a row with its stamp. */
export interface FieldImage extends Stamp {
  readonly name: string
  readonly value: Value
}

/** What a row holds, or the part of it that somebody lacks. */
export interface RowImage {
  readonly name: string
  readonly id: RecordId
  /** Newest create or restore, and newest destroy; they travel together. */
  readonly birth?: Stamp
  readonly destroy?: Stamp
  readonly fields: readonly FieldImage[]
}

/** What one step did to one record, as its holders see it. */
export interface Effect {
  readonly name: string
  readonly id: RecordId
  readonly type: 'created' | 'changed' | 'destroyed'
  /** The fields whose values changed; at a creation all that are set. */
  readonly fields: readonly string[]
  /** Where the record lies: for bindings that read columns. */
  readonly slot: number
}

/** Two different values under one stamp: a data directory was copied and both copies wrote. The greater value stays, everywhere. */
export interface Conflict {
  readonly name: string
  readonly id: RecordId
  readonly field: string
  readonly stamp: Stamp
}

/** Where the records of a batch lie, as somebody remembers: it spares a look-up by id, and is checked. */
export interface Places {
  /** The slot of a change's record in its table; -1 if it is not known. */
  slotOf(change: number): number
  /** A change's record lies here. */
  lies(change: number, slot: number): void
}

/** What merging did. */
export interface Merged {
  /** False if nothing in it was newer than what is here: it is neither recorded nor forwarded. */
  readonly effective: boolean
  readonly effects: readonly Effect[]
  /** Of merged rows those that held anything newer: what is worth forwarding. Rows that came by columns are made at the first look. */
  readonly rows: readonly RowImage[]
  /**
   * Rows that are to be sent back whole: their destroy here is newer than the one that a birth brought along, or they held fields that waited for
   * that birth. Where somebody may have acknowledged their place they have a new one, with what is sent back: a catch-up brings it as well.
   */
  readonly outlived: readonly number[]
  readonly conflicts: readonly Conflict[]
}
