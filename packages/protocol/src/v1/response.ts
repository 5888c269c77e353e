/** `response`: the answer to a request. */

import type { RawObject } from '../check.js'
import type { JsonValue } from '../value.js'

export interface Response {
  readonly type: 'response'

  /** The request's id, as it came; null where the request had none. */
  readonly id: JsonValue

  /** A list of scribes after a `sync`, `true` after an `add_scribe` or a `noop`, anything after an `rpc`. */
  readonly result: JsonValue
}

/** Rule G5. */
export function parseResponse(raw: RawObject): Response {
  const { id, result } = raw
  return {
    type: 'response',
    id: id === undefined ? null : (id as JsonValue),
    result: result === undefined ? null : (result as JsonValue),
  }
}
