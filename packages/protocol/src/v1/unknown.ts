/** A version-1 message that is none of ours and none of the gem's: the gem drops it without an answer, and so does the bridge. */

import type { JsonValue } from '../value.js'

export interface UnknownV1 {
  readonly type: 'unknown'

  /** The `type` as it came; null where there was none. */
  readonly sent: JsonValue
}

/** Rule G2. */
export function parseUnknown(type: unknown): UnknownV1 {
  return { type: 'unknown', sent: type === undefined ? null : (type as JsonValue) }
}
