/** Ids for new records: ULIDs, 26 characters that sort by time and are never made twice. */
import type { Random } from '@syncro/scriber'
import { monotonicFactory } from 'ulid'

const pooledBytes = 64

/**
 * A maker of ids. Within one millisecond, and while the clock stands before its newest time, they rise by one.
 *
 * @param nowMs wall time in milliseconds since the Unix epoch.
 */
export function idMaker(nowMs: () => number, random: Random): () => string {
  const next = monotonicFactory(fractions(random))
  // ulid reads the platform's clock where it is given 0.
  return () => next(Math.max(1, Math.floor(nowMs())))
}

/** Numbers in [0, 1) of eight random bits each; ulid takes five of them. */
function fractions(random: Random): () => number {
  const pool = new Uint8Array(pooledBytes)
  let at = pooledBytes
  return () => {
    if (at === pooledBytes) {
      random(pool)
      at = 0
    }
    return pool[at++]! / 256
  }
}
