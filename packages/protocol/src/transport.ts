/** The Transport and Listener contracts: what opens connections, and what accepts them. */

import type { Connection, Receiver } from './connection.js'

/** Opens connections to one address. */
export interface Transport {
  /** The address for people, in messages and logs, e.g. `tcp://127.0.0.1:10000`. */
  readonly label: string

  /**
   * Opens one connection. `attach` is called once, when it is open, and returns the receiver of its bytes; then the promise resolves.
   *
   * Rejects with an error with a `code` when it cannot be opened (then `attach` was never called), or when `signal` aborts before it is open.
   * An abort afterwards does nothing.
   */
  open(attach: (connection: Connection) => Receiver, signal?: AbortSignal): Promise<void>
}

/** Accepts connections at one address. */
export interface Listener {
  /** The address for people, in messages and logs. */
  readonly label: string

  /** Starts to listen; `accept` is called for each connection and returns the receiver of its bytes. Rejects with an error with a `code`. */
  listen(accept: (connection: Connection, peer: PeerInfo) => Receiver): Promise<Listening>
}

/** What a listener knows about who connected. */
export interface PeerInfo {
  /** Where the peer connects from, for people. */
  readonly address: string

  /** True only where the peer is certainly on this machine: loopback, a Unix socket, the same process. */
  readonly local: boolean
}

/** A listener at work. */
export interface Listening {
  /** The address that it got, in the form its transport dials. */
  readonly address: string

  /** The port that it got, where there are ports; asking for port 0 gives a free one. */
  readonly port?: number

  /** Stops listening and ends its connections; resolves when all have ended. A second call resolves alike. */
  close(): Promise<void>
}
