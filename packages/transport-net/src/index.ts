/** `@syncro/transport-net`: TCP and Unix sockets, to dial and to listen. */

export { TransportError, type TransportErrorCode } from './errors.js'
export type { DialOptions, ListenOptions, SocketOptions } from './options.js'
export { type TcpOptions, type TcpTransport, tcp } from './tcp.js'
export { type UnixOptions, type UnixTransport, unix } from './unix.js'
