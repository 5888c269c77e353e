/** Spoilt streams: messages up to the first that is none, however the bytes are split, in bounded memory and linear work. */
import { expect, test } from 'vitest'
import { Finding, hexOf, inputs, isWhole, randomOf, seed } from './campaign.js'
import { corpusOf } from './corpus.js'
import { type Outcome, readStream, type StreamOptions } from './decoders.js'
import { piecesOf, streamInput } from './inputs.js'
import { watchPrototypes } from './prototypes.js'
import { fails, shrunk } from './shrink.js'
import { Tally } from './tally.js'
import { workOf } from './work.js'

const corpus = corpusOf(seed)
const limits = [4_194_304, 4_194_304, 70_000, 300]

/** Reads it whole and in pieces, and holds the reading to what it may cost. */
function readSplit(bytes: Uint8Array, options: StreamOptions, number: number): Outcome {
  const whole = readStream([bytes], options)
  const pieces = piecesOf(bytes, randomOf(number))
  let split: Outcome = []
  const { moved, scanned, decoded } = workOf(() => {
    split = readStream(pieces, options)
  })
  if (split.join() !== whole.join()) throw new Error(`in pieces: ${split.join()}; whole: ${whole.join()}`)
  if (moved > 5 * bytes.length + 4_096) throw new Error(`${moved} bytes were moved for ${bytes.length}`)
  if (scanned > bytes.length) throw new Error(`${scanned} bytes were scanned of ${bytes.length}`)
  if (decoded > 2 * bytes.length) throw new Error(`${decoded} bytes were decoded of ${bytes.length}`)
  return whole
}

test.each([
  ['version-1', 16, 450_000, ['SYNCRO_FRAME_CUT', 'SYNCRO_FRAME_TOO_LARGE']],
  ['version-2', 32, 500_000, ['SYNCRO_FRAME_CUT', 'SYNCRO_FRAME_TOO_LARGE', 'SYNCRO_FRAME_EMPTY']],
] as const)('%s streams are read alike in any pieces', { timeout: 1_800_000 }, async (name, width, full, codes) => {
  const tally = new Tally()
  const unchanged = watchPrototypes()
  for (const number of inputs(full)) {
    const random = randomOf(number)
    const options = { width, maxFrameBytes: random.pick(limits) }
    const { manner, bytes } = streamInput(corpus, width, random)
    try {
      for (const outcome of readSplit(bytes, options, number)) tally.add(manner, outcome)
    } catch (error) {
      const smallest = await shrunk([...bytes], (some) =>
        fails(() => readSplit(Uint8Array.from(some), options, number)),
      )
      throw new Finding(`${name} streams`, number, error, `${JSON.stringify(options)} ${hexOf(smallest)}`)
    }
  }
  unchanged()
  tally.tell(`${name} streams`, full)
  if (!isWhole) return
  for (const manner of ['aware', 'blind'])
    expect([...tally.outcomes(manner)]).toEqual(expect.arrayContaining([...codes]))
})
