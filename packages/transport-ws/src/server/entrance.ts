/** The paths of one http server at which WebSockets are taken: one listener for all of ours, beside those of others. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HttpServer } from './options.js'
import { answer, refuse } from './refusal.js'
import { pathOf } from './requests.js'

/** What is done with a request for a WebSocket. */
export type Take = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

const entrances = new WeakMap<HttpServer, Entrance>()

/** Takes the requests for a path until the function that is returned is called; undefined if somebody does already. */
export function enter(server: HttpServer, path: string, take: Take): (() => void) | undefined {
  const entrance = entrances.get(server) ?? new Entrance(server)
  entrances.set(server, entrance)
  return entrance.add(path, take)
}

class Entrance {
  readonly #server: HttpServer
  readonly #takes = new Map<string, Take>()
  readonly #listener: Take = (request, socket, head) => this.#take(request, socket, head)

  constructor(server: HttpServer) {
    this.#server = server
  }

  add(path: string, take: Take): (() => void) | undefined {
    if (this.#takes.has(path)) return undefined
    if (this.#takes.size === 0) this.#server.on('upgrade', this.#listener)
    this.#takes.set(path, take)
    return () => {
      if (this.#takes.get(path) !== take) return
      this.#takes.delete(path)
      if (this.#takes.size === 0) this.#server.off('upgrade', this.#listener)
    }
  }

  #take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = pathOf(request)
    const take = this.#takes.get(path)
    if (take !== undefined) {
      take(request, socket, head)
      return
    }
    // Another listener's, perhaps. If there is none, nobody else would ever answer.
    if (this.#server.listenerCount('upgrade') > 1) return
    socket.on('error', () => socket.destroy())
    answer(socket, refuse(404, `No WebSocket is served at ${path}.`))
  }
}
