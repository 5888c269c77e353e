/** TCP: the same address dials on one side and listens on the other. */

import { type AddressInfo, connect, type LookupFunction, type Server, type Socket } from 'node:net'
import type { Listener, PeerInfo, Transport } from '@syncro/protocol'
import { openSocket } from './open-socket.js'
import { checkSocketOptions, type DialOptions, invalidAddress, isWholeNumber, type ListenOptions } from './options.js'
import { listenSockets } from './socket-listening.js'

/** Where to dial or to listen, and how. */
export interface TcpOptions extends DialOptions, ListenOptions {
  /** The port. Listening at 0 takes a free one, which `Listening.port` tells. */
  readonly port: number

  /**
   * The host's name or address. Listening at `0.0.0.0` or `::` takes connections from everywhere: ask for credentials then.
   * Default: `127.0.0.1`, this machine alone.
   */
  readonly host?: string

  /** Looks up the host's name in place of the operating system. Default: `dns.lookup`. */
  readonly lookup?: LookupFunction
}

/** Both sides of one TCP address: dial it, or listen there. */
export interface TcpTransport extends Transport, Listener {}

const DEFAULT_HOST = '127.0.0.1'

/**
 * A TCP address, for `syncro.dial(tcp({ host, port }))` and `syncro.listen(tcp({ port }))`. A string such as `tcp://127.0.0.1:10000`, which
 * is what `Listening.address` says, will do as well.
 *
 * Throws a `TransportError`: `SYNCRO_ADDRESS_INVALID`, `SYNCRO_OPTION_INVALID`.
 */
export function tcp(options: TcpOptions | string): TcpTransport {
  const checked = check(typeof options === 'string' ? parse(options) : options)
  const { port, host = DEFAULT_HOST, lookup } = checked
  const where = { port, host, ...(lookup && { lookup }) }
  const label = url(host, port)
  return {
    label,
    async open(attach, signal) {
      if (port === 0) throw invalidAddress(label, 'port', 'the one that is listened on, to dial it', port)
      await openSocket({ address: label, options: checked, connect: () => connect(where) }, attach, signal)
    },
    listen: (accept) => listenSockets({ address: label, options: checked, where, peer, bound }, accept),
  }
}

function check(options: TcpOptions): TcpOptions {
  const address = url(String(options.host ?? DEFAULT_HOST), options.port)
  if (!isWholeNumber(options.port, 0, 65_535)) {
    throw invalidAddress(address, 'port', 'a whole number from 0 to 65535', options.port)
  }
  if (options.host !== undefined && (typeof options.host !== 'string' || options.host === '')) {
    throw invalidAddress(address, 'host', 'a name or an address', options.host)
  }
  checkSocketOptions(address, options)
  return options
}

function parse(text: string): TcpOptions {
  const match = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/[\]]+)):(\d+)$/.exec(text)
  if (!match) throw invalidAddress(text, 'address', 'like tcp://127.0.0.1:10000', text)
  return { host: (match[1] ?? match[2])!, port: Number(match[3]) }
}

function url(host: string, port: number): string {
  return `tcp://${hostAndPort(host, port)}`
}

function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function bound(server: Server): { address: string; port: number } {
  const { address, port } = server.address() as AddressInfo
  return { address: url(address, port), port }
}

/** A socket that was reset before it was accepted has no address any more. */
function peer({ remoteAddress, remotePort }: Socket): PeerInfo | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined
  return { address: hostAndPort(remoteAddress, remotePort), local: isLoopback(remoteAddress) }
}

/** Loopback addresses only: an address of this machine's own on a network could be somebody else's on another. */
function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
