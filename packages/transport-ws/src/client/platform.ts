/** The platform's WebSocket, or on Node 20, which has none, the one of `ws`. */

import { MAX_FRAME_BYTES } from '@syncro/protocol'
import { TransportError } from '../errors.js'
import type { PlatformSocket } from '../socket.js'

/** A class of WebSockets, as the platform's `WebSocket` is one, and the one of `ws`. */
export type WebSocketClass = new (url: string) => PlatformSocket

/** Only bytes that are small as they are go over it; and a message over the limit is not worth holding. */
const NODE_OPTIONS = { perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES }

/** Not written where it is imported: bundlers would put a stub of it into every page, and what loads that. */
const NODE_PACKAGE = 'ws'

/** @throws TransportError `SYNCRO_OPTION_INVALID` where there is neither. */
export async function platformWebSocket(address: string): Promise<WebSocketClass> {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketClass }
  if (WebSocket !== undefined) return WebSocket
  try {
    const { WebSocket } = (await import(
      /* @vite-ignore */ /* webpackIgnore: true */ NODE_PACKAGE
    )) as typeof import('ws')
    return class extends WebSocket {
      constructor(url: string) {
        super(url, NODE_OPTIONS)
      }
    }
  } catch (cause) {
    throw new TransportError(
      'SYNCRO_OPTION_INVALID',
      address,
      'this platform has no WebSocket, and the package ws could not be loaded. Give a class of WebSockets as the option `WebSocket`.',
      cause,
    )
  }
}
