/** `mark`: everything of the sender's ledger up to here is now with the receiver. */

import { invalid, isCount, isHexId, type RawObject } from '../check.js'

export interface Mark {
  readonly type: 'mark'
  readonly era: string
  readonly position: number
}

/** Rule M10. */
export function parseMark(raw: RawObject): Mark {
  const { era, position } = raw
  if (!isHexId(era)) throw invalid('era', '24 lower-case hex digits')
  if (!isCount(position)) throw invalid('position', 'a safe integer of at least 0')
  return { type: 'mark', era, position }
}
