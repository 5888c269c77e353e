/** What this package needs of a WebSocket: the platform's, and the more that the one of `ws` can do. */

/** What goes as text, or as binary. Platforms take no memory that is shared, and nobody has written any. */
export type Sendable = string | Uint8Array<ArrayBuffer>

/** The platform's WebSocket, as far as it is used. */
export interface PlatformSocket {
  readonly readyState: number
  readonly bufferedAmount: number
  binaryType: string
  send(data: Sendable): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'error', listener: (event: unknown) => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: ClosingEvent) => void): void
}

/** What a WebSocket tells at its end. */
export interface ClosingEvent {
  readonly code: number
  readonly reason: string
}

/** A WebSocket of `ws`: it tells when something has gone, can be paused, and can be cut off. */
export interface NodeSocket extends PlatformSocket {
  send(data: Sendable, sent?: () => void): void
  pause(): void
  resume(): void
  terminate(): void
}

/** `readyState` of a WebSocket that is open. */
export const OPEN = 1

export function isNodeSocket(socket: PlatformSocket): socket is NodeSocket {
  return 'terminate' in socket && 'pause' in socket && 'resume' in socket
}

/** Gives up a WebSocket that is of no use: at once where that can be done. */
export function discard(socket: PlatformSocket): void {
  if (isNodeSocket(socket)) socket.terminate()
  else socket.close()
}
