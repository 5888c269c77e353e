/** The codes of what a program can do wrong with its classes, and how values are shown in messages. */
import { UsageError } from '@syncro/scriber'

/** Codes of the `UsageError`s thrown here, beside the recorder's own. Callers test `code`. */
export type ModelErrorCode =
  | 'SYNCRO_CLASS_AMBIGUOUS'
  | 'SYNCRO_CLASS_UNBOUND'
  | 'SYNCRO_CLASS_UNDECLARED'
  | 'SYNCRO_CLASS_UNNAMED'
  | 'SYNCRO_DECORATOR_MISUSED'
  | 'SYNCRO_DRAFT_LIMITED'
  | 'SYNCRO_EVENT_UNKNOWN'
  | 'SYNCRO_FIELD_INVALID'
  | 'SYNCRO_FIELD_SHADOWED'
  | 'SYNCRO_FIELD_UNKNOWN'
  | 'SYNCRO_NEW_BY_HAND'
  | 'SYNCRO_VALIDATOR_ASYNC'

/** An error of this package. */
export function usageError(code: ModelErrorCode, message: string): UsageError<ModelErrorCode> {
  return new UsageError(code, message)
}

/** The error for a value that its field does not take. */
export function valueInvalid(where: string, problem: string, options?: ErrorOptions): UsageError {
  return new UsageError(
    'SYNCRO_VALUE_INVALID',
    `${where} ${problem}. Nothing was recorded: give it a value that fits, or declare another type for the field.`,
    options,
  )
}

/** True for errors of ours, which say themselves what is wrong. */
export function isUsageError(error: unknown): error is UsageError<string> {
  return error instanceof UsageError
}

const shownLength = 60

/** A value as a message shows it: short, and telling text from numbers. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > shownLength ? `${value.slice(0, shownLength)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'an invalid date' : `the date ${value.toISOString()}`
  if (Array.isArray(value)) return `an array of ${value.length}`
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `an instance of ${name}` : 'an object'
}
