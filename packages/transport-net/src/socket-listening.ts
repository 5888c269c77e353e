/** Listens: a server's sockets, from the first that is accepted to the last that has ended. */

import { createServer, type ListenOptions as NodeListenOptions, type Server, type Socket } from 'node:net'
import type { Connection, Listening, PeerInfo, Receiver } from '@syncro/protocol'
import { socketError } from './errors.js'
import { BACKLOG, type ListenOptions } from './options.js'
import { SocketConnection } from './socket-connection.js'

/** What the listener's user does with a connection. */
export type Accept = (connection: Connection, peer: PeerInfo) => Receiver

/** Where and how. */
export interface ListeningPlan {
  readonly address: string
  readonly options: ListenOptions
  readonly where: NodeListenOptions
  /** Says who has connected; undefined if it is gone already. */
  readonly peer: (socket: Socket) => PeerInfo | undefined
  /** Says where the server listens, once it does. */
  readonly bound: (server: Server) => { readonly address: string; readonly port?: number }
}

/** Starts to listen, by the contract of `Listener.listen`. */
export async function listenSockets(plan: ListeningPlan, accept: Accept): Promise<Listening> {
  const server = createServer()
  if (plan.options.maxConnections !== undefined) server.maxConnections = plan.options.maxConnections
  await bind(server, plan)
  return new SocketListening(server, plan, accept)
}

function bind(server: Server, { address, where }: ListeningPlan): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(socketError('listen', address, error))
    server.once('error', onError)
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', onError)
      resolve()
    })
  })
}

class SocketListening implements Listening {
  readonly address: string
  readonly port?: number

  readonly #server: Server
  readonly #plan: ListeningPlan
  readonly #accept: Accept
  readonly #connections = new Set<SocketConnection>()
  #closed: Promise<void> | undefined

  constructor(server: Server, plan: ListeningPlan, accept: Accept) {
    const { address, port } = plan.bound(server)
    this.address = address
    if (port !== undefined) this.port = port
    this.#server = server
    this.#plan = plan
    this.#accept = accept
    server.on('connection', (socket) => this.#take(socket))
    server.on('error', (error) => this.#report(socketError('listen', address, error)))
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const connections = [...this.#connections]
    for (const connection of connections) connection.close()
    await Promise.all([stopped, ...connections.map((connection) => connection.ended)])
  }

  #take(socket: Socket): void {
    const peer = this.#plan.peer(socket)
    const connection = new SocketConnection(socket, peer?.address ?? this.address, this.#plan.options)
    if (peer === undefined) {
      socket.destroy()
      return
    }
    this.#connections.add(connection)
    connection.ended.then(() => this.#connections.delete(connection))
    try {
      connection.start(this.#accept(connection, peer))
    } catch (error) {
      // Whoever accepts failed for this connection; the others are none of its business.
      socket.destroy()
      this.#report(error)
    }
  }

  #report(error: unknown): void {
    const { onError } = this.#plan.options
    if (onError !== undefined) onError(error)
    else process.emitWarning(error instanceof Error ? error : String(error))
  }
}
