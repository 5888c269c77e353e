/** How classes join: what is told of each step, and what a class gives a Syncro that keeps its records in step. */
import type { Effect, RecordId, Value } from '@syncro/scriber'
import type { Syncro } from './syncro.js'

/** A change that another client made, as it took effect here. */
export interface PlayedChange {
  readonly name: string
  readonly id: RecordId
  readonly type: 'create' | 'update' | 'destroy'
  /** The fields that are new: all of a created record, none of a destroyed one. */
  readonly data: { readonly [field: string]: Value }
  /** The client it came through. */
  readonly uid: string | undefined
}

/** An object that is told what others do to the records of a class; it records its own changes with `syncro.record`. The gem's `scribe_play`. */
export interface Player {
  /** The class's name on the wire. */
  readonly name: string
  play(change: PlayedChange): void
}

/** Under this key a class has the function that binds it to a Syncro. */
export const bind: unique symbol = Symbol.for('@syncro/core/bind')

/** Under this key a record's object has the function that says which record it is. */
export const recorded: unique symbol = Symbol.for('@syncro/core/recorded')

/** An object that shows a record: those of `@syncro/model` are. */
export interface Recorded {
  /** The name of its class on the wire, and its id. */
  [recorded](): readonly [name: string, id: RecordId]
}

/** A class that can be bound to a Syncro: those of `@syncro/model` are. */
export interface Bindable<Collection = unknown> {
  /** A type only: what `syncro.collection(Class)` gives. A static member cannot say it, since it knows no instance's type. */
  readonly prototype?: { readonly [bind]?: Collection }
  [bind](syncro: Syncro): Binding
}

/** Where a step came from. */
export interface StepOrigin {
  /** False for what was recorded here. */
  readonly remote: boolean
  /** The client it came through. */
  readonly uid?: string
}

/** A class as one Syncro knows it. */
export interface Binding<Collection = unknown> {
  /** The class's name on the wire. */
  readonly name: string
  /** What `syncro.collection(Class)` gives. */
  readonly collection: Collection
  /** Told once for each step that has effects on records of the class, when the whole step is in the ledger. Local steps too. */
  told(effects: readonly Effect[], origin: StepOrigin): void
  /** The Syncro has closed. */
  release(): void
}

export type Registrable = Player | Bindable

export function isBindable(registrable: Registrable): registrable is Bindable {
  return (
    (typeof registrable === 'object' || typeof registrable === 'function') &&
    registrable !== null &&
    bind in registrable
  )
}
