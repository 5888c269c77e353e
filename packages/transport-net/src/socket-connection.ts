/** One open socket as a Connection: orderly ends, and errors that are never unhandled. */

import type { Socket } from 'node:net'
import type { Connection, Receiver } from '@syncro/protocol'
import { socketError, TransportError } from './errors.js'
import { DEFAULT_CLOSE_TIMEOUT_MS, type SocketOptions } from './options.js'
import { after } from './timer.js'

/** Idle time after which the kernel asks a silent peer whether it is there; the sessions' own heartbeat is usually earlier. */
const KEEP_ALIVE_MS = 30_000

/** A socket that is connected. Create it and call `start` in the same tick, or events of the socket are missed. */
export class SocketConnection implements Connection {
  /** Resolves when the socket is gone, after the receiver was told. */
  readonly ended: Promise<void>

  readonly #socket: Socket
  readonly #address: string
  readonly #closeTimeoutMs: number
  #receiver: Receiver | undefined
  #closing = false
  #cause: TransportError | undefined
  #cancelDeadline: (() => void) | undefined

  constructor(socket: Socket, address: string, options: SocketOptions) {
    this.#socket = socket
    this.#address = address
    this.#closeTimeoutMs = options.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#tellEnd()
        resolve()
      })
    })
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('error', (error) => {
      this.#cause ??= socketError('open', address, error)
    })
    // The peer has ended its side; Node ends ours once what was written has gone, which a peer that does not read could put off for ever.
    socket.once('end', () => this.#startDeadline())
  }

  /** Delivers from now on. */
  start(receiver: Receiver): void {
    this.#receiver = receiver
    this.#socket.on('data', (bytes) => {
      if (!this.#closing) receiver.receive(bytes)
    })
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.writable ? this.#socket.write(bytes) : true
  }

  once(event: 'drain', listener: () => void): void {
    this.#socket.once(event, listener)
  }

  close(): void {
    if (this.#closing) return
    this.#closing = true
    this.#socket.end()
    // Whatever still comes is read and dropped, or the peer's end, which is behind it, would never be seen.
    this.#socket.resume()
    this.#startDeadline()
  }

  pause(): void {
    if (!this.#closing) this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  #startDeadline(): void {
    this.#cancelDeadline ??= after(this.#closeTimeoutMs, () => {
      this.#cause ??= new TransportError(
        'SYNCRO_CLOSE_TIMEOUT',
        this.#address,
        `the other side did not end the connection within ${this.#closeTimeoutMs} ms, so it was cut off. Give a longer \`closeTimeoutMs\` if it is only slow.`,
      )
      this.#socket.destroy()
    })
  }

  #tellEnd(): void {
    this.#cancelDeadline?.()
    this.#receiver?.close(this.#cause)
  }
}
