/** Where a step came from. */
import type { Session } from '@syncro/core'
import type { Step } from '@syncro/scriber'
import { endOf } from '../network/line.js'
import type { Life } from '../world/life.js'

/** The session that a step came through; undefined for what was recorded here. Syncro's own sessions are the only origins. */
export function sessionOf({ origin }: Step): Session | undefined {
  return origin as Session | undefined
}

/** The client at the other end of a session. */
export function peerOf(session: Session): Life | undefined {
  return endOf(session.connection)?.other.host.owner as Life | undefined
}
