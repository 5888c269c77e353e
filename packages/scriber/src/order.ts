/**
 * Which of two changes wins: the greater stamp; at equal stamps the greater writer id, as bytes; at equal writers (a copied
 * data directory) the value with the greater canonical bytes. So everybody decides alike, in whatever order things come.
 */
import { canonicalBytes } from './equality.js'
import type { Value } from './value.js'

/** Above 0 if `a` is the newer, below 0 if `b` is, 0 for one and the same stamp. Writers are lower-case hex: as bytes, as text. */
export function compareStamps(aStamp: number, aWriter: string, bStamp: number, bWriter: string): number {
  if (aStamp !== bStamp) return aStamp - bStamp
  return aWriter === bWriter ? 0 : aWriter > bWriter ? 1 : -1
}

/** Decides between two different values under one stamp: above 0 if `a` stays. */
export function compareValues(a: Value, b: Value): number {
  const left = canonicalBytes(a)
  const right = canonicalBytes(b)
  const shared = Math.min(left.length, right.length)
  for (let at = 0; at < shared; at++) {
    const difference = left[at]! - right[at]!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
