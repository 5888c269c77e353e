/** One open WebSocket as a Connection: message borders, orderly ends, back-pressure, and errors that are never unhandled. */

import { type Connection, MAX_FRAME_BYTES, type Receiver } from '@syncro/protocol'
import { received, toSend } from './body.js'
import { CLOSE_CODE, closingError, openError, tooLarge } from './ends.js'
import { TransportError } from './errors.js'
import { DEFAULT_CLOSE_TIMEOUT_MS, HIGH_WATER_BYTES, POLL_MS, POLLED_HIGH_WATER_BYTES } from './limits.js'
import type { SocketOptions } from './options.js'
import { type ClosingEvent, discard, isNodeSocket, type NodeSocket, OPEN, type PlatformSocket } from './socket.js'
import { after } from './timer.js'

/** A WebSocket that is open. Create it and call `start` in the same tick, or events of the socket are missed. */
export class WebSocketConnection implements Connection {
  readonly borders = true
  /** Resolves when the WebSocket is gone, after the receiver was told. */
  readonly ended: Promise<void>
  /** Only where the platform can be told to read no more; a browser cannot. */
  readonly pause?: () => void
  readonly resume?: () => void

  readonly #socket: PlatformSocket
  /** The same, where it can do more. */
  readonly #node: NodeSocket | undefined
  readonly #address: string
  readonly #closeTimeoutMs: number
  readonly #highWaterBytes: number
  #receiver: Receiver | undefined
  #closing = false
  #hasEnded = false
  #cause: TransportError | undefined
  #cancelDeadline: (() => void) | undefined
  #cancelPoll: (() => void) | undefined
  #isFull = false
  #drains: (() => void)[] = []
  #tellEnded: () => void = () => {}
  readonly #sent = () => this.#look()

  constructor(socket: PlatformSocket, address: string, options: SocketOptions) {
    this.#socket = socket
    this.#node = isNodeSocket(socket) ? socket : undefined
    this.#address = address
    this.#closeTimeoutMs = options.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS
    this.#highWaterBytes = this.#node === undefined ? POLLED_HIGH_WATER_BYTES : HIGH_WATER_BYTES
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve
    })
    if (this.#node !== undefined) {
      this.pause = () => this.#pause()
      this.resume = () => this.#node?.resume()
    }
    // Blobs would have to be waited for, out of order.
    if (socket.binaryType === 'blob') socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => this.#take(data))
    socket.addEventListener('error', (event) => {
      this.#cause ??= openError(address, event)
    })
    socket.addEventListener('close', (event) => this.#closed(event))
  }

  /** Delivers from now on. */
  start(receiver: Receiver): void {
    this.#receiver = receiver
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closing || this.#socket.readyState !== OPEN) return true
    if (this.#node === undefined) this.#socket.send(toSend(bytes))
    else this.#node.send(toSend(bytes), this.#sent)
    if (this.#socket.bufferedAmount <= this.#highWaterBytes) return true
    this.#isFull = true
    this.#poll()
    return false
  }

  once(_event: 'drain', listener: () => void): void {
    this.#drains.push(listener)
  }

  close(): void {
    this.#end(CLOSE_CODE.normal)
  }

  #end(code: number): void {
    if (this.#closing) return
    this.#closing = true
    // Before the socket sets a deadline of its own, which says less.
    this.#startDeadline()
    this.#socket.close(code)
    // Whatever still comes is read and dropped, or the peer's end, which is behind it, would never be seen.
    this.#node?.resume()
  }

  #pause(): void {
    if (!this.#closing) this.#node?.pause()
  }

  #take(data: unknown): void {
    this.#look()
    if (this.#closing) return
    const bytes = received(data)
    if (bytes.length > MAX_FRAME_BYTES) {
      this.#cause ??= tooLarge(this.#address, bytes.length)
      this.#end(CLOSE_CODE.tooLarge)
    } else this.#receiver?.receive(bytes)
  }

  /** Tells whoever waits for it that there is room again, if there is. */
  #look(): void {
    if (!this.#isFull || this.#socket.bufferedAmount > this.#highWaterBytes / 2) return
    this.#isFull = false
    this.#cancelPoll?.()
    this.#cancelPoll = undefined
    for (const listener of this.#drains.splice(0)) listener()
  }

  /** A platform that does not tell when something has gone has to be asked. */
  #poll(): void {
    if (this.#node !== undefined || this.#hasEnded) return
    this.#cancelPoll ??= after(POLL_MS, () => {
      this.#cancelPoll = undefined
      this.#look()
      if (this.#isFull) this.#poll()
    })
  }

  #startDeadline(): void {
    this.#cancelDeadline ??= after(this.#closeTimeoutMs, () => {
      this.#cause ??= new TransportError(
        'SYNCRO_CLOSE_TIMEOUT',
        this.#address,
        `the other side did not end the connection within ${this.#closeTimeoutMs} ms, so it was cut off. Give a longer \`closeTimeoutMs\` if it is only slow.`,
      )
      discard(this.#socket)
      // A platform that cannot cut off says nothing more for as long as the other side does not.
      this.#tellEnd()
    })
  }

  #closed(event: ClosingEvent): void {
    this.#cause ??= closingError(this.#address, event)
    this.#tellEnd()
  }

  #tellEnd(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#closing = true
    this.#cancelDeadline?.()
    this.#cancelPoll?.()
    this.#receiver?.close(this.#cause)
    this.#tellEnded()
  }
}
