/** A scribe, the gem's word for a change, read as loosely as the gem reads it. What cannot be played is for the bridge to judge. */

import { isObject } from '../check.js'
import type { JsonValue } from '../value.js'

/** One change of one record, as the gem sends it. */
export interface Scribe {
  /** `[id, {…}]` in an update, `[id]` in a destroy, all attributes with the id in a create; null where it was missing. */
  readonly data: JsonValue

  /** Given by the side that sends it; opaque. Null where it was missing, or neither a string nor a number. */
  readonly id: string | number | null

  /** The class; null where it was missing or no string. */
  readonly klass: string | null

  /** `create`, `update` or `destroy`; anything else does nothing. Null where it was missing or no string. */
  readonly type: string | null
}

/** Reads one scribe of an `add_scribe` or of the answer to a `sync`; null if it is no object. Throws nothing. */
export function parseScribe(raw: unknown): Scribe | null {
  if (!isObject(raw)) return null
  const { data, id, klass, type } = raw
  return {
    data: data === undefined ? null : (data as JsonValue),
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    klass: typeof klass === 'string' ? klass : null,
    type: typeof type === 'string' ? type : null,
  }
}
