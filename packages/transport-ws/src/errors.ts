/** The one error of this package. Its reaction: this connection, or this attempt at one, is over; another may be tried. */

import { MAX_CAUSES } from './limits.js'

/** What can go wrong with WebSockets. */
export type TransportErrorCode =
  /** A URL, host, port or path is no address; nothing but another address helps. */
  | 'SYNCRO_ADDRESS_INVALID'
  /** Another option has a value that it cannot have, or the platform has no WebSocket and none was given. */
  | 'SYNCRO_OPTION_INVALID'
  /** Nobody listens at the address that was dialled; or, in a browser, whatever else kept the WebSocket from opening. */
  | 'SYNCRO_CONNECTION_REFUSED'
  /** Somebody answers at the address, but opens no WebSocket: the path is wrong, or credentials are. */
  | 'SYNCRO_UPGRADE_REFUSED'
  /** The host's name is not known, or could not be looked up. */
  | 'SYNCRO_HOST_NOT_FOUND'
  /** No route leads to the host. */
  | 'SYNCRO_HOST_UNREACHABLE'
  /** The host did not answer in time. */
  | 'SYNCRO_CONNECT_TIMEOUT'
  /** The signal that was given aborted. */
  | 'SYNCRO_ABORTED'
  /** Somebody listens at this port, or at this path of the server, already. */
  | 'SYNCRO_ADDRESS_IN_USE'
  /** The host to listen on is none of this machine's addresses. */
  | 'SYNCRO_ADDRESS_UNAVAILABLE'
  /** The operating system does not allow it. */
  | 'SYNCRO_PERMISSION_DENIED'
  /** An open connection broke, or the peer ended it for a reason of its own, which the message says. */
  | 'SYNCRO_CONNECTION_LOST'
  /** The peer did not end its side in time after ours had ended, and was cut off. */
  | 'SYNCRO_CLOSE_TIMEOUT'
  /** A message was over the limit of `@syncro/protocol`. */
  | 'SYNCRO_FRAME_TOO_LARGE'
  /** The operating system or TLS refused for another reason, which is in `cause`. */
  | 'SYNCRO_SOCKET_FAILED'

/** What a code means, for people, with the cure. */
export type Meaning = readonly [code: TransportErrorCode, message: string]

/** A WebSocket could not be opened, or has failed. Test `code`, never the text. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: TransportErrorCode
  /** The address that it is about, e.g. `wss://example.org/sync`. */
  readonly address: string

  constructor(code: TransportErrorCode, address: string, message: string, cause?: unknown) {
    super(`${address}: ${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.address = address
  }
}

/** The code in an error, or in whatever caused it, e.g. `ECONNREFUSED`; undefined where nobody says one. */
export function systemCode(error: unknown): string | undefined {
  let at = error
  for (let depth = 0; depth < MAX_CAUSES && typeof at === 'object' && at !== null; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    at = 'cause' in at ? at.cause : undefined
  }
  return undefined
}
