/** What the kinds of crashes have in common: cases that are drawn from a seed, figures, and failures that say how to have them again. */
import { inspect } from 'node:util'
import { SeededRandom } from '@syncro/scriber/testing'

export const kindNames = ['kills', 'calls', 'cuts', 'errors'] as const
export type KindName = (typeof kindNames)[number]

export interface Run {
  readonly seed: number
  /** How many crashes. */
  readonly count: number
  /** This case alone. */
  readonly only?: number | undefined
  /** Told of each crash. */
  readonly crashed?: () => void
}

export class Figures {
  readonly #counts = new Map<string, number>()

  add(what: string, count = 1): void {
    this.#counts.set(what, this.of(what) + count)
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  get all(): readonly (readonly [string, number])[] {
    return [...this.#counts]
  }
}

/** A case that failed. */
export class CrashFailure extends Error {
  readonly replay: string

  constructor(kind: KindName, seed: number, number: number, cause: unknown) {
    const text = typeof cause === 'string' ? cause : inspect(cause)
    const replay = `pnpm crash --only ${kind} --seed ${seed} --case ${number}`
    super(`${kind}, seed ${seed}, case ${number}: ${text}\nAgain: ${replay}`)
    this.name = 'CrashFailure'
    this.replay = replay
  }
}

/** Each case has random numbers of its own, so that it can be had again without those before it. */
export function randomOf(kind: KindName, seed: number, number: number): SeededRandom {
  return new SeededRandom((seed * kindNames.length + kindNames.indexOf(kind)) * 2 ** 20 + number)
}

/**
 * Goes through cases, two at a time: while one waits for the disk the other works. After one that fails none is begun, and the other has ended before
 * the failure is told: whoever hears of it removes the folders in which they work.
 */
export async function inLanes(cases: Iterable<number>, work: (number: number) => Promise<void>): Promise<void> {
  const rest = [...cases].values()
  const failures: unknown[] = []
  const lane = async () => {
    for (const next of rest) {
      if (failures.length > 0) return
      await work(next).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all([lane(), lane()])
  if (failures.length > 0) throw failures[0]
}
