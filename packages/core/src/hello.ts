/** The handshake's rules: what a hello says, whom it lets in, and which of two sessions stays (DESIGN section 6). */
import type { Hello, PeerInfo, Value } from '@syncro/protocol'
import type { Environment } from './environment.js'
import { SessionError } from './errors.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'

/** Who wants to come in, and what it says for itself. */
export interface Claim {
  readonly uid: string
  /** The version of the protocol that it speaks. A client of version 1 shows nothing. */
  readonly version: 1 | 2
  readonly credentials: Value | undefined
  readonly peer: PeerInfo | undefined
}

/** Decides whether a client is who it says it is. Anything but `true`, a rejection included, refuses it. */
export type Authenticate = (claim: Claim) => boolean | Promise<boolean>

/** The hello of a session of ours. */
export function ourHello(context: SessionContext, number: number, credentials: Value | undefined): Hello {
  const { scriber, uid, space, durable, environment, encoding } = context
  return {
    type: 'hello',
    uid,
    versions: [2],
    ledger: scriber.ledgerId,
    era: scriber.era,
    space,
    view: '',
    durable,
    clock: wholeMs(environment.now()),
    number,
    ...(encoding === 'binary' ? { encodings: encodingsOf(environment) } : undefined),
    ...(credentials === undefined ? undefined : { auth: credentials }),
  }
}

/** What is read beside JSON. */
function encodingsOf({ compression }: Environment): readonly string[] {
  return compression === undefined ? ['binary'] : ['binary', deflate]
}

/** Names rows that are deflated among the encodings. */
export const deflate = 'deflate-raw'

/**
 * Refuses a hello that no session can come of.
 *
 * @param expected the uid that the session is for, where it is known.
 * @throws SessionError `SYNCRO_UID_MISMATCH`, `SYNCRO_VERSION_UNSUPPORTED`, `SYNCRO_SPACE_UNKNOWN`, `SYNCRO_SELF`, `SYNCRO_COPIED`.
 */
export function checkHello(hello: Hello, context: SessionContext, expected: string | undefined): void {
  const { scriber, space } = context
  if (expected !== undefined && hello.uid !== expected)
    throw new SessionError(
      'SYNCRO_UID_MISMATCH',
      `The other side is ${JSON.stringify(hello.uid)}, and ${JSON.stringify(expected)} was expected.`,
    )
  if (!hello.versions.includes(2))
    throw new SessionError(
      'SYNCRO_VERSION_UNSUPPORTED',
      `The other side speaks versions ${hello.versions.join(', ')}; this one speaks 2.`,
    )
  if (hello.space !== space || hello.view !== '')
    throw new SessionError(
      'SYNCRO_SPACE_UNKNOWN',
      `The other side asks for the space ${JSON.stringify(hello.space)} and the view ${JSON.stringify(hello.view)}; here is the space ${JSON.stringify(space)}, and one view of it.`,
    )
  if (hello.ledger !== scriber.ledgerId) return
  if (hello.era === scriber.era) throw new SessionError('SYNCRO_SELF', 'Both ends of the connection are this client.')
  throw new SessionError(
    'SYNCRO_COPIED',
    'Both sides have the same ledger: one is a copy of the other. The side that dialled goes on under a new id.',
  )
}

/** Of two sessions between the same eras the one with the greater number from the smaller ledger id stays, so that both sides choose alike. */
export function outlasts(session: Session, other: Session, ourLedger: string): boolean {
  const hello = session.hello
  if (hello === undefined || other.hello?.era !== hello.era) return true
  return ourLedger < hello.ledger ? session.number > other.number : hello.number > other.hello.number
}

/** Wall time as messages carry it: whole milliseconds, not before 1970. */
export function wholeMs(ms: number): number {
  return Math.max(0, Math.floor(ms))
}
