/** The declared type of a field: which values it takes, and which one it shows where none is set. */
import type { FieldKind } from '@syncro/scriber'
import type { Verdict } from './standard-schema.js'

export interface FieldTypeParts {
  /** What a store makes of the field. */
  readonly kind: FieldKind
  /** What the type takes, in words: `… takes <expected>`. */
  readonly expected: string
  /** Judges a value by its type alone. */
  readonly accepts: (value: unknown) => boolean
  /** Judges what `accepts` has taken. */
  readonly validate?: ((value: unknown) => Verdict) | undefined
  /** Makes the default, anew each time. */
  readonly makeDefault?: (() => unknown) | undefined
  /** True where the default is only the null of `nullable()`: an initialiser may say something else. */
  readonly isNullDefault?: boolean
}

/**
 * A field's type, made with `t`.
 *
 * Its type parameters are the type of the values and whether it brings a default. It is invariant in the former: what a field takes is what
 * it gives.
 */
export class FieldType<Value, Defaulted extends boolean = boolean> {
  /** A type only. */
  declare readonly '~value': (value: Value) => Value
  /** A type only. */
  declare readonly '~defaulted': Defaulted
  /** For Syncro's own use. */
  readonly parts: FieldTypeParts

  constructor(parts: FieldTypeParts) {
    this.parts = parts
  }

  /** Takes `null` as well. Without another default it is the default; a validator is not asked about it. */
  nullable(): FieldType<Value | null, true> {
    const { kind, expected, accepts, validate, makeDefault, isNullDefault = false } = this.parts
    return new FieldType({
      kind,
      expected: `${expected} or null`,
      accepts: (value) => value === null || accepts(value),
      validate: validate && ((value) => (value === null ? { value } : validate(value))),
      makeDefault: makeDefault ?? (() => null),
      isNullDefault: makeDefault === undefined || isNullDefault,
    })
  }
}
