/** What the platform supplies: time, randomness and timers. The only module of Syncro that reads them; everything else is handed them. */
import type { Compression } from '@syncro/protocol'
import type { Random } from '@syncro/scriber'

export interface Timers {
  /**
   * Calls back after so many milliseconds; the result cancels.
   *
   * @param options `holdsProcess`: whether the process stays alive for it, where such things are known. Default: false.
   */
  set(ms: number, callback: () => void, options?: { readonly holdsProcess?: boolean }): () => void
  /** Calls back when what runs now has ended, before anything else happens. */
  soon(callback: () => void): void
  /** Calls back after the event loop has turned, so that input and timers get their chance. */
  defer(callback: () => void): void
}

export interface Environment {
  /** Wall time in milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Fills an array with random bytes. */
  readonly random: Random
  readonly timers: Timers
  /**
   * Deflates what others catch up with, where they can inflate it, and inflates what they send. Raw, in one go: `node:zlib` has it, browsers do not.
   * Default: none.
   */
  readonly compression?: Compression
}

/** The part of the platforms that is used here: browsers, workers, Node, Deno and Bun all have it. */
interface Platform {
  readonly crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }
  readonly setImmediate?: (callback: () => void) => unknown
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  queueMicrotask(callback: () => void): void
}

const platform = globalThis as unknown as Platform

/** Longer timers fire at once on the platforms, whose delays have 31 bits. */
const maxTimerMs = 2 ** 31 - 1

/** The platform's clock, random numbers and timers. */
export const platformEnvironment: Environment = {
  now: () => Date.now(),
  random: (bytes) => platform.crypto.getRandomValues(bytes),
  timers: {
    set(ms, callback, { holdsProcess = false } = {}) {
      const timer = platform.setTimeout(callback, Math.min(ms, maxTimerMs))
      if (!holdsProcess && hasUnref(timer)) timer.unref()
      return () => platform.clearTimeout(timer)
    },
    soon: (callback) => platform.queueMicrotask(callback),
    defer(callback) {
      if (platform.setImmediate === undefined) platform.setTimeout(callback, 0)
      else platform.setImmediate(callback)
    },
  },
}

function hasUnref(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer
}
