/** Ids and names that can be recorded, and the errors for records that cannot be changed. */
import { UsageError } from './errors.js'
import type { RecordId } from './ids.js'
import type { ScriberLimits } from './limits.js'
import { isForbiddenKey } from './value.js'

/** @throws UsageError `SYNCRO_ID_INVALID` for what cannot be a record's id. */
export function checkId(id: unknown, limits: ScriberLimits): asserts id is RecordId {
  if (
    typeof id === 'string'
      ? id.length > 0 && id.length <= limits.maxIdLength && id.isWellFormed()
      : Number.isSafeInteger(id) && !Object.is(id, -0)
  )
    return
  throw new UsageError(
    'SYNCRO_ID_INVALID',
    `${shownId(id)} cannot be a record's id: take text of 1 to ${limits.maxIdLength} characters, or a safe integer.`,
  )
}

/** An object may hold what keeps it from being made into text. */
function shownId(id: unknown): string {
  if (typeof id === 'string') return JSON.stringify(id)
  return typeof id === 'object' && id !== null ? 'An object' : String(id)
}

/** A change to a record that is destroyed. */
export function gone(name: string, id: RecordId): UsageError {
  return new UsageError(
    'SYNCRO_GONE',
    `${name} ${JSON.stringify(id)} is destroyed, and a destroyed record takes no changes. Restore it first, or leave it.`,
  )
}

/** A change to a record that nobody here knows. */
export function notFound(name: string, id: RecordId): UsageError {
  return new UsageError(
    'SYNCRO_NOT_FOUND',
    `There is no ${name} ${JSON.stringify(id)} here. Create it first, or wait until it has come from another client.`,
  )
}

/** A restore without anything to restore. */
export function nothingLeft(name: string, id: RecordId): UsageError {
  return new UsageError(
    'SYNCRO_GONE',
    `Nothing is left of ${name} ${JSON.stringify(id)} that could be restored. Create a new record instead.`,
  )
}

/** @throws UsageError `SYNCRO_NAME_INVALID` for what cannot name a class or a field. */
export function checkName(name: unknown, limits: ScriberLimits): void {
  if (
    typeof name === 'string' &&
    name.length > 0 &&
    name.length <= limits.maxNameLength &&
    name.isWellFormed() &&
    !isForbiddenKey(name)
  )
    return
  throw new UsageError(
    'SYNCRO_NAME_INVALID',
    `${JSON.stringify(name)} cannot name a class or a field: 1 to ${limits.maxNameLength} characters, and not __proto__, constructor or prototype.`,
  )
}
