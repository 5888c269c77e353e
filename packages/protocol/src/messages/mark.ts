/** `mark`: everything of the sender's ledger up to here is now with the receiver. */

import { invalid, isCount, isHexId, type RawObject } from '../check.js'
import { parseSince } from './cursor.js'

export interface Mark {
  readonly type: 'mark'
  readonly era: string
  readonly position: number

  /** In the middle of a catch-up: of the rows beyond `position`, the fields up to this earlier place. Absent where the two are one. */
  readonly since?: number
}

/** Rule M10. */
export function parseMark(raw: RawObject): Mark {
  const { era, position, since } = raw
  if (!isHexId(era)) throw invalid('era', '24 lower-case hex digits')
  if (!isCount(position)) throw invalid('position', 'a safe integer of at least 0')
  if (since === undefined) return { type: 'mark', era, position }
  return { type: 'mark', era, position, since: parseSince(since, position, 'since') }
}
