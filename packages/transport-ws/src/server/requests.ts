/** What a request for a WebSocket says of whoever sent it. */

import type { IncomingMessage } from 'node:http'
import type { PeerInfo } from '@syncro/protocol'

const LOCAL_HOST = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i

/** The path, without what is asked of it. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!
}

/**
 * A page of the host that is dialled, or of one of the list. What sends no origin is no browser's page, and could send any.
 */
export function isOriginAllowed({ headers }: IncomingMessage, origins: readonly string[] | '*'): boolean {
  const { origin, host } = headers
  if (origin === undefined || origins === '*' || origins.includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}

export function peerOf({ headers, socket }: IncomingMessage): PeerInfo {
  const { remoteAddress, remotePort } = socket
  // A Unix socket's peer has no address of its own.
  const address = remoteAddress === undefined ? 'unix socket' : hostAndPort(remoteAddress, remotePort!)
  const isNear = remoteAddress === undefined || isLoopback(remoteAddress)
  return { address, local: isNear && isDirect(headers) }
}

export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Loopback addresses only: an address of this machine's own on a network could be somebody else's on another. */
function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

/** Proxies mostly say that they are there, and a page that reaches this machine under a name of its own gives that as the host. */
function isDirect(headers: IncomingMessage['headers']): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined)
  return !isForwarded && LOCAL_HOST.test(headers.host ?? '')
}
