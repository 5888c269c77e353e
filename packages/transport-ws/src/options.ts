/** The options that both sides share, and what options may be. */

import { TransportError, type TransportErrorCode } from './errors.js'
import { MOST } from './limits.js'

/** Options of every WebSocket, whichever side opened it. */
export interface SocketOptions {
  /**
   * How long to wait, after closing, for what was written to go and for the peer to end its side. Then the connection is cut off with
   * `SYNCRO_CLOSE_TIMEOUT`. In milliseconds. Default: 5,000.
   */
  readonly closeTimeoutMs?: number
}

/** Throws unless every number among the options is one that it can be. */
export function checkNumbers(address: string, options: { readonly [Name in keyof typeof MOST]?: number }): void {
  for (const name of ['connectTimeoutMs', 'closeTimeoutMs', 'maxConnections'] as const) {
    const value = options[name]
    if (value === undefined || isWholeNumber(value, 1, MOST[name])) continue
    throw invalidOption(address, name, `a whole number from 1 to ${MOST[name]}`, value)
  }
}

export function isWholeNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

/** The error for a part of an address that cannot be. */
export function invalidAddress(address: string, ...found: Found): TransportError {
  return invalid('SYNCRO_ADDRESS_INVALID', address, found)
}

/** The error for another option that cannot be. */
export function invalidOption(address: string, ...found: Found): TransportError {
  return invalid('SYNCRO_OPTION_INVALID', address, found)
}

/** What it is, what it must be, and what it is instead. */
type Found = readonly [name: string, wanted: string, value: unknown]

function invalid(code: TransportErrorCode, address: string, [name, wanted, value]: Found): TransportError {
  const found = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return new TransportError(code, address, `\`${name}\` must be ${wanted}, and is ${found}.`)
}
