/** `error`: why the sender ends the session. Nothing follows it. */

import { invalid, isCount, overLimit, type RawObject } from '../check.js'
import { MAX_ERROR_CODE_LENGTH, MAX_ERROR_TEXT_LENGTH } from '../limits.js'

export interface ErrorMessage {
  readonly type: 'error'

  /** The literal code of the sender's error, e.g. `SYNCRO_FRAME_TOO_LARGE`. A receiver may not know it. */
  readonly code: string

  /** For people. Encoding keeps the first 1,024 units. */
  readonly message: string

  /** The sender's corrected time, in ms, where the error is about clocks. */
  readonly time?: number
}

/** Rule M13. */
export function parseError(raw: RawObject): ErrorMessage {
  const { code, message, time } = raw
  if (typeof code !== 'string' || code === '') throw invalid('code', 'a string that is not empty')
  if (code.length > MAX_ERROR_CODE_LENGTH) throw overLimit('code', code.length, MAX_ERROR_CODE_LENGTH)
  if (typeof message !== 'string') throw invalid('message', 'a string')
  if (message.length > MAX_ERROR_TEXT_LENGTH) throw overLimit('message', message.length, MAX_ERROR_TEXT_LENGTH)
  if (time === undefined) return { type: 'error', code, message }
  if (!isCount(time)) throw invalid('time', 'a safe integer of at least 0')
  return { type: 'error', code, message, time }
}

export function writeError(error: ErrorMessage): object {
  const { code, time } = error
  const message = shortened(error.message)
  return time === undefined ? { type: 'error', code, message } : { type: 'error', code, message, time }
}

/** The text of an error as it is sent. The cut never parts a surrogate pair, since the receiver refuses half of one. */
export function shortened(text: string): string {
  if (text.length <= MAX_ERROR_TEXT_LENGTH) return text
  const last = text.charCodeAt(MAX_ERROR_TEXT_LENGTH - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_ERROR_TEXT_LENGTH - 1 : MAX_ERROR_TEXT_LENGTH)
}
