/** `@syncro/transport-ws/server`: listens for WebSockets on Node, at a port of its own or at a path of an http server. */

export { TransportError, type TransportErrorCode } from '../errors.js'
export type { SocketOptions } from '../options.js'
export type { AttachedOptions, HttpServer, ListenOptions, OwnPortOptions } from './options.js'
export { type Refusal, refuse } from './refusal.js'
export { type WebSocketServer, webSocketServer } from './web-socket-server.js'
