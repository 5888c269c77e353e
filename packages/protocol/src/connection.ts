/** The Connection contract: what Syncro needs of a pipe, and where the pipe delivers what it reads. */

/**
 * A pipe for bytes, or for whole messages. Anything with `write` will do; all the rest are optional capabilities.
 *
 * Bytes that were written arrive once, in order, or the connection ends.
 */
export interface Connection {
  /**
   * Takes bytes for the other side. The array may be kept until it has gone, but is never changed and never transferred: the same array
   * may be written to many connections, and its owner does not change it after this call.
   *
   * Returning exactly `false` asks for a pause until 'drain' (Node's convention); it is honoured where `once` exists. A write after the end
   * is ignored.
   */
  write(bytes: Uint8Array): unknown

  /** Node's: false once it was ended, or is broken; nothing is written to it then. */
  readonly writable?: boolean

  /** Back-pressure, outbound: calls the listener when `write`, having returned `false`, may go on. */
  once?(event: 'drain', listener: () => void): unknown

  /** Ends the connection after what was written has gone. Where it is missing, Node's `end` is used. */
  close?(): unknown

  /** Node's name for `close`; used only where `close` is missing. */
  end?(): unknown

  /** Back-pressure, inbound: asks for nothing more to be delivered until `resume`. What was read already may still come. */
  pause?(): unknown

  /** Ends a `pause`. */
  resume?(): unknown

  /** True: each write is one message and each receive is one message, so messages go without a length in front. Default: false. */
  readonly borders?: boolean
}

/** Where a connection delivers what it reads. Neither call throws. */
export interface Receiver {
  /** Takes what was read: any piece of the stream, or exactly one message on connections with borders. The array may be reused after the call. */
  receive(bytes: Uint8Array): void

  /** Told exactly once that the connection has ended, whichever side ended it; nothing follows. `cause` is there if it did not end in order. */
  close(cause?: Error): void
}
