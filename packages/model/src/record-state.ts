/** What an instance knows of itself: which record it is, and where that lies. */
import { type RecordId, UsageError, type Value } from '@syncro/scriber'
import type { ModelBinding } from './binding.js'
import type { AnyModel } from './types.js'

/** Values that are not in the ledger: those of an instance that is being made, or of a draft. */
export interface Staging {
  read(index: number): unknown
  write(index: number, value: unknown): void
  /** Writes what has been admitted. */
  put(index: number, value: Value): void
}

const noSlot = -1

export class RecordState {
  readonly binding: ModelBinding
  readonly id: RecordId
  /** Where it lay when last seen; `#here` says whether it still does. */
  slot: number
  /** Read and written instead of the ledger while it is there. */
  staging: Staging | undefined
  /** The instance itself, without a proxy around it. */
  model: AnyModel | undefined

  constructor(binding: ModelBinding, id: RecordId, slot: number = noSlot) {
    this.binding = binding
    this.id = id
    this.slot = slot
    this.staging = undefined
    this.model = undefined
    // Frameworks that wrap whatever they read out of a proxied instance leave objects alone that cannot be extended.
    Object.preventExtensions(this)
  }

  read(index: number): unknown {
    if (this.staging !== undefined) return this.staging.read(index)
    return this.binding.fields[index]!.read(this.here ? this.slot : noSlot)
  }

  /** What the ledger has, or the default; not to be handed out. */
  current(index: number): Value {
    return this.binding.fields[index]!.current(this.here ? this.slot : noSlot)
  }

  write(index: number, value: unknown): void {
    if (this.staging !== undefined) this.staging.write(index, value)
    else this.assign(index, this.binding.fields[index]!.admit(value))
  }

  /** Records an admitted value. @throws UsageError `SYNCRO_GONE`, `SYNCRO_NOT_READY`. */
  assign(index: number, value: Value): void {
    const { binding } = this
    binding.checkReady()
    this.checkLives()
    binding.scriber.assign(binding.table, this.slot, binding.fields[index]!.column, value)
  }

  get lives(): boolean {
    return this.here && this.binding.table.lives(this.slot)
  }

  /**
   * Whether anything is known of the record: its slot is given back when a transaction that created it is rolled back or its tombstone is
   * trimmed, and may be another record's by now.
   */
  get here(): boolean {
    const { table } = this.binding
    if (table.id(this.slot) === this.id) return true
    this.slot = table.slot(this.id) ?? noSlot
    return this.slot !== noSlot
  }

  checkLives(): void {
    if (this.lives) return
    const { name } = this.binding
    const shown = `${name} ${JSON.stringify(this.id)}`
    throw new UsageError(
      'SYNCRO_GONE',
      this.here
        ? `${shown} is destroyed, and a destroyed record takes no changes. Restore it first, or leave it.`
        : `${shown} is not here: the transaction that created it was rolled back, or it was destroyed long ago. Create a new one.`,
    )
  }
}

const stateKey = Symbol('syncro.state')

/** Puts a state into an instance, where proxies pass it through and nobody who lists properties meets it. */
export function attachState(model: AnyModel, state: RecordState): void {
  state.model = model
  Object.defineProperty(model, stateKey, { value: state, configurable: true, writable: true })
}

/** The state of an instance; undefined for a class's prototype. */
export function findState(model: object): RecordState | undefined {
  return (model as { readonly [stateKey]?: RecordState })[stateKey]
}

/** The state of an instance. */
export function stateOf(model: object): RecordState {
  const state = findState(model)
  if (state === undefined) throw new TypeError('This is no instance of a model: the member was taken off its object.')
  return state
}
