/** The one error of this package. Its reaction: the session it happened in ends, and nothing else. */

/** What can be wrong with what a peer sent, or with what was about to be sent to it. */
export type ProtocolErrorCode =
  /** A frame is longer than its limit; nothing of it was kept. */
  | 'SYNCRO_FRAME_TOO_LARGE'
  /** A version-2 frame says that its length is 0. */
  | 'SYNCRO_FRAME_EMPTY'
  /** The connection ended in the middle of a frame. */
  | 'SYNCRO_FRAME_CUT'
  /** A body is not UTF-8, or not JSON. */
  | 'SYNCRO_JSON_INVALID'
  /** A body is not in the binary encoding. */
  | 'SYNCRO_BINARY_INVALID'
  /** In the binary encoding: a number that was not defined, or was defined before, and otherwise. */
  | 'SYNCRO_NUMBER_INVALID'
  /** A body is JSON, but not a message: a part is missing, of another type, or over a limit. `path` says which. */
  | 'SYNCRO_MESSAGE_INVALID'
  /** A version-2 message has a type that version 2 does not have. */
  | 'SYNCRO_MESSAGE_UNKNOWN'

/** What an error may say beside its code. */
export interface ProtocolErrorDetails {
  /** The part of the message that is wrong, e.g. `changes[0].id`. */
  readonly path?: string

  /** What was found at a limit, in the limit's unit. */
  readonly actual?: number

  /** The limit that was passed. */
  readonly limit?: number

  readonly cause?: unknown
}

/** What a peer sent cannot be taken, or a message cannot be sent. Test `code`, never the text. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode
  readonly path: string | undefined
  readonly actual: number | undefined
  readonly limit: number | undefined

  constructor(code: ProtocolErrorCode, message: string, details: ProtocolErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.path = details.path
    this.actual = details.actual
    this.limit = details.limit
  }
}
