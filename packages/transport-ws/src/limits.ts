/** Every bound of this package, with its reason. */

export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000
export const DEFAULT_CLOSE_TIMEOUT_MS = 5_000

/**
 * Bytes in a socket's buffer above which `write` asks for a pause: 64 KiB where the socket tells when they have gone. A server has one such buffer for
 * each slow reader.
 */
export const HIGH_WATER_BYTES = 65_536

/** … and 1 MiB where one has to look whether they have: as much as a good line takes from one look to the next. A client has one such buffer. */
export const POLLED_HIGH_WATER_BYTES = 1_048_576

/** How long it is from one look to the next. Pages that nobody sees look once a second; so whatever comes in is an occasion too. */
export const POLL_MS = 20

/** Idle time after which the kernel asks a silent peer whether it is there; the sessions' own heartbeat is usually earlier. */
export const KEEP_ALIVE_MS = 30_000

/**
 * Connections that may wait to be accepted. Node's 511 makes a thousand clients that return at once, after a server's restart, wait for a
 * second try of their kernel; the kernel lowers this to what it allows.
 */
export const BACKLOG = 4_096

/** How far down the causes of an error its code is looked for: what the operating system said may be behind several. */
export const MAX_CAUSES = 8

/** The longest time that the platform's timers take; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647

/** What the numbers among the options may be at the most; each is at least 1. */
export const MOST = {
  connectTimeoutMs: MAX_TIMER_MS,
  closeTimeoutMs: MAX_TIMER_MS,
  maxConnections: Number.MAX_SAFE_INTEGER,
} as const
