/** Spoilt bodies: a message, or an error of PROTOCOL.md; nothing else is ever thrown. */
import { expect, test } from 'vitest'
import { Finding, hexOf, inputs, isWhole, randomOf, seed } from './campaign.js'
import { corpusOf, typesIn } from './corpus.js'
import { readV1, readV2 } from './decoders.js'
import { bodyInput } from './inputs.js'
import { watchPrototypes } from './prototypes.js'
import { fails, shrunk } from './shrink.js'
import { Tally } from './tally.js'

const corpus = corpusOf(seed)
const codes = ['SYNCRO_JSON_INVALID', 'SYNCRO_MESSAGE_INVALID']

test.each([
  ['v1', 900_000, readV1, ['unknown', ...codes]],
  ['v2', 1_200_000, readV2, ['SYNCRO_MESSAGE_UNKNOWN', ...codes]],
] as const)(
  '%s bodies are read and written as the same, or refused',
  { timeout: 1_800_000 },
  async (version, full, read, others) => {
    const tally = new Tally()
    const unchanged = watchPrototypes()
    for (const number of inputs(full)) {
      const { manner, bytes } = bodyInput(corpus, version, randomOf(number))
      try {
        tally.add(manner, read(bytes))
      } catch (error) {
        const smallest = await shrunk([...bytes], (some) => fails(() => read(Uint8Array.from(some))))
        throw new Finding(`${version} bodies`, number, error, hexOf(smallest))
      }
    }
    unchanged()
    tally.tell(`${version} bodies`, full)
    if (!isWhole) return
    expect(tally.share('aware', (outcome) => !outcome.startsWith('SYNCRO_'))).toBeGreaterThan(0.25)
    expect(tally.outcomes('aware')).toEqual(new Set([...typesIn(corpus[version]), ...others]))
  },
)
