/** `ping`: are you there, and what time is it where you are? */

import { invalid, isCount, type RawObject } from '../check.js'

export interface Ping {
  readonly type: 'ping'

  /** The sender's raw wall clock, in ms. */
  readonly clock: number
}

/** Rule M12. */
export function parsePing(raw: RawObject): Ping {
  const { clock } = raw
  if (!isCount(clock)) throw invalid('clock', 'a safe integer of at least 0')
  return { type: 'ping', clock }
}
