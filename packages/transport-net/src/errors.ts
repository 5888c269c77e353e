/** The one error of this package. Its reaction: this connection, or this attempt at one, is over; another may be tried. */

/** What can go wrong with sockets. */
export type TransportErrorCode =
  /** A host, port, path or text is no address; nothing but another address helps. */
  | 'SYNCRO_ADDRESS_INVALID'
  /** Another option has a value that it cannot have. */
  | 'SYNCRO_OPTION_INVALID'
  /** The path of a Unix socket has more bytes than the platform takes. */
  | 'SYNCRO_PATH_TOO_LONG'
  /** The directory of a Unix socket's path is not there. */
  | 'SYNCRO_PATH_NOT_FOUND'
  /** Nobody listens at the address that was dialled. */
  | 'SYNCRO_CONNECTION_REFUSED'
  /** The host's name is not known, or could not be looked up. */
  | 'SYNCRO_HOST_NOT_FOUND'
  /** No route leads to the host. */
  | 'SYNCRO_HOST_UNREACHABLE'
  /** The host did not answer in time. */
  | 'SYNCRO_CONNECT_TIMEOUT'
  /** The signal that was given aborted. */
  | 'SYNCRO_ABORTED'
  /** Somebody listens at this address already, or a file is in the way. */
  | 'SYNCRO_ADDRESS_IN_USE'
  /** The host to listen on is none of this machine's addresses. */
  | 'SYNCRO_ADDRESS_UNAVAILABLE'
  /** The operating system does not allow it. */
  | 'SYNCRO_PERMISSION_DENIED'
  /** An open connection broke: the peer's process or machine died, or the network did. */
  | 'SYNCRO_CONNECTION_LOST'
  /** The peer did not end its side in time after ours had ended, and was cut off. */
  | 'SYNCRO_CLOSE_TIMEOUT'
  /** The operating system refused for another reason, which is in `cause`. */
  | 'SYNCRO_SOCKET_FAILED'

/** A socket could not be opened, or has failed. Test `code`, never the text. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: TransportErrorCode
  /** The address that it is about, e.g. `tcp://127.0.0.1:10000`. */
  readonly address: string

  constructor(code: TransportErrorCode, address: string, message: string, cause?: unknown) {
    super(`${address}: ${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.address = address
  }
}

type Phase = 'dial' | 'listen' | 'open'

type Meaning = readonly [code: TransportErrorCode, message: string]

const REFUSED: Meaning = [
  'SYNCRO_CONNECTION_REFUSED',
  'nobody listens there. Start the server, or check the port or path; a link keeps dialling until then.',
]
const NOT_FOUND: Meaning = [
  'SYNCRO_HOST_NOT_FOUND',
  'the name of the host could not be looked up. Check its spelling and the network.',
]
const UNREACHABLE: Meaning = [
  'SYNCRO_HOST_UNREACHABLE',
  'no route leads to the host. Check the network and the address.',
]
const DENIED: Meaning = [
  'SYNCRO_PERMISSION_DENIED',
  'the operating system does not allow it. Ports below 1024 and some paths need more rights: choose another, or grant them.',
]

/** What the operating system's codes mean while dialling and listening; EAGAIN is what a Unix socket's full backlog answers. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: REFUSED,
  ECONNRESET: REFUSED,
  EAGAIN: REFUSED,
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
  EACCES: DENIED,
  EPERM: DENIED,
  EADDRINUSE: [
    'SYNCRO_ADDRESS_IN_USE',
    'somebody listens there already. Stop the other process, choose another port or path, or ask for port 0 to get a free one.',
  ],
  EADDRNOTAVAIL: [
    'SYNCRO_ADDRESS_UNAVAILABLE',
    'that is no address of this machine. Listen on one that it has, or on 0.0.0.0 for all of them.',
  ],
}

/** Whatever ends a connection that was open means the same to its user. */
const LOST: Meaning = [
  'SYNCRO_CONNECTION_LOST',
  'the connection broke. Whatever was not acknowledged goes over the next one.',
]
/** ENOENT: dialling, no socket file, so nobody listens; listening, no directory to put it in. */
const NO_PATH: Readonly<Record<Exclude<Phase, 'open'>, Meaning>> = {
  dial: REFUSED,
  listen: ['SYNCRO_PATH_NOT_FOUND', 'its directory does not exist. Create it first.'],
}

/** Says what an error of Node's means, with the cure. */
export function socketError(phase: Phase, address: string, cause: unknown): TransportError {
  const [code, message] = meaning(phase, systemCode(cause))
  return new TransportError(code, address, message, cause)
}

function meaning(phase: Phase, system: string): Meaning {
  if (phase === 'open') return LOST
  if (system === 'ENOENT') return NO_PATH[phase]
  return MEANINGS[system] ?? ['SYNCRO_SOCKET_FAILED', `the operating system answered ${system}; see the error's cause.`]
}

/** The operating system's code in an error of Node's, e.g. `ECONNREFUSED`. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
