/** Dials: one socket, opened or not, in time or not. */

import type { Socket } from 'node:net'
import type { Connection, Receiver } from '@syncro/protocol'
import { socketError, TransportError } from './errors.js'
import { DEFAULT_CONNECT_TIMEOUT_MS, type DialOptions } from './options.js'
import { SocketConnection } from './socket-connection.js'
import { after } from './timer.js'

/** Where to and how. */
export interface Dialling {
  readonly address: string
  readonly options: DialOptions
  /** Starts a socket off; it is not connected yet. */
  readonly connect: () => Socket
}

/** Opens one connection, by the contract of `Transport.open`. */
export async function openSocket(
  dialling: Dialling,
  attach: (connection: Connection) => Receiver,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) throw aborted(dialling.address, signal)
  const socket = dialling.connect()
  // The listener of 'connect' attaches in that event's own tick: an await in between would miss what the socket says first.
  await connected(socket, dialling, signal, () => {
    const connection = new SocketConnection(socket, dialling.address, dialling.options)
    connection.start(attach(connection))
  })
}

function connected(
  socket: Socket,
  { address, options }: Dialling,
  signal: AbortSignal | undefined,
  onConnect: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS
    const settle = () => {
      cancelTimeout()
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', onError)
    }
    const fail = (error: unknown) => {
      settle()
      socket.destroy()
      reject(error)
    }
    const onError = (error: Error) => fail(socketError('dial', address, error))
    const onAbort = () => fail(aborted(address, signal))
    const cancelTimeout = after(timeoutMs, () => fail(timedOut(address, timeoutMs)))
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('error', onError)
    socket.once('connect', () => {
      settle()
      try {
        if (isItself(socket)) throw socketError('dial', address, itself)
        onConnect()
        resolve()
      } catch (error) {
        fail(error)
      }
    })
  })
}

/**
 * Where nobody listens, a socket that dials a port from the range of which it is itself given one may be given that very one, and TCP then connects it to
 * itself. To whoever dials again until the server is there this happens sooner or later, and it means no more than a refusal.
 */
function isItself({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort !== undefined && localPort === remotePort && localAddress === remoteAddress
}

const itself = Object.assign(new Error('the socket was connected to itself'), { code: 'ECONNREFUSED' })

function aborted(address: string, signal: AbortSignal | undefined): TransportError {
  return new TransportError('SYNCRO_ABORTED', address, 'dialling was aborted by its signal.', signal?.reason)
}

function timedOut(address: string, timeoutMs: number): TransportError {
  const cure =
    'Check the address, that the host runs and that no firewall is between, or give a longer `connectTimeoutMs`.'
  return new TransportError('SYNCRO_CONNECT_TIMEOUT', address, `no answer within ${timeoutMs} ms. ${cure}`)
}
