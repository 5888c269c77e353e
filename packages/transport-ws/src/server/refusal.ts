/** Refusing to open a WebSocket: an answer of HTTP's instead. */

import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** What `refuse` makes. */
export class Refusal {
  readonly status: number
  readonly message: string

  constructor(status: number, message: string) {
    this.status = status
    this.message = message
  }
}

/**
 * For `onUpgrade`: refuses a request with an HTTP status from 400 to 599, and a line of text for people. A browser's page is told neither, its network panel is.
 *
 * Throws a `RangeError` for any other status.
 */
export function refuse(status: number, message: string = STATUS_CODES[status] ?? 'Refused'): Refusal {
  if (Number.isInteger(status) && status >= 400 && status <= 599) return new Refusal(status, message)
  throw new RangeError(`A WebSocket is refused with a status from 400 to 599, and not with ${status}.`)
}

/** Answers a request for a WebSocket with a refusal, and ends its socket. */
export function answer(socket: Duplex, { status, message }: Refusal): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(message)}`,
  ]
  // Whoever does not end its own side is not waited for.
  socket.once('finish', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n${message}`)
}
