/** `ack`: everything of the receiver's ledger up to here is stored with the sender. */

import { invalid, isCount, isHexId, type RawObject } from '../check.js'

export interface Ack {
  readonly type: 'ack'
  readonly era: string
  readonly position: number
}

/** Rule M11. */
export function parseAck(raw: RawObject): Ack {
  const { era, position } = raw
  if (!isHexId(era)) throw invalid('era', '24 lower-case hex digits')
  if (!isCount(position)) throw invalid('position', 'a safe integer of at least 0')
  return { type: 'ack', era, position }
}
