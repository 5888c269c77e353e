/** A field of one class in one Syncro: its column, its default, and the judge of its values. */
import { admitValue, type Column, handOut, type Scriber, type Value } from '@syncro/scriber'
import { isUsageError, shown, valueInvalid } from './errors.js'
import type { FieldTypeParts } from './field-type.js'
import type { SettledField } from './schema.js'
import type { Verdict } from './standard-schema.js'

/** What a validator said of a value that lies in the ledger. */
interface Judged {
  readonly value: Value
  readonly fits: boolean
}

export class BoundField {
  readonly name: string
  /** Class and field, as messages name them. */
  readonly where: string
  readonly column: Column
  readonly #parts: FieldTypeParts
  readonly #default: Value
  readonly #scriber: Scriber
  /** By slot, for fields with a validator: it is asked once for each value that is read, not at each reading. */
  readonly #judged = new Map<number, Judged>()

  constructor(field: SettledField, className: string, column: Column, scriber: Scriber) {
    this.name = field.name
    this.where = `${className}.${field.name}`
    this.column = column
    this.#parts = field.type.parts
    this.#default = field.default
    this.#scriber = scriber
  }

  /** What an accessor shows: the value, or the default where none is set or the one that is there does not fit. */
  read(slot: number): unknown {
    return handOut(this.current(slot))
  }

  /** The same for comparing: dates and bytes are the ledger's own. */
  current(slot: number): Value {
    const value = this.column.get(slot)
    return value !== undefined && this.fits(value, slot) ? value : this.#default
  }

  /** Whether a value that lies in the ledger is one of the field's type, and its validator agrees. */
  fits(value: Value, slot: number): boolean {
    const { accepts, validate } = this.#parts
    return accepts(value) && (validate === undefined || this.#approved(validate, value, slot))
  }

  /** The value to be recorded for one that is assigned. @throws UsageError `SYNCRO_VALUE_INVALID`, `SYNCRO_VALIDATOR_ASYNC`. */
  admit(value: unknown): Value {
    const admitted = this.admitPlain(value)
    const { validate } = this.#parts
    if (validate === undefined) return admitted
    const verdict = this.#ask(validate, value)
    if ('issues' in verdict)
      throw valueInvalid(this.where, `was given ${shown(value)}, which its validator refuses: ${verdict.issues}`)
    return this.admitPlain(verdict.value)
  }

  /** The same by the type alone, without the validator: for defaults that were not touched, and for comparing. */
  admitPlain(value: unknown): Value {
    const { accepts, expected } = this.#parts
    if (!accepts(value)) throw valueInvalid(this.where, `takes ${expected}, and was given ${shown(value)}`)
    return admitValue(value, this.where, this.#scriber.limits)
  }

  #ask(validate: (value: unknown) => Verdict, value: unknown): Verdict {
    try {
      return validate(value)
    } catch (error) {
      if (isUsageError(error)) throw error
      throw valueInvalid(this.where, `was given ${shown(value)}, at which its validator threw`, { cause: error })
    }
  }

  #approved(validate: (value: unknown) => Verdict, value: Value, slot: number): boolean {
    const known = this.#judged.get(slot)
    if (known !== undefined && known.value === value) return known.fits
    let fits = false
    try {
      fits = !('issues' in validate(handOut(value)))
    } catch (error) {
      // A value that arrived is nobody's mistake here, but a validator that throws is.
      this.#scriber.reportError(error)
    }
    this.#judged.set(slot, { value, fits })
    return fits
  }
}
