/** `upgrade`: ours, in a version-1 frame; what its sender sends after it is version 2. */

import { invalid, isCount, type RawObject } from '../check.js'

export interface Upgrade {
  readonly type: 'upgrade'
  readonly version: 2

  /** The clock of the hello that this answers, returned. */
  readonly clock: number

  /** The sender's raw wall clock when that hello came, in ms. */
  readonly received: number

  /** The sender's raw wall clock when this left, in ms. */
  readonly sent: number

  /** The encoding of what its sender sends after it; JSON where it is left out. */
  readonly encoding?: 'binary'
}

/** Rule H2. */
export function parseUpgrade(raw: RawObject): Upgrade {
  const { version, clock, received, sent, encoding } = raw
  if (version !== 2) throw invalid('version', '2')
  if (!isCount(clock)) throw invalid('clock', 'a safe integer of at least 0')
  if (!isCount(received)) throw invalid('received', 'a safe integer of at least 0')
  if (!isCount(sent)) throw invalid('sent', 'a safe integer of at least 0')
  const upgrade = { type: 'upgrade', version, clock, received, sent } as const
  if (encoding === undefined) return upgrade
  if (encoding !== 'binary') throw invalid('encoding', '"binary", or left out')
  return { ...upgrade, encoding }
}
