/** `error` of version 1: a request failed. It has no id; receiving one raises an exception in the gem. */

import type { RawObject } from '../check.js'

export interface V1Error {
  readonly type: 'error'

  /** 403 class not synchronised, 404 class not exposed, 405 no such method, 0 anything that raised; null where it was no number. */
  readonly code: number | null
}

/** Rule G6. */
export function parseV1Error(raw: RawObject): V1Error {
  const { code } = raw
  return { type: 'error', code: typeof code === 'number' ? code : null }
}
