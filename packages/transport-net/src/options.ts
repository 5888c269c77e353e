/** The options that TCP and Unix sockets share, their defaults, and what they may be. */

import { TransportError } from './errors.js'

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
  checkNumber(address, 'connectTimeoutMs', options.connectTimeoutMs, 1, MAX_TIMER_MS)
  checkNumber(address, 'closeTimeoutMs', options.closeTimeoutMs, 1, MAX_TIMER_MS)
  checkNumber(address, 'maxConnections', options.maxConnections, 1, Number.MAX_SAFE_INTEGER)
}

/** Throws if the option is there and is no whole number from `least` to `most`. */
export function checkNumber(address: string, name: string, value: unknown, least: number, most: number): void {
  if (value === undefined) return
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  throw invalid(address, name, `a whole number from ${least} to ${most}`, value)
}

/** The error for an option that cannot be taken. */
export function invalid(address: string, name: string, wanted: string, value: unknown): TransportError {
  const found = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new TransportError('SYNCRO_OPTION_INVALID', address, `\`${name}\` must be ${wanted}, and is ${found}.`)
}
