/** Where a server listens for WebSockets, and for whom. */

import type { IncomingMessage, Server } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { checkNumbers, invalidAddress, invalidOption, isWholeNumber, type SocketOptions } from '../options.js'
import type { Refusal } from './refusal.js'

export type HttpServer = Server | HttpsServer

/** Options of every listener. */
export interface ListenOptions<Context> extends SocketOptions {
  /** The path that clients dial. Default: `/`. */
  readonly path?: string

  /**
   * Sees each request for a WebSocket before it is answered, with its headers (cookies, say) and its URL. What it returns is kept, for `contextOf`;
   * `refuse(401)` refuses. What it throws is told to `onError`, and refuses with 500.
   */
  readonly onUpgrade?: (request: IncomingMessage) => Context | Refusal | Promise<Context | Refusal>

  /**
   * Pages that may connect, beside those of the very host that is dialled: origins such as `https://app.example.org`, or `'*'` for all. Browsers let any page
   * dial any server, a local one too, with its user's cookies; others than browsers send no origin and are not held up by this. Default: none.
   */
  readonly origins?: readonly string[] | '*'

  /** Most connections at a time, those that are being accepted included; more are refused with 503. Default: no bound. */
  readonly maxConnections?: number

  /** Told what goes wrong with accepting while the listener keeps listening. Default: a warning of the process. */
  readonly onError?: (error: unknown) => void
}

/** A port of its own. */
export interface OwnPortOptions<Context> extends ListenOptions<Context> {
  /** The port. 0 takes a free one, which `Listening.port` tells. */
  readonly port: number

  /** The host to listen on; `0.0.0.0` or `::` takes connections from everywhere: ask for credentials then. Default: `127.0.0.1`. */
  readonly host?: string

  readonly server?: never
}

/** A path of an http or https server, which goes on with all else that it does, and stays open when listening ends. */
export interface AttachedOptions<Context> extends ListenOptions<Context> {
  readonly server: HttpServer
  readonly port?: never
  readonly host?: never
}

export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_PATH = '/'

/** Throws unless all options are what they can be. */
export function checkListenOptions<Context>(
  label: string,
  options: OwnPortOptions<Context> | AttachedOptions<Context>,
): void {
  const { server, port, host, path = DEFAULT_PATH, origins = [] } = options
  if (server === undefined && !isWholeNumber(port, 0, 65_535))
    throw invalidAddress(label, 'port', 'a whole number from 0 to 65535', port)
  if (server !== undefined && port !== undefined)
    throw invalidOption(label, 'port', 'left out beside `server`, which has one of its own', port)
  if (host !== undefined && (typeof host !== 'string' || host === ''))
    throw invalidAddress(label, 'host', 'a name or an address', host)
  if (!/^\/[^?#\s]*$/.test(path)) throw invalidAddress(label, 'path', 'like /sync', path)
  for (const origin of origins === '*' ? [] : origins)
    if (!isOrigin(origin))
      throw invalidOption(label, 'origins', 'a list of origins like https://example.org, or *', origin)
  checkNumbers(label, options)
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}
