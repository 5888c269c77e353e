/** `@syncro/transport-ws/client`: dials a WebSocket, in browsers and workers, and on Node, Deno and Bun. */

export { TransportError, type TransportErrorCode } from '../errors.js'
export type { SocketOptions } from '../options.js'
export type { ClosingEvent, PlatformSocket, Sendable } from '../socket.js'
export type { WebSocketClass } from './platform.js'
export { type WebSocketOptions, webSocket } from './web-socket.js'
