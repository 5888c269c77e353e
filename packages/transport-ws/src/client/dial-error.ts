/** Says what the error event of a WebSocket that did not open means, as far as the platform tells. */

import { causeOf } from '../ends.js'
import { type Meaning, systemCode, TransportError } from '../errors.js'

const REFUSED: Meaning = [
  'SYNCRO_CONNECTION_REFUSED',
  'nobody listens there. Start the server, or check host and port; a link keeps dialling until then.',
]
const UNKNOWN: Meaning = [
  'SYNCRO_CONNECTION_REFUSED',
  'no WebSocket opened, and the platform does not say why: nobody listens there, or the path is wrong, or the server refused. Look at the network panel, or at the server; a link keeps dialling.',
]
const NOT_FOUND: Meaning = [
  'SYNCRO_HOST_NOT_FOUND',
  'the name of the host could not be looked up. Check its spelling and the network.',
]
const UNREACHABLE: Meaning = [
  'SYNCRO_HOST_UNREACHABLE',
  'no route leads to the host. Check the network and the address.',
]

/** What the operating system's codes mean, where the platform passes them on. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: REFUSED,
  ECONNRESET: REFUSED,
  ENOTFOUND: NOT_FOUND,
  EAI_AGAIN: NOT_FOUND,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENETDOWN: UNREACHABLE,
  EHOSTDOWN: UNREACHABLE,
  ETIMEDOUT: [
    'SYNCRO_CONNECT_TIMEOUT',
    'the host did not answer in time. Check that it runs and that no firewall is between.',
  ],
}

/** What `ws` says of an answer that opens no WebSocket. */
const STATUS = /^Unexpected server response: (\d{3})$/

/** The code, with the cure. */
export function dialError(address: string, event: unknown): TransportError {
  const cause = causeOf(event)
  const [code, message] = meaning(cause)
  return new TransportError(code, address, message, cause)
}

function meaning(cause: unknown): Meaning {
  const status = cause instanceof Error ? STATUS.exec(cause.message)?.[1] : undefined
  if (status !== undefined) return refusal(`HTTP ${status}`)
  const system = systemCode(cause)
  if (system === undefined) return UNKNOWN
  if (system.startsWith('HPE_')) return refusal('something that is not HTTP')
  return (
    MEANINGS[system] ?? [
      'SYNCRO_SOCKET_FAILED',
      `the operating system or TLS answered ${system}; see the error's cause.`,
    ]
  )
}

function refusal(answer: string): Meaning {
  return [
    'SYNCRO_UPGRADE_REFUSED',
    `the server answered ${answer} instead of opening a WebSocket. Check the path, what the server asks for, and that a proxy before it passes WebSockets on; a link keeps dialling.`,
  ]
}
