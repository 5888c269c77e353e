/** The options that TCP and Unix sockets share, their defaults, and what they may be. */

import { TransportError, type TransportErrorCode } from './errors.js'

/** Options of every socket, whichever side opened it. */
export interface SocketOptions {
  /**
   * How long to wait, after closing, for what was written to go and for the peer to end its side. Then the connection is cut off with
   * `SYNCRO_CLOSE_TIMEOUT`. In milliseconds. Default: 5,000.
   */
  readonly closeTimeoutMs?: number
}

/** Options for dialling; a listener does not look at them. */
export interface DialOptions extends SocketOptions {
  /** How long to wait for the other side to answer, name lookup included. In milliseconds. Default: 10,000. */
  readonly connectTimeoutMs?: number
}

/** Options for listening; dialling does not look at them. */
export interface ListenOptions extends SocketOptions {
  /** Most connections at a time; more are closed as they come. Default: no bound but the operating system's on open files. */
  readonly maxConnections?: number

  /**
   * Told what goes wrong with accepting while the listener keeps listening, such as too many open files. Default: a warning of the process.
   */
  readonly onError?: (error: unknown) => void
}

export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
export const DEFAULT_CLOSE_TIMEOUT_MS = 5_000

/**
 * Connections that may wait to be accepted. Node's 511 makes a thousand clients that return at once, after a server's restart, wait for a
 * second try of their kernel (TCP) or fails them (Unix sockets); the kernel lowers this to what it allows.
 */
export const BACKLOG = 4_096

/** The longest time that the platform's timers take; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647

/** Throws unless every number among the options is one that it can be. */
export function checkSocketOptions(address: string, options: DialOptions & ListenOptions): void {
  const check = (name: string, value: number | undefined, most: number) => {
    if (value === undefined || isWholeNumber(value, 1, most)) return
    throw invalid('SYNCRO_OPTION_INVALID', address, [name, `a whole number from 1 to ${most}`, value])
  }
  check('connectTimeoutMs', options.connectTimeoutMs, MAX_TIMER_MS)
  check('closeTimeoutMs', options.closeTimeoutMs, MAX_TIMER_MS)
  check('maxConnections', options.maxConnections, Number.MAX_SAFE_INTEGER)
}

export function isWholeNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

/** The error for a part of an address that cannot be. */
export function invalidAddress(address: string, ...found: Found): TransportError {
  return invalid('SYNCRO_ADDRESS_INVALID', address, found)
}

/** What it is, what it must be, and what it is instead. */
type Found = readonly [name: string, wanted: string, value: unknown]

function invalid(code: TransportErrorCode, address: string, [name, wanted, value]: Found): TransportError {
  const found = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new TransportError(code, address, `\`${name}\` must be ${wanted}, and is ${found}.`)
}
