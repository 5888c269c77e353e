/** The records of one class in one Syncro: what the class's statics do, where a process has several Syncros. */
import { equalValues, type RecordId, type Value } from '@syncro/scriber'
import type { ModelBinding } from './binding.js'
import { shown, usageError, valueInvalid } from './errors.js'
import type { RecordEventName, RecordEvents } from './events.js'
import { stateOf } from './record-state.js'
import type { AnyModel, CreateParameters, Draft, WhereParameters } from './types.js'

/** The records of one class in one Syncro. Every method but `on` throws `SYNCRO_NOT_READY` before the store is open. */
export interface Collection<M> {
  /**
   * Creates a record, here and on every client. What is not given starts with the initial value of its field; every field is recorded.
   *
   * The id is given or made: a ULID, 26 characters that sort by time. A `create` for an id that lives merges into that record, field by
   * field: all fields are written, those with their initial values too, and the newest writes win. One for an id that was destroyed begins
   * its life anew.
   *
   * @returns the record's instance: the one that is held already, if there is one.
   * @throws UsageError `SYNCRO_VALUE_INVALID`, `SYNCRO_FIELD_UNKNOWN`, `SYNCRO_ID_INVALID`.
   */
  create(...values: CreateParameters<M>): M
  /** The record with an id; undefined if there is none, or it is destroyed. */
  find(id: IdOf<M>): M | undefined
  /** The first record found that meets the conditions; undefined if none does. */
  findBy(...conditions: WhereParameters<M>): M | undefined
  /**
   * The records that meet the conditions, as they are now: fields equal to those given (by value, as the accessor shows them), and the
   * predicate, if there is one. In no promised order.
   *
   * @throws UsageError `SYNCRO_FIELD_UNKNOWN`, `SYNCRO_VALUE_INVALID` for a value that the field could not have.
   */
  where(...conditions: WhereParameters<M>): M[]
  /** All records that live, in no promised order. */
  all(): M[]
  /** How many records live, or how many meet conditions as `where` takes them. */
  count(...conditions: WhereParameters<M> | []): number
  /** A draft of a new record: nothing of it is recorded before `save`. @throws UsageError as `create` does. */
  draft(...values: CreateParameters<M>): Draft<M>
  /** Brings a destroyed record back, with every field this client still has. @throws UsageError `SYNCRO_GONE` if nothing is left of it. */
  restore(id: IdOf<M>): M
  /** Listens on all records of the class, here and from elsewhere: one event for each record and batch. The result takes the listener off. */
  on<Name extends RecordEventName>(name: Name, listener: RecordEvents<M>[Name]): () => void
}

type IdOf<M> = M extends { readonly id: infer Id } ? Id : never

/** Conditions, taken apart. */
interface Search {
  readonly id: unknown
  readonly fields: readonly { readonly index: number; readonly value: Value }[]
  readonly predicate: ((record: AnyModel) => boolean) | undefined
}

export class ModelCollection<M extends AnyModel> implements Collection<M> {
  readonly #binding: ModelBinding

  constructor(binding: ModelBinding) {
    this.#binding = binding
  }

  create(...[values]: CreateParameters<M>): M {
    return this.#binding.create(checkValues(values)) as M
  }

  find(id: IdOf<M>): M | undefined {
    const binding = this.#binding
    binding.checkReady()
    const slot = binding.table.slot(id as RecordId)
    if (slot === undefined || !binding.table.lives(slot) || !binding.shows(id as RecordId)) return undefined
    return binding.instance(id as RecordId, slot) as M
  }

  findBy(...conditions: WhereParameters<M>): M | undefined {
    return this.#first(this.#search(conditions))
  }

  where(...conditions: WhereParameters<M>): M[] {
    return [...this.#matches(this.#search(conditions))]
  }

  all(): M[] {
    const binding = this.#binding
    binding.checkReady()
    const { table } = binding
    const records: AnyModel[] = []
    // A plain loop: this is what everything is read with.
    for (let slot = 0; slot < table.end; slot++) {
      const id = table.id(slot)
      if (id !== undefined && table.lives(slot) && binding.shows(id)) records.push(binding.instance(id, slot))
    }
    return records as M[]
  }

  count(...conditions: WhereParameters<M> | []): number {
    const search = this.#search(conditions)
    let count = 0
    if (search.predicate === undefined) for (const _slot of this.#slots(search)) count += 1
    else for (const _record of this.#matches(search)) count += 1
    return count
  }

  draft(...[given]: CreateParameters<M>): Draft<M> {
    this.#binding.checkReady()
    const values = checkValues(given)
    return makeDraft<M>(this.#binding, values, undefined)
  }

  restore(id: IdOf<M>): M {
    this.#binding.checkReady()
    const checked = this.#binding.idFor(id)
    const slot = this.#binding.scriber.record(this.#binding.name, 'restore', checked)
    return this.#binding.instance(checked, slot) as M
  }

  on<Name extends RecordEventName>(name: Name, listener: RecordEvents<M>[Name]): () => void {
    // The binding is untyped within: the events it makes are of this class's instances.
    return this.#binding.teller.on(name, listener as unknown as RecordEvents<AnyModel>[Name])
  }

  #first(search: Search): M | undefined {
    for (const record of this.#matches(search)) return record
    return undefined
  }

  *#matches(search: Search): IterableIterator<M> {
    const { table } = this.#binding
    for (const slot of this.#slots(search)) {
      const record = this.#binding.instance(table.id(slot)!, slot) as M
      if (search.predicate === undefined || search.predicate(record)) yield record
    }
  }

  /** The slots of the records that live and have the values looked for. */
  *#slots({ id, fields }: Search): IterableIterator<number> {
    const binding = this.#binding
    binding.checkReady()
    const { table } = binding
    const candidates = id === undefined ? table.livingSlots() : slotsOf(table.slot(id as RecordId))
    for (const slot of candidates) {
      if (!table.lives(slot) || !binding.shows(table.id(slot)!)) continue
      if (fields.every(({ index, value }) => equalValues(binding.fields[index]!.current(slot), value))) yield slot
    }
  }

  #search(parameters: readonly unknown[]): Search {
    const [first, second] = parameters
    const predicate = typeof first === 'function' ? first : second
    if (predicate !== undefined && typeof predicate !== 'function')
      throw new TypeError('A predicate is a function that takes a record.')
    const { id, ...values } = checkValues(typeof first === 'function' ? undefined : first) as {
      readonly [name: string]: unknown
    }
    if (id === undefined && typeof first === 'object' && first !== null && 'id' in first)
      throw valueInvalid(`${this.#binding.name}.id`, 'was to be undefined, which no id is')
    const fields = Object.entries(values).map(([name, value]) => {
      const index = this.#binding.indexOf(name)
      return { index, value: this.#binding.fields[index]!.admitPlain(value) }
    })
    return { id, fields, predicate: predicate as Search['predicate'] }
  }
}

/** A draft with values in it, and with `save`. */
export function makeDraft<M extends AnyModel>(
  binding: ModelBinding,
  values: object,
  record: AnyModel | undefined,
): Draft<M> {
  const state = record === undefined ? undefined : stateOf(record)
  const id = state?.id ?? binding.idFor('id' in values ? values.id : undefined)
  const given = binding.admitAll(values)
  const draft = binding.draft(id, state)
  given.forEach((value, index) => {
    if (value !== undefined) draft.values.put(index, value)
  })
  Object.defineProperty(draft.model, 'save', { value: () => draft.values.save(), configurable: true, writable: true })
  return draft.model as Draft<M>
}

function slotsOf(slot: number | undefined): readonly number[] {
  return slot === undefined ? [] : [slot]
}

/** @throws UsageError `SYNCRO_FIELD_UNKNOWN` for anything but an object. */
export function checkValues(values: unknown): object {
  if (values === undefined) return {}
  if (typeof values === 'object' && values !== null) return values
  throw usageError(
    'SYNCRO_FIELD_UNKNOWN',
    `Values are given by the names of their fields, like { title: 'Buy milk' }, and this is ${shown(values)}.`,
  )
}
