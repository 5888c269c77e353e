/** A WebSocket's address, to dial. */

import type { Transport } from '@syncro/protocol'
import { checkNumbers, invalidAddress, type SocketOptions } from '../options.js'
import { openWebSocket } from './open-web-socket.js'
import type { WebSocketClass } from './platform.js'

/** Where to dial, and how. */
export interface WebSocketOptions extends SocketOptions {
  /**
   * `ws://host:port/path` or `wss://…`; `http` and `https` are taken for them. In a page it may be relative: `'/sync'` is that path of the server that
   * the page came from.
   */
  readonly url: string | URL

  /** How long to wait for the other side to answer, name lookup included. In milliseconds. Default: 10,000. */
  readonly connectTimeoutMs?: number

  /** The class of WebSockets. Default: the platform's `WebSocket`; where there is none (Node 20), the one of the package `ws`. */
  readonly WebSocket?: WebSocketClass
}

const SCHEMES: Readonly<Record<string, string>> = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' }

/**
 * The address of a WebSocket server, for `syncro.dial(webSocket('wss://example.org/sync'))`.
 *
 * Throws a `TransportError`: `SYNCRO_ADDRESS_INVALID`, `SYNCRO_OPTION_INVALID`.
 */
export function webSocket(options: WebSocketOptions | string | URL): Transport {
  const checked = typeof options === 'string' || options instanceof URL ? { url: options } : options
  const url = parse(checked.url)
  // What is behind the question mark, or before the @, may be a secret; the address is for messages and logs.
  const label = `${url.protocol}//${url.host}${url.pathname}`
  checkNumbers(label, checked)
  return {
    label,
    open: (attach, signal) => openWebSocket({ url: url.href, address: label, options: checked }, attach, signal),
  }
}

function parse(text: string | URL): URL {
  const url = resolve(text)
  const scheme = SCHEMES[url.protocol]
  if (scheme === undefined) throw invalidAddress(url.href, 'url', 'one of ws: or wss:', url.protocol)
  if (url.hash !== '') throw invalidAddress(url.href, 'url', 'without a fragment', url.hash)
  return new URL(`${scheme}${url.href.slice(url.protocol.length)}`)
}

function resolve(text: string | URL): URL {
  const { location } = globalThis as { location?: { readonly href: string } }
  try {
    return new URL(text, location?.href)
  } catch {
    throw invalidAddress(String(text), 'url', 'like wss://example.org/sync', text)
  }
}
