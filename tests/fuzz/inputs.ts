/** An input for a decoder, drawn from a seed: samples of the corpus, spoilt. */
import { encodeFrame } from '@syncro/protocol'
import type { SeededRandom } from '@syncro/scriber/testing'
import { awareMutators } from './aware-mutators.js'
import { blindMutators, joined, lengthLie } from './blind-mutators.js'
import { type Corpus, sampleOf } from './corpus.js'
import { copyOf, textOf } from './json-tree.js'

/** `aware` of what JSON and our messages are, or `blind` for it. */
type Manner = 'aware' | 'blind'

export interface Input {
  readonly manner: Manner
  readonly bytes: Uint8Array
}

const aware = Object.values(awareMutators)
const blind = Object.values(blindMutators)

/** A body, spoilt in one manner, once or a few times. */
export function bodyInput(corpus: Corpus, version: keyof Corpus, random: SeededRandom): Input {
  const manner = random.chance(0.5) ? 'aware' : 'blind'
  const sample = sampleOf(corpus, version, random)
  const donor = sampleOf(corpus, version, random)
  const times = random.chance(0.6) ? 1 : 2 + random.below(3)
  if (manner === 'blind') {
    let bytes = sample.body
    for (let time = 0; time < times; time++) bytes = random.pick(blind)(bytes, random, donor.body)
    return { manner, bytes }
  }
  let root = copyOf(sample.tree)
  for (let time = 0; time < times; time++) root = random.pick(aware)(root, random, donor.tree)
  return { manner, bytes: Buffer.from(textOf(root)) }
}

/** Frames behind each other, as a session begins or goes on; some bodies are spoilt, some lengths, and sometimes the whole. */
export function streamInput(corpus: Corpus, width: 16 | 32, random: SeededRandom): Input {
  const frames: Uint8Array[] = []
  let now = width
  let manner: Manner = 'aware'
  for (let count = 1 + random.below(4); count > 0; count--) {
    const version = now === 16 ? 'v1' : 'v2'
    const spoilt = random.chance(0.5) ? bodyInput(corpus, version, random) : undefined
    if (spoilt?.manner === 'blind') manner = 'blind'
    const body = random.chance(0.004) ? longBody(random) : (spoilt?.bytes ?? sampleOf(corpus, version, random).body)
    const frame = framed(body, now)
    frames.push(random.chance(0.1) ? lengthLie(frame, random, now) : frame)
    if (now === 16 && body.length < 200 && isUpgrade(body)) now = 32
  }
  const bytes = joined(frames)
  if (!random.chance(0.1)) return { manner, bytes }
  return { manner: 'blind', bytes: random.pick(blind)(bytes, random, bytes) }
}

/** A stream in pieces: whole, byte by byte (save a long one: it would take as long as thousands of others), or of drawn sizes. */
export function piecesOf(bytes: Uint8Array, random: SeededRandom): Uint8Array[] {
  const whole = bytes.length + 1
  const most = random.pick(bytes.length > 10_000 ? [700, 2_000, 70_000] : [1, 7, 50, 300, 2_000, whole, whole])
  const pieces: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + random.below(most)
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}

/** A message of both versions that does not fit into a frame of version 1: the gem sends such ones under a wrong length. */
function longBody(random: SeededRandom): Uint8Array {
  const text = 'x'.repeat(random.pick([60_000, 65_000, 70_000, 140_000]) + random.below(1_000))
  return Buffer.from(`{"type":"error","code":"X","message":"","ignored":${JSON.stringify(text)}}`)
}

/** What does not fit under its length is what the gem would make of it: the length modulo what it can say. */
export function framed(body: Uint8Array, width: 16 | 32): Uint8Array {
  if (body.length > 0 && body.length < 65_536) return encodeFrame(body, width)
  const frame = Buffer.alloc(width / 8 + body.length)
  frame.writeUIntBE(body.length % 2 ** width, 0, width / 8)
  frame.set(body, width / 8)
  return frame
}

function isUpgrade(body: Uint8Array): boolean {
  return Buffer.from(body).includes('"upgrade"')
}
