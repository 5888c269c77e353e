/** `resume`: the first version-2 message of each side, with its cursor into the receiver's ledger. */

import type { RawObject } from '../check.js'
import { type Cursor, parseCursor } from './cursor.js'

export interface Resume {
  readonly type: 'resume'

  /** The sender's cursor into the receiver's ledger, as its store holds it; null where there is none. */
  readonly cursor: Cursor | null
}

/** Rule M2. */
export function parseResume(raw: RawObject): Resume {
  const { cursor } = raw
  return { type: 'resume', cursor: cursor === null ? null : parseCursor(cursor, 'cursor') }
}
