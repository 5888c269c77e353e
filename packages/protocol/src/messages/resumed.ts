/** `resumed`: the answer to `resume`. */

import { invalid, isCount, type RawObject } from '../check.js'

export interface Resumed {
  readonly type: 'resumed'

  /** Whether the cursor in the other's `resume` is good here. */
  readonly good: boolean

  /** How many rows the sender's ledger holds: of two of which one is empty nothing has to be compared. */
  readonly rows: number
}

/** Rule M3. */
export function parseResumed(raw: RawObject): Resumed {
  const { good, rows } = raw
  if (typeof good !== 'boolean') throw invalid('good', 'true or false')
  if (!isCount(rows)) throw invalid('rows', 'a safe integer of at least 0')
  return { type: 'resumed', good, rows }
}
