/** `catch-up`: what the sender's ledger holds beyond the receiver's cursor begins to come. */

import { invalid, isCount, type RawObject } from '../check.js'

export interface CatchUp {
  readonly type: 'catch-up'

  /** How many rows will come: an estimate that only shrinks. */
  readonly rows: number
}

/** Rule M7. */
export function parseCatchUp(raw: RawObject): CatchUp {
  const { rows } = raw
  if (!isCount(rows)) throw invalid('rows', 'a safe integer of at least 0')
  return { type: 'catch-up', rows }
}
