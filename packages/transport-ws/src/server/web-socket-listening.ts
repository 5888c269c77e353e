/** Listens: the WebSockets of a path, from the first that is accepted to the last that has ended. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server as TlsServer } from 'node:tls'
import { type Connection, type Listening, MAX_FRAME_BYTES, type PeerInfo, type Receiver } from '@syncro/protocol'
import { WebSocketServer as Handshakes, type WebSocket } from 'ws'
import { TransportError } from '../errors.js'
import { DEFAULT_CLOSE_TIMEOUT_MS, KEEP_ALIVE_MS } from '../limits.js'
import { WebSocketConnection } from '../web-socket-connection.js'
import { enter } from './entrance.js'
import type { HttpServer, ListenOptions } from './options.js'
import { answer, Refusal, refuse } from './refusal.js'
import { hostAndPort, isOriginAllowed, peerOf } from './requests.js'

/** What the listener's user does with a connection. */
export type Accept = (connection: Connection, peer: PeerInfo) => Receiver

/** Where and how. */
export interface ListeningPlan<Context> {
  readonly label: string
  readonly path: string
  readonly options: ListenOptions<Context>
  /** Where what `onUpgrade` returned is kept. */
  readonly contexts: WeakMap<PeerInfo, Context>
}

/** The http server under it, and what is to be done with that in the end. */
export interface Ground {
  readonly server: HttpServer
  readonly close: () => Promise<void>
}

export class WebSocketListening<Context> implements Listening {
  readonly port?: number

  readonly #plan: ListeningPlan<Context>
  readonly #ground: Ground
  readonly #accept: Accept
  readonly #handshakes: Handshakes
  readonly #leave: () => void
  readonly #connections = new Set<WebSocketConnection>()
  /** Sockets whose request is being looked at. */
  readonly #asking = new Set<Duplex>()
  #closed: Promise<void> | undefined

  constructor(plan: ListeningPlan<Context>, ground: Ground, accept: Accept) {
    this.#plan = plan
    this.#ground = ground
    this.#accept = accept
    const { closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS } = plan.options
    // `closeTimeout` is for an end that the other side has begun.
    const limits = { maxPayload: MAX_FRAME_BYTES, closeTimeout: closeTimeoutMs }
    this.#handshakes = new Handshakes({ noServer: true, clientTracking: false, perMessageDeflate: false, ...limits })
    const leave = enter(ground.server, plan.path, (request, socket, head) => this.#take(request, socket, head))
    if (leave === undefined) throw inUse(plan)
    this.#leave = leave
    const bound = ground.server.address()
    if (bound !== null && typeof bound !== 'string') this.port = bound.port
  }

  /** As long as the http server that it was attached to does not listen yet, there is none to dial. */
  get address(): string {
    const { server } = this.#ground
    const bound = server.address()
    if (bound === null || typeof bound === 'string') return this.#plan.label
    const scheme = server instanceof TlsServer ? 'wss' : 'ws'
    return `${scheme}://${hostAndPort(bound.address, bound.port)}${this.#plan.path}`
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  report(error: unknown): void {
    const { onError } = this.#plan.options
    if (onError !== undefined) onError(error)
    else process.emitWarning(error instanceof Error ? error : String(error))
  }

  async #close(): Promise<void> {
    this.#leave()
    for (const socket of this.#asking) socket.destroy()
    const stopped = this.#ground.close()
    const connections = [...this.#connections]
    for (const connection of connections) connection.close()
    await Promise.all([stopped, ...connections.map((connection) => connection.ended)])
  }

  #take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Its end is told by 'close'; without a listener an error would end the process.
    socket.on('error', () => socket.destroy())
    const refusal = this.#objection(request)
    if (refusal !== undefined) {
      answer(socket, refusal)
      return
    }
    this.#asking.add(socket)
    socket.once('close', () => this.#asking.delete(socket))
    void this.#decide(request, socket, head)
  }

  #objection(request: IncomingMessage): Refusal | undefined {
    const { maxConnections = Number.POSITIVE_INFINITY, origins = [] } = this.#plan.options
    if (this.#connections.size + this.#asking.size >= maxConnections) return refuse(503, 'Too many connections.')
    if (isOriginAllowed(request, origins)) return undefined
    return refuse(
      403,
      `Pages of ${request.headers.origin} may not connect: the server's option \`origins\` does not list them.`,
    )
  }

  /** Asks the application, if it wants to be asked. */
  async #decide(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const context = await this.#plan.options.onUpgrade?.(request)
      if (context instanceof Refusal) answer(socket, context)
      else this.#open(request, socket, head, context)
    } catch (error) {
      // Whoever decides or accepts failed for this connection; the others are none of its business.
      if (this.#asking.has(socket)) answer(socket, refuse(500))
      this.report(error)
    }
    this.#asking.delete(socket)
  }

  #open(request: IncomingMessage, socket: Duplex, head: Buffer, context: Context | undefined): void {
    request.socket.setKeepAlive(true, KEEP_ALIVE_MS)
    // It answers itself to what is no proper request, and looks whether the other side is still there.
    this.#handshakes.handleUpgrade(request, socket, head, (webSocket) => {
      this.#asking.delete(socket)
      const peer = peerOf(request)
      if (context !== undefined) this.#plan.contexts.set(peer, context)
      this.#start(webSocket, peer)
    })
  }

  #start(webSocket: WebSocket, peer: PeerInfo): void {
    const connection = new WebSocketConnection(webSocket, peer.address, this.#plan.options)
    this.#connections.add(connection)
    connection.ended.then(() => this.#connections.delete(connection))
    try {
      connection.start(this.#accept(connection, peer))
    } catch (error) {
      webSocket.terminate()
      throw error
    }
  }
}

function inUse<Context>({ label, path }: ListeningPlan<Context>): TransportError {
  return new TransportError(
    'SYNCRO_ADDRESS_IN_USE',
    label,
    `WebSockets are taken at ${path} of this server already. Close the other listener, or choose another path.`,
  )
}
