/** `add_scribe`: one change, live. Answered by a `response` with `true`. */

import type { RawObject } from '../check.js'
import { parseRequestId, type Request } from './request-id.js'
import { parseScribe, type Scribe } from './scribe.js'

export interface AddScribe extends Request {
  readonly type: 'add_scribe'

  /** Null where it was missing or no object. */
  readonly scribe: Scribe | null
}

/** Rule G4. */
export function parseAddScribe(raw: RawObject): AddScribe {
  return { type: 'add_scribe', scribe: parseScribe(raw.scribe), ...parseRequestId(raw) }
}
