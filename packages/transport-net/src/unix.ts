/** Unix sockets: files that processes of one machine meet at. */

import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import type { Listener, Transport } from '@syncro/protocol'
import { socketError, TransportError } from './errors.js'
import { openSocket } from './open-socket.js'
import { checkSocketOptions, type DialOptions, invalidAddress, type ListenOptions } from './options.js'
import { listenSockets } from './socket-listening.js'
import { clearStaleSocket } from './stale-socket.js'

/** Where to dial or to listen, and how. */
export interface UnixOptions extends DialOptions, ListenOptions {
  /** The socket's file, at most 107 bytes long (103 on macOS). Who may connect is decided by its directory's permissions. */
  readonly path: string
}

/** Both sides of one Unix socket: dial it, or listen there. */
export interface UnixTransport extends Transport, Listener {}

/** What fits into the kernel's address of a Unix socket; libuv cuts longer paths off without a word. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103

/**
 * A Unix socket, for `syncro.dial(unix({ path }))` and `syncro.listen(unix({ path }))`. A string such as `unix:///run/app.sock`, which is what
 * `Listening.address` says, will do as well.
 *
 * Throws a `TransportError`: `SYNCRO_ADDRESS_INVALID`, `SYNCRO_OPTION_INVALID`, `SYNCRO_PATH_TOO_LONG`.
 */
export function unix(options: UnixOptions | string): UnixTransport {
  const checked = check(typeof options === 'string' ? { path: options.replace(/^unix:\/\//, '') } : options)
  const { path } = checked
  const label = `unix://${path}`
  const plan = {
    address: label,
    options: checked,
    where: { path },
    // A Unix socket's peer has no address of its own.
    peer: () => ({ address: path, local: true }),
    bound: () => ({ address: label }),
  }
  return {
    label,
    open: (attach, signal) =>
      openSocket({ address: label, options: checked, connect: () => connect({ path }) }, attach, signal),
    async listen(accept) {
      await clearWay(path, label)
      return listenSockets(plan, accept)
    },
  }
}

function check(options: UnixOptions): UnixOptions {
  const { path } = options
  const address = `unix://${path}`
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw invalidAddress(address, 'path', 'a path', path)
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_PATH_BYTES) {
    throw new TransportError(
      'SYNCRO_PATH_TOO_LONG',
      address,
      `the path of a Unix socket may have ${MAX_PATH_BYTES} bytes here, and this one has ${bytes}. Choose a shorter one, or a relative one.`,
    )
  }
  checkSocketOptions(address, options)
  return options
}

async function clearWay(path: string, label: string): Promise<void> {
  try {
    // libuv says EACCES for a directory that is not there; this says ENOENT.
    statSync(dirname(path))
    await clearStaleSocket(path)
  } catch (error) {
    throw socketError('listen', label, error)
  }
}
