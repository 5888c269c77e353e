/** An http server that is there for WebSockets alone. */

import { createServer, type Server } from 'node:http'
import { type Meaning, systemCode, TransportError } from '../errors.js'
import { BACKLOG } from '../limits.js'

/** Starts one; rejects with a `TransportError`. */
export function openPort(address: string, port: number, host: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain' })
    response.end('This port is for WebSockets.')
  })
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(listenError(address, error))
    server.once('error', onError)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', onError)
      resolve(server)
    })
  })
}

/** Stops one, and whatever is not a WebSocket on it; resolves when its WebSockets have ended as well. */
export function closePort(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  return closed
}

const DENIED: Meaning = [
  'SYNCRO_PERMISSION_DENIED',
  'the operating system does not allow it. Ports below 1024 need more rights: choose another, or grant them.',
]

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EADDRINUSE: [
    'SYNCRO_ADDRESS_IN_USE',
    'somebody listens there already. Stop the other process, choose another port, or ask for port 0 to get a free one.',
  ],
  EADDRNOTAVAIL: [
    'SYNCRO_ADDRESS_UNAVAILABLE',
    'that is no address of this machine. Listen on one that it has, or on 0.0.0.0 for all of them.',
  ],
  ENOTFOUND: [
    'SYNCRO_HOST_NOT_FOUND',
    'the name of the host could not be looked up. Check its spelling and the network.',
  ],
}

/** Says what an error of Node's means, with the cure. */
export function listenError(address: string, cause: unknown): TransportError {
  const system = systemCode(cause) ?? String(cause)
  const [code, message] = MEANINGS[system] ?? [
    'SYNCRO_SOCKET_FAILED',
    `the operating system answered ${system}; see the error's cause.`,
  ]
  return new TransportError(code, address, message, cause)
}
