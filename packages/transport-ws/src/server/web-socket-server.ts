/** Where WebSockets are listened for: a port of its own, or a path of an http server. */

import type { Listener, PeerInfo } from '@syncro/protocol'
import { type AttachedOptions, checkListenOptions, DEFAULT_HOST, DEFAULT_PATH, type OwnPortOptions } from './options.js'
import { closePort, listenError, openPort } from './own-port.js'
import { hostAndPort } from './requests.js'
import { type Accept, type ListeningPlan, WebSocketListening } from './web-socket-listening.js'

/** Listens for WebSockets. */
export interface WebSocketServer<Context> extends Listener {
  /** What `onUpgrade` returned for the one whom a `PeerInfo` is about; undefined for a peer of another listener's. */
  contextOf(peer: PeerInfo | undefined): Context | undefined
}

/**
 * Listens for WebSockets: `syncro.listen(webSocketServer({ port }))`, or `webSocketServer({ server, path })` beside whatever else an http server does.
 *
 * Throws a `TransportError`: `SYNCRO_ADDRESS_INVALID`, `SYNCRO_OPTION_INVALID`.
 */
export function webSocketServer<Context = undefined>(
  options: OwnPortOptions<Context> | AttachedOptions<Context>,
): WebSocketServer<Context> {
  const { path = DEFAULT_PATH } = options
  const label = `ws://${options.server ? '(http server)' : hostAndPort(String(options.host ?? DEFAULT_HOST), options.port)}${path}`
  checkListenOptions(label, options)
  const contexts = new WeakMap<PeerInfo, Context>()
  const plan = { label, path, options, contexts }
  return {
    label,
    contextOf: (peer) => (peer === undefined ? undefined : contexts.get(peer)),
    listen: (accept) => (options.server ? attach(plan, options, accept) : listenAtPort(plan, options, accept)),
  }
}

async function attach<Context>(
  plan: ListeningPlan<Context>,
  { server }: AttachedOptions<Context>,
  accept: Accept,
): Promise<WebSocketListening<Context>> {
  return new WebSocketListening(plan, { server, close: () => Promise.resolve() }, accept)
}

async function listenAtPort<Context>(
  plan: ListeningPlan<Context>,
  { port, host = DEFAULT_HOST }: OwnPortOptions<Context>,
  accept: Accept,
): Promise<WebSocketListening<Context>> {
  const server = await openPort(plan.label, port, host)
  const listening = new WebSocketListening(plan, { server, close: () => closePort(server) }, accept)
  server.on('error', (error) => listening.report(listenError(plan.label, error)))
  return listening
}
