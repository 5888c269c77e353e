/** `t`: the types a field can be declared with. */
import type { FieldKind, Value } from '@syncro/scriber'
import { shown, usageError } from './errors.js'
import { FieldType, type FieldTypeParts } from './field-type.js'
import { askValidator, type StandardSchema } from './standard-schema.js'

/** What every type can be given. */
export interface FieldOptions<T> {
  /** Shown where the field was never set, and recorded at `create`; a function is called anew each time. With decorators the initialiser takes its place. */
  readonly default?: T | (() => T)
  /** Judges what is assigned, and its output is recorded; of what arrives from others it only judges. Synchronous. */
  readonly validate?: StandardSchema<T>
}

export interface IntegerOptions extends FieldOptions<number> {
  /** The smallest number taken. Default: −(2^53 − 1). */
  readonly min?: number
  /** The greatest number taken. Default: 2^53 − 1. */
  readonly max?: number
}

type HasDefault<Options> = Options extends { readonly default: unknown } ? true : false

type AnyFunction = (...values: never) => unknown

type Recordable<T> = T extends null | boolean | number | string | bigint | Date | Uint8Array
  ? T
  : T extends AnyFunction | symbol | undefined
    ? never
    : T extends object
      ? { readonly [Key in keyof T]: Recordable<T[Key]> }
      : never

type IfRecordable<T, Parameters extends readonly unknown[]> = [T] extends [Value]
  ? Parameters
  : [T] extends [Recordable<T>]
    ? Parameters
    : [problem: 'the type holds what cannot be recorded: undefined, functions or instances of classes']

function string<const Options extends FieldOptions<string> = FieldOptions<string>>(
  options?: Options,
): FieldType<string, HasDefault<Options>> {
  return made('text', 'text', (value) => typeof value === 'string', options)
}

function number<const Options extends FieldOptions<number> = FieldOptions<number>>(
  options?: Options,
): FieldType<number, HasDefault<Options>> {
  return made('number', 'a finite number', (value) => typeof value === 'number' && Number.isFinite(value), options)
}

function integer<const Options extends IntegerOptions = IntegerOptions>(
  options?: Options,
): FieldType<number, HasDefault<Options>> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options ?? {}
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min > max)
    throw usageError(
      'SYNCRO_FIELD_INVALID',
      `t.integer() takes safe integers as min and max, min first, and was given ${shown(min)} and ${shown(max)}.`,
    )
  return made(
    'integer',
    `a whole number${range(options ?? {})}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    options,
  )
}

function boolean<const Options extends FieldOptions<boolean> = FieldOptions<boolean>>(
  options?: Options,
): FieldType<boolean, HasDefault<Options>> {
  return made('boolean', 'true or false', (value) => typeof value === 'boolean', options)
}

function date<const Options extends FieldOptions<Date> = FieldOptions<Date>>(
  options?: Options,
): FieldType<Date, HasDefault<Options>> {
  return made('date', 'a Date', (value) => value instanceof Date && !Number.isNaN(value.getTime()), options)
}

function bigint<const Options extends FieldOptions<bigint> = FieldOptions<bigint>>(
  options?: Options,
): FieldType<bigint, HasDefault<Options>> {
  return made('bigint', 'a bigint', (value) => typeof value === 'bigint', options)
}

function bytes<const Options extends FieldOptions<Uint8Array> = FieldOptions<Uint8Array>>(
  options?: Options,
): FieldType<Uint8Array, HasDefault<Options>> {
  return made('bytes', 'a Uint8Array', (value) => value instanceof Uint8Array, options)
}

function oneOf<const Member extends string, const Options extends FieldOptions<Member> = FieldOptions<Member>>(
  members: readonly Member[],
  options?: Options,
): FieldType<Member, HasDefault<Options>> {
  if (members.length === 0 || members.some((member) => typeof member !== 'string'))
    throw usageError('SYNCRO_FIELD_INVALID', 't.enum() takes an array of the texts that are allowed: one at least.')
  const allowed: ReadonlySet<unknown> = new Set(members)
  return made('text', `one of ${members.map(shown).join(', ')}`, (value) => allowed.has(value), options)
}

function json<T = Value>(
  ...options: IfRecordable<T, [options: FieldOptions<T> & { readonly default: T | (() => T) }]>
): FieldType<T, true>
function json<T = Value>(...options: IfRecordable<T, [options?: FieldOptions<T>]>): FieldType<T, false>
function json(options?: FieldOptions<unknown>): FieldType<unknown> {
  return made('json', 'a JSON value, a Date, a bigint or a Uint8Array', isRecordable, options)
}

/**
 * The types of fields. Each takes `{ default, validate }`; `.nullable()` takes `null` too.
 *
 * `t.json<T>()` takes anything that can be recorded: `T` is yours to promise, since types are gone at run time (or give it a validator).
 * Arrays and objects are recorded as frozen copies, so a `readonly` type tells the truth.
 */
export const t = { string, number, integer, boolean, date, bigint, bytes, enum: oneOf, json } as const

function made<T, Defaulted extends boolean>(
  kind: FieldKind,
  expected: string,
  accepts: FieldTypeParts['accepts'],
  options: FieldOptions<unknown> = {},
): FieldType<T, Defaulted> {
  const { validate } = options
  const given = options.default
  return new FieldType({
    kind,
    expected,
    accepts,
    validate: validate && ((value) => askValidator(validate, value)),
    makeDefault: given === undefined ? undefined : typeof given === 'function' ? (given as () => unknown) : () => given,
  })
}

function isRecordable(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}

function range({ min, max }: IntegerOptions): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` from ${min}`
  return max === undefined ? '' : ` up to ${max}`
}
