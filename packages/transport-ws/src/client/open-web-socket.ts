/** Dials: one WebSocket, opened or not, in time or not. */

import type { Connection, Receiver } from '@syncro/protocol'
import { TransportError } from '../errors.js'
import { DEFAULT_CONNECT_TIMEOUT_MS } from '../limits.js'
import { discard, type PlatformSocket } from '../socket.js'
import { after } from '../timer.js'
import { WebSocketConnection } from '../web-socket-connection.js'
import { dialError } from './dial-error.js'
import { platformWebSocket, type WebSocketClass } from './platform.js'
import type { WebSocketOptions } from './web-socket.js'

/** Where to and how. */
export interface Dialling {
  readonly url: string
  /** The same, for people. */
  readonly address: string
  readonly options: WebSocketOptions
}

/** Opens one connection, by the contract of `Transport.open`. */
export async function openWebSocket(
  dialling: Dialling,
  attach: (connection: Connection) => Receiver,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { address, options } = dialling
  if (signal?.aborted) throw aborted(address, signal)
  const socketClass = options.WebSocket ?? (await platformWebSocket(address))
  if (signal?.aborted) throw aborted(address, signal)
  const socket = begin(socketClass, dialling)
  // The listener of 'open' attaches in that event's own tick: an await in between would miss what the socket says first.
  await opened(socket, dialling, signal, () => {
    const connection = new WebSocketConnection(socket, address, options)
    connection.start(attach(connection))
  })
}

function begin(socketClass: WebSocketClass, { url, address }: Dialling): PlatformSocket {
  try {
    return new socketClass(url)
  } catch (cause) {
    // As browsers do for `ws:` in a page that came over https.
    const message = `the platform refuses this address (${cause instanceof Error ? cause.message : String(cause)}). A page that came over https can dial wss: only.`
    throw new TransportError('SYNCRO_ADDRESS_INVALID', address, message, cause)
  }
}

function opened(
  socket: PlatformSocket,
  { address, options }: Dialling,
  signal: AbortSignal | undefined,
  onOpen: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS
    let isWaiting = true
    const settle = () => {
      isWaiting = false
      cancelTimeout()
      signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: unknown) => {
      settle()
      discard(socket)
      reject(error)
    }
    const failWhileWaiting = (error: () => unknown) => {
      if (isWaiting) fail(error())
    }
    const onAbort = () => fail(aborted(address, signal))
    const cancelTimeout = after(timeoutMs, () => fail(timedOut(address, timeoutMs)))
    signal?.addEventListener('abort', onAbort, { once: true })
    // These stay: what `ws` says of a WebSocket that was given up must find somebody who listens.
    socket.addEventListener('error', (event) => failWhileWaiting(() => dialError(address, event)))
    socket.addEventListener('close', () => failWhileWaiting(() => dialError(address, undefined)))
    socket.addEventListener('open', () => {
      if (!isWaiting) return
      settle()
      try {
        onOpen()
        resolve()
      } catch (error) {
        fail(error)
      }
    })
  })
}

function aborted(address: string, signal: AbortSignal | undefined): TransportError {
  return new TransportError('SYNCRO_ABORTED', address, 'dialling was aborted by its signal.', signal?.reason)
}

function timedOut(address: string, timeoutMs: number): TransportError {
  const cure =
    'Check the address, that the host runs and that no firewall is between, or give a longer `connectTimeoutMs`.'
  return new TransportError('SYNCRO_CONNECT_TIMEOUT', address, `no answer within ${timeoutMs} ms. ${cure}`)
}
