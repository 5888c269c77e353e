/** `resumed`: the answer to `resume`. */

import { invalid, type RawObject } from '../check.js'

export interface Resumed {
  readonly type: 'resumed'

  /** Whether the cursor in the other's `resume` is good here. */
  readonly good: boolean
}

/** Rule M3. */
export function parseResumed(raw: RawObject): Resumed {
  const { good } = raw
  if (typeof good !== 'boolean') throw invalid('good', 'true or false')
  return { type: 'resumed', good }
}
