/** What the end of a WebSocket means: its close codes (RFC 6455, section 7.4), and its errors. */

import { MAX_FRAME_BYTES } from '@syncro/protocol'
import { systemCode, TransportError } from './errors.js'
import type { ClosingEvent } from './socket.js'

/** The codes that we close with; a browser allows no others than 1000 and those from 3000. */
export const CLOSE_CODE = { normal: 1000, tooLarge: 4009 } as const

/** In order: normal; going away, as a page or a server does; without a code. */
const IN_ORDER: readonly number[] = [CLOSE_CODE.normal, 1001, 1005]

const BROKEN = 1006
const MESSAGE_TOO_BIG: readonly number[] = [1009, CLOSE_CODE.tooLarge]

/** The cause of an end; undefined if it was in order. */
export function closingError(address: string, { code, reason }: ClosingEvent): TransportError | undefined {
  if (IN_ORDER.includes(code)) return undefined
  if (code === BROKEN) return lost(address, 'the connection broke')
  const why = reason === '' ? `${code}` : `${code} ${JSON.stringify(reason)}`
  if (!MESSAGE_TOO_BIG.includes(code))
    return lost(address, `the other side ended the connection (WebSocket code ${why})`)
  return new TransportError(
    'SYNCRO_FRAME_TOO_LARGE',
    address,
    `the other side ended the connection because a message was too large for it (WebSocket code ${why}). A server, or a proxy before it, may take less than the ${MAX_FRAME_BYTES} bytes of this protocol: raise its limit.`,
  )
}

/** What an error event of an open WebSocket means. */
export function openError(address: string, event: unknown): TransportError {
  const cause = causeOf(event)
  if (systemCode(cause) === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return tooLarge(address, undefined, cause)
  return lost(address, 'the connection broke', cause)
}

/** A message that came is over the limit; `ws` does not say by how much. */
export function tooLarge(address: string, bytes?: number, cause?: unknown): TransportError {
  const message = bytes === undefined ? 'a message' : `a message of ${bytes} bytes`
  return new TransportError(
    'SYNCRO_FRAME_TOO_LARGE',
    address,
    `${message} is over the limit of ${MAX_FRAME_BYTES} bytes, so the connection was ended. Look at what is connected: no client of ours sends it.`,
    cause,
  )
}

/** The error in an error event, where the platform tells one. */
export function causeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'error' in event ? (event.error ?? undefined) : undefined
}

function lost(address: string, what: string, cause?: unknown): TransportError {
  return new TransportError(
    'SYNCRO_CONNECTION_LOST',
    address,
    `${what}. Whatever was not acknowledged goes over the next one.`,
    cause,
  )
}
