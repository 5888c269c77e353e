/** Spoilt bodies: a message, or an error of PROTOCOL.md; nothing else is ever thrown. */
import { expect, test } from 'vitest'
import { blindMutators } from './blind-mutators.js'
import { Finding, hexOf, inputs, isWhole, randomOf, seed } from './campaign.js'
import { binaryBodies, corpusOf, typesIn } from './corpus.js'
import { readBinary, readV1, readV2 } from './decoders.js'
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

const blind = Object.values(blindMutators)

test('binary bodies are read and written as the same, or refused', { timeout: 1_800_000 }, async () => {
  const full = 1_000_000
  const bodies = binaryBodies(seed)
  const tally = new Tally()
  const unchanged = watchPrototypes()
  for (const number of inputs(full)) {
    const random = randomOf(number)
    let bytes = random.pick(bodies)
    for (let times = random.below(4); times > 0; times--) bytes = random.pick(blind)(bytes, random, random.pick(bodies))
    try {
      tally.add('blind', readBinary(bytes))
    } catch (error) {
      const smallest = await shrunk([...bytes], (some) => fails(() => readBinary(Uint8Array.from(some))))
      throw new Finding('binary bodies', number, error, hexOf(smallest))
    }
  }
  unchanged()
  tally.tell('binary bodies', full)
  if (!isWhole) return
  expect(tally.share('blind', (outcome) => !outcome.startsWith('SYNCRO_'))).toBeGreaterThan(0.25)
  const refused = [...tally.outcomes('blind')].filter((outcome) => outcome.startsWith('SYNCRO_'))
  expect(refused.sort()).toEqual([
    'SYNCRO_BINARY_INVALID',
    'SYNCRO_MESSAGE_INVALID',
    'SYNCRO_MESSAGE_UNKNOWN',
    'SYNCRO_NUMBER_INVALID',
  ])
})
