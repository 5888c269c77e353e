/** `rpc`: a call of a public method of an exposed class. Answered by a `response` with its result. */

import type { RawObject } from '../check.js'
import type { JsonValue } from '../value.js'
import { parseRequestId, type Request } from './request-id.js'

export interface Rpc extends Request {
  readonly type: 'rpc'

  /** Null where it was missing or no string. */
  readonly klass: string | null

  /** Null where it was missing or no string. */
  readonly method: string | null

  /** One that is no list is taken for the only argument, as the gem does; a missing one for none. */
  readonly args: readonly JsonValue[]
}

/** Rule G7. */
export function parseRpc(raw: RawObject): Rpc {
  const { klass, method, args } = raw
  return {
    type: 'rpc',
    klass: typeof klass === 'string' ? klass : null,
    method: typeof method === 'string' ? method : null,
    args: Array.isArray(args) ? (args as JsonValue[]) : args === undefined || args === null ? [] : [args as JsonValue],
    ...parseRequestId(raw),
  }
}
