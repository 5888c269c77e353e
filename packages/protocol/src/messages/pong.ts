/** `pong`: the answer to `ping`. */

import { invalid, isCount, type RawObject } from '../check.js'

export interface Pong {
  readonly type: 'pong'

  /** The ping's clock, returned. */
  readonly clock: number

  /** The answerer's raw wall clock when the ping came, in ms. */
  readonly received: number

  /** The answerer's raw wall clock when this left, in ms. */
  readonly sent: number
}

/** Rule M12. */
export function parsePong(raw: RawObject): Pong {
  const { clock, received, sent } = raw
  if (!isCount(clock)) throw invalid('clock', 'a safe integer of at least 0')
  if (!isCount(received)) throw invalid('received', 'a safe integer of at least 0')
  if (!isCount(sent)) throw invalid('sent', 'a safe integer of at least 0')
  return { type: 'pong', clock, received, sent }
}
