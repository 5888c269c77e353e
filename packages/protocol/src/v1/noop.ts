/** `noop`: are you there? Answered by a `response` with `true`. */

import type { RawObject } from '../check.js'
import { parseRequestId, type Request } from './request-id.js'

export interface Noop extends Request {
  readonly type: 'noop'
}

/** Rule G8. */
export function parseNoop(raw: RawObject): Noop {
  return { type: 'noop', ...parseRequestId(raw) }
}
