/** Errors of sessions, and the codes of what a program can do wrong here. */

export type CoreUsageErrorCode =
  | 'SYNCRO_BYTES_INVALID'
  | 'SYNCRO_CLASS_INVALID'
  | 'SYNCRO_CLASS_TAKEN'
  | 'SYNCRO_CLASS_UNKNOWN'
  | 'SYNCRO_CONNECTION_IN_USE'
  | 'SYNCRO_CONNECTION_INVALID'
  | 'SYNCRO_HISTORY_OFF'
  | 'SYNCRO_NOT_CONNECTED'
  | 'SYNCRO_TRANSPORT_INVALID'
  | 'SYNCRO_UID_INVALID'

export type SessionErrorCode =
  | 'SYNCRO_BEGUN_ANEW'
  | 'SYNCRO_CLOCK'
  | 'SYNCRO_CLOSED'
  | 'SYNCRO_CONNECTION_FAILED'
  | 'SYNCRO_COPIED'
  | 'SYNCRO_CURSOR_INVALID'
  | 'SYNCRO_FRAME_CUT'
  | 'SYNCRO_HANDSHAKE_TIMEOUT'
  | 'SYNCRO_HEARTBEAT_TIMEOUT'
  | 'SYNCRO_MESSAGE_UNEXPECTED'
  | 'SYNCRO_INTERNAL'
  | 'SYNCRO_REPLACED'
  | 'SYNCRO_SCRIBE_REFUSED'
  | 'SYNCRO_SCRIBE_TOO_LARGE'
  | 'SYNCRO_SELF'
  | 'SYNCRO_SLOW'
  | 'SYNCRO_SPACE_UNKNOWN'
  | 'SYNCRO_UID_MISMATCH'
  | 'SYNCRO_UID_UNKNOWN'
  | 'SYNCRO_UNAUTHENTICATED'
  | 'SYNCRO_VERSION_UNSUPPORTED'

/** Why a session ended, or why a link gave up. Nothing else is touched by it. Test `code`, never the text. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  /** One of `SessionErrorCode`, or the code of the protocol's or the other side's error. */
  readonly code: string
  /** True if the other side said so. */
  readonly remote: boolean
  /** Of `SYNCRO_CLOCK`: what time it is, in ms since the Unix epoch, for whoever refused a stamp. */
  readonly timeMs: number | undefined

  constructor(
    code: SessionErrorCode | (string & {}),
    message: string,
    options: ErrorOptions & { readonly remote?: boolean; readonly timeMs?: number | undefined } = {},
  ) {
    super(message, options)
    this.code = code
    this.remote = options.remote ?? false
    this.timeMs = options.timeMs
  }
}

/** Reasons that dialling again does not cure. */
const lasting: ReadonlySet<string> = new Set([
  'SYNCRO_SELF',
  'SYNCRO_SPACE_UNKNOWN',
  'SYNCRO_UID_MISMATCH',
  'SYNCRO_UID_UNKNOWN',
  'SYNCRO_UNAUTHENTICATED',
  'SYNCRO_VERSION_UNSUPPORTED',
])

export function isLasting(code: string): boolean {
  return lasting.has(code)
}

/** The code of an error of ours; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return error.code.startsWith('SYNCRO_') ? error.code : undefined
}
