/** `era`: the sender's ledger has begun a new era within this session. */

import { invalid, isCount, isHexId, type RawObject } from '../check.js'

export interface Era {
  readonly type: 'era'

  /** The new era's id. */
  readonly era: string

  /** The position at which it began. */
  readonly began: number

  /** The era that it follows. */
  readonly previous: string
}

/** Rule M12. */
export function parseEra(raw: RawObject): Era {
  const { era, began, previous } = raw
  if (!isHexId(era)) throw invalid('era', '24 lower-case hex digits')
  if (!isCount(began)) throw invalid('began', 'a safe integer of at least 0')
  if (!isHexId(previous)) throw invalid('previous', '24 lower-case hex digits')
  return { type: 'era', era, began, previous }
}
