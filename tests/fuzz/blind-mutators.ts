/** Ways to spoil bytes without knowing what they mean. */
import type { SeededRandom } from '@syncro/scriber/testing'

/** Bytes and what to make of them; `donor` is another body. The result is new. */
export type BlindMutator = (bytes: Uint8Array, random: SeededRandom, donor: Uint8Array) => Uint8Array

/** Lengths that a reader may get wrong, in either width. */
const lengths = [0, 1, 0xfffe, 0xffff, 0x10000, 0x400000, 0x400001, 0x7fffffff, 0x80000000, 0xffffffff]

const tokens = [
  ...'{ } [ ] " , : \\ \\u \\ud800 \\udc00 \u0000 \ufeff - e . 1e400 -0 NaN Infinity null true "" {} [] 🂡'.split(' '),
  ...'9007199254740993 1234567890123456789012 "__proto__": "constructor": "type":"batch", "$date": "$": "id":'.split(
    ' ',
  ),
  ...[' ', '\n', '"$bytes":"'],
].map((token) => Buffer.from(token))

export const blindMutators: Readonly<Record<string, BlindMutator>> = {
  'bit flip': (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  'byte set': (bytes, random) => changed(bytes, random, () => random.below(256)),
  'byte next': (bytes, random) => changed(bytes, random, (byte) => byte + (random.chance(0.5) ? 1 : -1)),
  splice: (bytes, random, donor) => inserted(bytes, random, sliceOf(donor, random)),
  truncate: (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  duplicate: (bytes, random) => inserted(bytes, random, sliceOf(bytes, random)),
  erase(bytes, random) {
    const start = random.below(bytes.length + 1)
    return joined([bytes.subarray(0, start), bytes.subarray(start + 1 + random.below(8))])
  },
  token: (bytes, random) => inserted(bytes, random, random.pick(tokens)),
}

/** Only for frames: what they say of their length is wrong by one, or anything at all. */
export function lengthLie(frame: Uint8Array, random: SeededRandom, width: 16 | 32): Uint8Array {
  const lying = Buffer.from(frame)
  const bytes = width / 8
  if (lying.length < bytes) return lying
  const says = lying.readUIntBE(0, bytes)
  const lie = random.pick([says + 1, says - 1, says + 65_536, ...lengths])
  lying.writeUIntBE(Math.max(0, lie) % 2 ** width, 0, bytes)
  return lying
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}

function changed(bytes: Uint8Array, random: SeededRandom, change: (byte: number) => number): Uint8Array {
  const copy = new Uint8Array(bytes)
  const at = random.below(bytes.length + 1)
  if (at < copy.length) copy[at] = change(copy[at]!)
  return copy
}

function inserted(bytes: Uint8Array, random: SeededRandom, more: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1)
  // Half of them take the place of as many bytes as they are, so that the length stays right.
  return joined([bytes.subarray(0, at), more, bytes.subarray(random.chance(0.5) ? at : at + more.length)])
}

function sliceOf(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const start = random.below(bytes.length + 1)
  return bytes.subarray(start, start + 1 + random.below(64))
}
