/** What is drawn from a stream, beyond whole numbers. */
import type { SeededRandom } from '@syncro/scriber/testing'

/** A number from 0 up to, but not including, 1. */
export function fraction(random: SeededRandom): number {
  return random.next() / 2 ** 32
}

/** A number from `low` to `high`, all equally likely. */
export function between(random: SeededRandom, low: number, high: number): number {
  return low + fraction(random) * (high - low)
}

/** A number from `low` to `high` whose order of magnitude is evenly drawn: for strengths, where 1 to 10 matters as much as 100 to 1,000. */
export function magnitude(random: SeededRandom, low: number, high: number): number {
  return low * (high / low) ** fraction(random)
}

/** How long until something that comes at random, once in `mean` on average. */
export function exponential(random: SeededRandom, mean: number): number {
  return -Math.log(1 - fraction(random)) * mean
}

/** The times at which something happens that comes at random, once in `meanMs` on average; at most `most` of them. */
export function moments(random: SeededRandom, meanMs: number, endMs: number, most: number): number[] {
  const times: number[] = []
  let atMs = exponential(random, meanMs)
  while (atMs < endMs && times.length < most) {
    times.push(atMs)
    atMs += exponential(random, meanMs)
  }
  return times
}

/** One of several, each as likely as its weight says. */
export function weighted<Name extends string>(random: SeededRandom, weights: Readonly<Record<Name, number>>): Name {
  const entries = Object.entries(weights) as [Name, number][]
  let left = fraction(random) * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) {
    left -= weight
    if (left < 0) return name
  }
  return entries[entries.length - 1]![0]
}
