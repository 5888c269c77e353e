/**
 * Random numbers, one stream for each purpose: so what is switched off, or left out, changes nothing in what remains. A stream is named by
 * words and numbers: `streams.of('fault', 'crash', 3)`.
 */
import { SeededRandom } from '@syncro/scriber/testing'
import { hashOf } from './trace.js'

export class Streams {
  readonly seed: number

  constructor(seed: number) {
    this.seed = seed
  }

  /** The stream of that name, from its beginning. */
  of(...name: readonly (string | number)[]): SeededRandom {
    const text = `${this.seed} ${name.join(' ')}`
    // SeededRandom takes 53 bits of seed.
    return new SeededRandom(hashOf(text) + (hashOf(text, 0x9e3779b9) >>> 11) * 2 ** 32)
  }
}
