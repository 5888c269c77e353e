/** The base of synced classes: records as objects. */
import { type Binding, bind, recorded, type Syncro, type SyncState } from '@syncro/core'
import type { RecordId, Value } from '@syncro/scriber'
import { ModelBinding } from './binding.js'
import { type Collection, checkValues, type ModelCollection, makeDraft } from './collection.js'
import { type Made, takeState } from './construction.js'
import { shown, usageError } from './errors.js'
import type { RecordEventName, RecordEvents } from './events.js'
import { inspectRecord, jsonRecord, plainRecord } from './plain.js'
import { attachState, findState, type RecordState, stateOf } from './record-state.js'
import { schemaOf } from './schema.js'
import type {
  AnyModel,
  CreateParameters,
  Draft,
  FieldValues,
  ModelClass,
  PlainRecord,
  WhereParameters,
} from './types.js'

const inspectKey: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * A record that is kept in step. Assigning to a field records the change; reading shows the newest value.
 *
 * There is one instance for each record and `Syncro` while somebody holds it or listens on it. The type parameter is the type of `id`:
 * `Model<number>` for classes declared with `{ id: 'integer' }`.
 */
export abstract class Model<Id extends RecordId = string> implements AnyModel {
  /** A type only: what `syncro.collection(Class)` gives. */
  declare readonly [bind]?: Collection<this>

  /** Use `create` or `draft`. @throws UsageError `SYNCRO_NEW_BY_HAND`. */
  constructor(_madeByCreate: Made) {
    attachState(this, takeState(new.target))
  }

  /** Binds the class to a Syncro; `new Syncro({ models })` does. */
  static [bind](this: ModelClass<AnyModel>, syncro: Syncro): Binding {
    return new ModelBinding(this, schemaOf(this), syncro)
  }

  /** Creates a record in the one Syncro that binds the class; see `Collection.create`. */
  static create<M extends AnyModel>(this: ModelClass<M>, ...values: CreateParameters<M>): M {
    return collectionOf(this).create(...values)
  }

  /** The record with an id; undefined if there is none, or it is destroyed. */
  static find<M extends AnyModel>(this: ModelClass<M>, id: M['id']): M | undefined {
    return collectionOf<AnyModel>(this).find(id) as M | undefined
  }

  /** The first record found that meets the conditions; undefined if none does. */
  static findBy<M extends AnyModel>(this: ModelClass<M>, ...conditions: WhereParameters<M>): M | undefined {
    return collectionOf(this).findBy(...conditions)
  }

  /** The records that meet the conditions, as they are now; see `Collection.where`. */
  static where<M extends AnyModel>(this: ModelClass<M>, ...conditions: WhereParameters<M>): M[] {
    return collectionOf(this).where(...conditions)
  }

  /** All records that live, in no promised order. */
  static all<M extends AnyModel>(this: ModelClass<M>): M[] {
    return collectionOf(this).all()
  }

  /** How many records live, or how many meet conditions as `where` takes them. */
  static count<M extends AnyModel>(this: ModelClass<M>, ...conditions: WhereParameters<M> | []): number {
    return collectionOf(this).count(...conditions)
  }

  /** A draft of a new record: nothing of it is recorded before `save`. */
  static draft<M extends AnyModel>(this: ModelClass<M>, ...values: CreateParameters<M>): Draft<M> {
    return collectionOf(this).draft(...values)
  }

  /** Brings a destroyed record back; see `Collection.restore`. */
  static restore<M extends AnyModel>(this: ModelClass<M>, id: M['id']): M {
    return collectionOf<AnyModel>(this).restore(id) as M
  }

  /** Listens on all records of the class; see `Collection.on`. */
  static on<M extends AnyModel, Name extends RecordEventName>(
    this: ModelClass<M>,
    name: Name,
    listener: RecordEvents<M>[Name],
  ): () => void {
    return collectionOf(this).on(name, listener)
  }

  get id(): Id {
    return stateOf(this).id as Id
  }

  /**
   * Whether a client that keeps the record has acknowledged all that was changed here; `refused` is for classes with an authority, `unstored` says that
   * the store here could not keep what came last (see `syncro.storeProblem`).
   */
  get $sync(): SyncState {
    const { binding, id, staging, here } = stateOf(this)
    return staging !== undefined && !here ? 'pending' : binding.syncro.syncState(binding.name, id)
  }

  /** True once the record is destroyed, here or elsewhere: it shows its last values and takes no changes. */
  get $destroyed(): boolean {
    const state = stateOf(this)
    return !state.lives && (state.staging === undefined || state.here)
  }

  /** Destroys the record on every client. @throws UsageError `SYNCRO_GONE`, `SYNCRO_DRAFT_LIMITED`. */
  destroy(): void {
    const state = recordOf(this, 'destroy')
    state.checkLives()
    state.binding.scriber.record(state.binding.name, 'destroy', state.id)
  }

  /** Brings the record back, with every field this client still has. @throws UsageError `SYNCRO_GONE` if nothing is left, `SYNCRO_DRAFT_LIMITED`. */
  restore(): this {
    const state = recordOf(this, 'restore')
    state.binding.scriber.record(state.binding.name, 'restore', state.id)
    return this
  }

  /** Assigns several fields in one batch, or, if one of the values does not fit, none. @throws UsageError as assignments do, `SYNCRO_FIELD_UNKNOWN`. */
  update(values: FieldValues<this>): void {
    const state = stateOf(this)
    const { binding } = state
    const given = checkValues(values)
    if ('id' in given)
      throw usageError(
        'SYNCRO_FIELD_UNKNOWN',
        `The id of ${binding.name} ${shown(state.id)} cannot change: create a new record.`,
      )
    const admitted = binding.admitAll(given)
    const assign = (value: Value | undefined, index: number): void => {
      if (value === undefined) return
      if (state.staging === undefined) state.assign(index, value)
      else state.staging.put(index, value)
    }
    if (state.staging === undefined) binding.scriber.transact(() => admitted.forEach(assign))
    else admitted.forEach(assign)
  }

  /** A draft of this record: what is changed in it is recorded by `save` alone. @throws UsageError `SYNCRO_DRAFT_LIMITED`. */
  draft(): Draft<this> {
    const state = recordOf(this, 'draft')
    return makeDraft<this>(state.binding, {}, state.model)
  }

  /** Listens on this record: one event for each batch that concerns it. The result takes the listener off. @throws UsageError `SYNCRO_DRAFT_LIMITED`. */
  on<Name extends RecordEventName>(name: Name, listener: RecordEvents<this>[Name]): () => void {
    const { binding, id, model } = recordOf(this, 'on')
    return binding.teller.onRecord(id, model!, name, listener as unknown as RecordEvents<AnyModel>[Name])
  }

  /** Which record it is. */
  [recorded](): readonly [name: string, id: RecordId] {
    const { binding, id } = recordOf(this, 'history')
    return [binding.name, id]
  }

  /** Id and fields as a plain object. */
  toObject(): PlainRecord<this> {
    return plainRecord(stateOf(this)) as PlainRecord<this>
  }

  /** Id and fields for `JSON.stringify`: bigints in decimal, bytes in base64. */
  toJSON(): Record<string, unknown> {
    return jsonRecord(stateOf(this))
  }

  /** What Node's inspect and its console show. */
  [inspectKey](depth: number, options: object, inspect: (value: unknown, options: unknown) => string): string {
    const state = findState(this)
    return state === undefined ? '[Model]' : inspectRecord(state, depth, options, inspect)
  }
}

/** The state of a record's instance. @throws UsageError `SYNCRO_DRAFT_LIMITED` for a draft. */
function recordOf(model: object, member: string): RecordState {
  const state = stateOf(model)
  if (state.staging === undefined) return state
  const { name } = state.binding
  throw usageError(
    'SYNCRO_DRAFT_LIMITED',
    `A draft, or an instance that is still being made, has no ${member}(): it is no record. Save the draft, or use the record: ${name}.find(draft.id).`,
  )
}

/** What the one Syncro that binds a class has of it. @throws UsageError `SYNCRO_CLASS_UNBOUND`, `SYNCRO_CLASS_AMBIGUOUS`. */
function collectionOf<M extends AnyModel>(target: ModelClass<M>): ModelCollection<M> {
  const { bindings, name } = schemaOf(target)
  const [binding] = bindings
  if (binding === undefined)
    throw usageError(
      'SYNCRO_CLASS_UNBOUND',
      `${name} belongs to no Syncro: name it in new Syncro({ uid: …, models: [${name}] }) first, and do not use it after close().`,
    )
  if (bindings.size > 1)
    throw usageError(
      'SYNCRO_CLASS_AMBIGUOUS',
      `${name} belongs to ${bindings.size} Syncros. Say which: syncro.collection(${name}) has everything that ${name} has.`,
    )
  return binding.collection as unknown as ModelCollection<M>
}
