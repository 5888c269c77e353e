/** Every bound of sessions and of the registry, with its reason. */
export interface CoreLimits {
  /** Bytes held of a peer while its identity is examined: enough for its upgrade and resume, which it sends without waiting. */
  readonly maxUnprovenBytes: number
  /** Milliseconds until a session that has not shaken hands is ended: a peer that says nothing must not be kept for ever. */
  readonly handshakeMs: number
  /** Milliseconds that a stamp may be ahead of corrected time where it is taken from its author: clocks are that far off, and no further. */
  readonly guardMs: number
  /** … and how many more where it is passed on for others: whoever took it just in time must be able to hand it on. */
  readonly guardRelayMs: number
  /** Milliseconds after which a session that has said nothing asks the peer for a sign of life. */
  readonly heartbeatMs: number
  /** Milliseconds that a session has to answer when the same ledger comes again, before it counts as dead: less than a handshake may take. */
  readonly probeMs: number
  /** Milliseconds of silence after which the peer counts as dead: more than two heartbeats, so that one late answer ends nothing. */
  readonly deadAfterMs: number
  /** Bytes queued for a peer above which its session falls behind, to catch up when there is room. */
  readonly maxQueuedBytes: number
  /** … and above which it is ended with `SYNCRO_SLOW`: what is queued in one go has to fit, which is a frame or two. */
  readonly maxOutboundBytes: number
  /** Milliseconds that a connection may take nothing before its session is ended with `SYNCRO_SLOW`: what it holds up is memory. */
  readonly stallMs: number
  /** Bytes per write on connections without message borders: several messages share a write, up to about here. */
  readonly writeBytes: number
  /** Bytes of a chunk of a catch-up: small enough to let live changes pass and the event loop turn. */
  readonly chunkBytes: number
  /** Rows looked at for a chunk, sent or not: many may be too new for the peer, and passing them takes time too. */
  readonly chunkRows: number
  /** Received messages that may wait for the store before the connection is paused. */
  readonly pauseAfterWaiting: number
  /** … and, where pausing is of no use, before its session is ended with `SYNCRO_SLOW`. */
  readonly maxWaiting: number
  /** Rows looked at, at a time, to bring digests up to date: hashing them takes some ten µs each. */
  readonly digestRows: number
  /** Milliseconds for which tombstones are kept: a client that was away for longer compares everything. */
  readonly tombstoneMs: number
  /** Milliseconds without a session after which a replica expires: until then tombstones wait for it. */
  readonly expiryMs: number
  /** Replicas that are remembered: of more, those that were not seen for the longest time are forgotten, which costs them a comparison. */
  readonly maxReplicas: number
  /** Expired replicas whose cursors are kept, so that what was destroyed meanwhile is told from what is new there; the oldest are forgotten. */
  readonly maxExpired: number
  /** Milliseconds between two looks for tombstones to trim. */
  readonly trimMs: number
  /** Slots looked at, at a time, for tombstones to trim. */
  readonly trimSlots: number
  /** Cursors of clients without a durable store kept in memory after their sessions: it spares a short break a full comparison. */
  readonly maxTransientCursors: number
  /** Eras remembered of each replica: what was written in older ones gets the minute more of what is passed on for others, from the guard. */
  readonly maxEras: number
  /** Milliseconds of the first and of the longest pause before dialling again; the pause is drawn from 0 to the bound. */
  readonly redialFirstMs: number
  readonly redialLongestMs: number
  /** Milliseconds that a session has to have lasted for the next pause to be short again. */
  readonly stableMs: number
  /** Milliseconds that `close()` waits while nothing of what was recorded is taken: a peer that does not read must not hold up the end. */
  readonly closeMs: number
  /** Milliseconds that it waits altogether, for peers that read slowly. */
  readonly closeLongestMs: number
  /** Version 1: live scribes kept until the peer's first sync has been played. */
  readonly maxHeldScribes: number
  /** Version 1: requests of ours that may wait for their answers; beyond it the session falls behind. */
  readonly maxUnanswered: number
  /** Version 1: bytes queued for a peer that asks without reading the answers, which it is owed, before its session is ended with `SYNCRO_SLOW`. */
  readonly maxAnswerBytes: number
  /** Version 1: fields that a peer is known to hold, so that they are not sent again. */
  readonly maxKnownFields: number
  /** Version 1: milliseconds of the first and of the longest pause before a record that keeps changing is passed on again. */
  readonly relayPauseFirstMs: number
  readonly relayPauseLongestMs: number
}

export const defaultCoreLimits: CoreLimits = {
  maxUnprovenBytes: 64 * 1024,
  handshakeMs: 10_000,
  guardMs: 300_000,
  guardRelayMs: 60_000,
  heartbeatMs: 15_000,
  probeMs: 4_000,
  deadAfterMs: 35_000,
  maxQueuedBytes: 1024 * 1024,
  maxOutboundBytes: 16 * 1024 * 1024,
  stallMs: 60_000,
  writeBytes: 64 * 1024,
  chunkBytes: 64 * 1024,
  chunkRows: 4096,
  pauseAfterWaiting: 256,
  maxWaiting: 4096,
  digestRows: 500,
  tombstoneMs: 30 * 86_400_000,
  expiryMs: 90 * 86_400_000,
  maxReplicas: 10_000,
  maxExpired: 1000,
  trimMs: 3_600_000,
  trimSlots: 10_000,
  maxTransientCursors: 1000,
  maxEras: 256,
  redialFirstMs: 250,
  redialLongestMs: 30_000,
  stableMs: 10_000,
  closeMs: 5_000,
  closeLongestMs: 60_000,
  maxHeldScribes: 10_000,
  maxUnanswered: 1000,
  maxAnswerBytes: 2 * 1024 * 1024,
  maxKnownFields: 50_000,
  relayPauseFirstMs: 50,
  relayPauseLongestMs: 5_000,
}
