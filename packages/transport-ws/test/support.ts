/** What the WebSocket tests share: an inbox that tells when something has come, both ends of a transport, and peers that are played by hand. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import type { Connection, Listener, Listening, PeerInfo, Receiver, Transport } from '@syncro/protocol'
import type { ClosingEvent, PlatformSocket, Sendable } from '@syncro/transport-ws/client'
import { onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

/** Keeps what arrives. */
export class Inbox implements Receiver {
  readonly chunks: Uint8Array[] = []
  readonly closes: (Error | undefined)[] = []
  length = 0
  /** Resolves with the cause, if there was one. */
  readonly closed: Promise<Error | undefined>
  #close: (cause: Error | undefined) => void = () => {}
  #waiting: { length: number; resolve: () => void }[] = []

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve
    })
  }

  receive(bytes: Uint8Array): void {
    this.chunks.push(bytes.slice())
    this.length += bytes.length
    for (const one of this.#waiting) if (one.length <= this.length) one.resolve()
    this.#waiting = this.#waiting.filter((one) => one.length > this.length)
  }

  close(cause?: Error): void {
    this.closes.push(cause)
    this.#close(cause)
  }

  /** Resolves with everything as text once so many bytes are here. */
  async text(length: number): Promise<string> {
    if (this.length < length) await new Promise<void>((resolve) => this.#waiting.push({ length, resolve }))
    return Buffer.concat(this.chunks).toString()
  }
}

/** One open end. */
export interface End {
  readonly connection: Connection
  readonly inbox: Inbox
}

/** Dials; rejects as the transport does. */
export async function dial(transport: Transport, signal?: AbortSignal): Promise<End> {
  const inbox = new Inbox()
  let opened: Connection | undefined
  await transport.open((connection) => {
    opened = connection
    return inbox
  }, signal)
  return { connection: opened!, inbox }
}

/** A listener that hands out its ends in the order in which they came; closed after the test. */
export class Host {
  readonly ends: (End & { readonly peer: PeerInfo })[] = []
  listening!: Listening
  #waiting: (() => void)[] = []

  static async at(listener: Listener): Promise<Host> {
    const host = new Host()
    host.listening = await listener.listen((connection, peer) => {
      const inbox = new Inbox()
      host.ends.push({ connection, inbox, peer })
      for (const resolve of host.#waiting.splice(0)) resolve()
      return inbox
    })
    onTestFinished(() => host.listening.close())
    return host
  }

  /** Resolves with the end of the connection that was accepted as the nth, counted from 0. */
  async end(index = 0): Promise<End & { readonly peer: PeerInfo }> {
    while (this.ends.length <= index) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.ends[index]!
  }
}

/** A WebSocket that can do no more than a browser's: nothing tells when something has gone, it cannot be paused, and it cannot be cut off. */
export class PlainWebSocket implements PlatformSocket {
  binaryType = 'blob'
  readonly #socket: WebSocket

  constructor(url: string) {
    this.#socket = new WebSocket(url)
    // A browser's says nothing to the console where nobody listens.
    this.#socket.on('error', () => undefined)
  }

  get readyState(): number {
    return this.#socket.readyState
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount
  }

  send(data: Sendable): void {
    this.#socket.send(data)
  }

  close(code?: number, reason?: string): void {
    // As browsers do.
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) throw new Error('InvalidAccessError')
    this.#socket.close(code, reason)
  }

  addEventListener(type: 'open' | 'error', listener: (event: unknown) => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: ClosingEvent) => void): void
  addEventListener(type: 'open' | 'error' | 'message' | 'close', listener: (event: never) => void): void {
    this.#socket.binaryType = this.binaryType === 'arraybuffer' ? 'arraybuffer' : 'nodebuffer'
    // Of an error a page is told nothing.
    if (type === 'error') this.#socket.addEventListener('error', () => listener({ type: 'error' } as never))
    else this.#socket.addEventListener(type as 'message', listener as (event: unknown) => void)
  }
}

/** The classes of WebSockets that clients are tested with. */
export const CLASSES = [
  ['ws', WebSocket],
  ["one that can do no more than a browser's", PlainWebSocket],
] as const

/** A WebSocket server whose half of a connection the test plays by hand. */
export async function handServer(): Promise<{ readonly url: string; readonly socket: Promise<WebSocket> }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  const socket = once(server, 'connection').then(([accepted]) => quiet(accepted))
  await once(server, 'listening')
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, socket }
}

/** A WebSocket client whose half of a connection the test plays by hand. */
export async function handClient(url: string): Promise<WebSocket> {
  const socket = quiet(new WebSocket(url))
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

/** How it ends is looked at on the other side. */
function quiet(socket: WebSocket): WebSocket {
  return socket.on('error', () => undefined)
}

/** An http server with a handler of its own. */
export async function httpServer(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => response.end(`a page at ${request.url}`)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** A server of sockets that does with each whatever it is told to. */
export async function tcpServer(take: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    take(socket)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Lets what is due happen so many times. */
export async function immediates(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await new Promise((resolve) => setImmediate(resolve))
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
