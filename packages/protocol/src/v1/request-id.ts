/** The `id` by which an answer names its request: any JSON value, given back as it came. */

import type { RawObject } from '../check.js'
import type { JsonValue } from '../value.js'

/** A request: the gem numbers its own from 1, and answers one without an id with `"id":null`. */
export interface Request {
  readonly id?: JsonValue
}

export function parseRequestId(raw: RawObject): Request {
  const { id } = raw
  return id === undefined ? {} : { id: id as JsonValue }
}
