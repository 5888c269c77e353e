/** Drafts: instances whose changes stay with them until they are saved, for forms that must not sync while being typed in. */
import { equalValues, handOut, type Value } from '@syncro/scriber'
import type { ModelBinding } from './binding.js'
import { type RecordState, type Staging, stateOf } from './record-state.js'
import type { AnyModel } from './types.js'

export class DraftValues implements Staging {
  readonly #binding: ModelBinding
  readonly #id: RecordState['id']
  /** What was changed in the draft, admitted. */
  #changed: (Value | undefined)[]
  /** What a new record starts with where the draft says nothing. */
  readonly #initial: readonly unknown[]
  /** The record that is drafted; undefined before a new one is saved. */
  #record: RecordState | undefined

  constructor(state: RecordState, initial: readonly unknown[], record: RecordState | undefined) {
    this.#binding = state.binding
    this.#id = state.id
    this.#initial = initial
    this.#record = record
    this.#changed = []
  }

  read(index: number): unknown {
    const changed = this.#changed[index]
    if (changed !== undefined) return handOut(changed)
    if (this.#record !== undefined) return this.#record.read(index)
    return handOut(this.#binding.fields[index]!.admitPlain(this.#initial[index]))
  }

  /** Checks like an assignment to the record. */
  write(index: number, value: unknown): void {
    this.put(index, this.#binding.fields[index]!.admit(value))
  }

  /** What the record shows anyway is no change: who types a value and then the old one again overwrites nobody. */
  put(index: number, value: Value): void {
    const shown = this.#record?.current(index)
    this.#changed[index] = shown !== undefined && equalValues(shown, value) ? undefined : value
  }

  save(): AnyModel {
    const changed = this.#changed
    if (this.#record === undefined) this.#record = stateOf(this.#binding.insert(this.#id, this.#initial, changed))
    else this.#update(this.#record, changed)
    this.#changed = []
    return this.#record.model!
  }

  #update(record: RecordState, changed: readonly (Value | undefined)[]): void {
    this.#binding.scriber.transact(() => {
      changed.forEach((value, index) => {
        if (value !== undefined) record.assign(index, value)
      })
    })
  }
}
