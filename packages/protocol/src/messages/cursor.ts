/** How far into somebody's ledger somebody has everything. */

import { invalid, isCount, isHexId, isLabel, isObject } from '../check.js'

/** A place in a ledger's order, as kept by whoever reads that ledger. */
export interface Cursor {
  /** The ledger that it points into: 24 lower-case hex digits. */
  readonly ledger: string

  /** The era of that ledger in which the position was given: 24 lower-case hex digits. */
  readonly era: string

  /** Everything up to and including this place is there. A safe integer of at least 0. */
  readonly position: number

  /**
   * In the middle of a catch-up: rows up to `position` are there, and of the rows beyond it the fields up to this earlier place. Absent where
   * the two are one.
   */
  readonly since?: number

  /** The fingerprint of the view that it is good for; `''` is everything. */
  readonly view: string
}

/** Rule M1. */
export function parseCursor(raw: unknown, path: string): Cursor {
  if (!isObject(raw)) throw invalid(path, 'an object')
  const { ledger, era, position, since, view } = raw
  if (!isHexId(ledger)) throw invalid(`${path}.ledger`, '24 lower-case hex digits')
  if (!isHexId(era)) throw invalid(`${path}.era`, '24 lower-case hex digits')
  if (!isCount(position)) throw invalid(`${path}.position`, 'a safe integer of at least 0')
  if (!isLabel(view)) throw invalid(`${path}.view`, 'a string of at most 256 units')
  const cursor = { ledger, era, position, view }
  return since === undefined ? cursor : { ...cursor, since: parseSince(since, position, `${path}.since`) }
}

/** The earlier place in a cursor or a mark. */
export function parseSince(since: unknown, position: number, path: string): number {
  if (!isCount(since) || since > position) throw invalid(path, 'a safe integer of at least 0 and at most the position')
  return since
}
