/**
 * How much is tried, and from which seed. `SYNCRO_FUZZ_SEED=7` begins with another seed, `SYNCRO_FUZZ_SEED=7:123` tries input 123 of that seed alone,
 * `SYNCRO_FUZZ_TIMES=10` tries ten times as much.
 */
import { inspect } from 'node:util'
import { SeededRandom } from '@syncro/scriber/testing'

const [seedText = '1', onlyText] = (process.env['SYNCRO_FUZZ_SEED'] ?? '1').split(':')
const times = Number(process.env['SYNCRO_FUZZ_TIMES'] ?? 1)
const isFull = process.env['CI'] !== undefined

/** A newcomer's run is to end soon. */
const newcomersShare = 0.02

export const seed = Number(seedText)

/** Inputs that are tried alone have their own random numbers, so that each can be had again without those before it. */
const inputsPerSeed = 2 ** 24

/** The numbers of the inputs to try. */
export function* inputs(full: number): Iterable<number> {
  if (onlyText !== undefined) yield Number(onlyText)
  else for (let number = 0; number < inputCount(full); number++) yield number
}

export function inputCount(full: number): number {
  return Math.ceil(full * times * (isFull ? 1 : newcomersShare))
}

/** True where enough is tried for rare things to have happened. */
export const isWhole = onlyText === undefined

export function randomOf(number: number): SeededRandom {
  return new SeededRandom(seed * inputsPerSeed + number)
}

/** Whether to say what was tried: where somebody asked for it, or will look for it. */
export const isTold = isFull || process.env['SYNCRO_FUZZ_SEED'] !== undefined

/** What went wrong, and how to have it again. */
export class Finding extends Error {
  constructor(what: string, number: number, problem: unknown, input: string) {
    const text = inspect(problem)
    const again = `SYNCRO_FUZZ_SEED=${seed}:${number} npx vitest run tests/fuzz -t ${JSON.stringify(what)}`
    super(`${what}, seed ${seed}, input ${number}: ${text}\nAgain: ${again}\nShrunk: ${input}`)
    this.name = 'Finding'
  }
}

export function hexOf(bytes: readonly number[] | Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
