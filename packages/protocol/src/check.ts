/** The small questions that every parser asks. They return booleans, so that a path is only put together once something is wrong. */

import { ProtocolError } from './errors.js'
import { MAX_NAME_LENGTH } from './limits.js'
import type { RecordId } from './value.js'

/** An object as JSON.parse makes it, before anything in it has been looked at. */
export interface RawObject {
  readonly [key: string]: unknown
}

export function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** −0 is none: whoever compares bytes would take it for something else than 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)
}

/** A name of a class or a field. Lone surrogates are refused for the whole body at once, before this is asked. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH && !isReservedKey(value)
}

/** Names that reach JavaScript's own machinery where an object is used as a table. */
export function isReservedKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

export function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_NAME_LENGTH
}

export function isUid(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH
}

export function isRecordId(value: unknown): value is RecordId {
  if (typeof value === 'string') return value.length > 0 && value.length <= MAX_NAME_LENGTH
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}

/** The id of a ledger or of an era: 24 lower-case hex digits. A loop, since this is asked for every batch and a RegExp took twice as long. */
export function isHexId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== 24) return false
  for (let index = 0; index < 24; index++) {
    const unit = value.charCodeAt(index)
    if (unit < 48 || unit > 102 || (unit > 57 && unit < 97)) return false
  }
  return true
}

/** The error for a part that is not what its rule asks for. */
export function invalid(path: string, expected: string): ProtocolError {
  return new ProtocolError('SYNCRO_MESSAGE_INVALID', `${path === '' ? 'a message' : path} must be ${expected}`, {
    path,
  })
}

/** The error for a part that passes a limit. */
export function overLimit(path: string, actual: number, limit: number): ProtocolError {
  return new ProtocolError('SYNCRO_MESSAGE_INVALID', `${path} is ${actual}, over the limit of ${limit}`, {
    path,
    actual,
    limit,
  })
}
