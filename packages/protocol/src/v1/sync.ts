/** `sync`: what have you recorded since? Answered by a `response` with scribes. */

import type { RawObject } from '../check.js'
import { parseRequestId, type Request } from './request-id.js'

export interface Sync extends Request {
  readonly type: 'sync'

  /** The id of the last scribe received from the other; null or `''` asks for all. */
  readonly from: string | number | null
}

/** An id that nobody gives, so what is asked for is unknown. */
const unknownFrom = '?'

/** Rule G3. */
export function parseSync(raw: RawObject): Sync {
  const { from } = raw
  const known =
    typeof from === 'string' || typeof from === 'number'
      ? from
      : from === undefined || from === null
        ? null
        : unknownFrom
  return { type: 'sync', from: known, ...parseRequestId(raw) }
}
