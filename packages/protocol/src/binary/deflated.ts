/** Rows that travel deflated, where both sides can. Rule N22. */

import { overLimit } from '../check.js'
import { MAX_DEFLATE_RATIO, MIN_DEFLATED_BYTES } from '../limits.js'
import { ByteReader, malformed } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { Item } from './items.js'
import type { Encoded } from './told.js'

/** What deflates and inflates, raw (RFC 1951): the platform's, since it is none of ours. Node: `deflateRawSync`, `inflateRawSync` of `node:zlib`. */
export interface Compression {
  deflate(bytes: Uint8Array): Uint8Array

  /** Throws, whatever it likes, for what was not deflated, and for what comes to more bytes than `most`: it must not make them. */
  inflate(bytes: Uint8Array, most: number): Uint8Array
}

const writer = new ByteWriter()

/** The same message deflated, where that makes it smaller by a tenth at least; the message itself where it does not, or is not large. */
export function deflated(encoded: Encoded, { deflate }: Compression): Encoded {
  const { length } = encoded.bytes
  if (length < MIN_DEFLATED_BYTES) return encoded
  const small = deflate(encoded.bytes)
  if (small.length > length * 0.9 || length > small.length * MAX_DEFLATE_RATIO) return encoded
  writer.clear()
  writer.byte(Item.deflated)
  writer.count(length)
  writer.count(small.length)
  writer.raw(small)
  return { ...encoded, bytes: writer.take() }
}

/**
 * What was deflated, to be read: the bytes behind the `rows` that they have to begin with. Throws `SYNCRO_MESSAGE_INVALID`, `SYNCRO_BINARY_INVALID`.
 *
 * @param most bytes that may be inflated.
 */
export function readDeflated(reader: ByteReader, { inflate }: Compression, most: number): ByteReader {
  const length = reader.countUpTo(most, 'what was deflated')
  const small = reader.raw(reader.count())
  if (length > small.length * MAX_DEFLATE_RATIO)
    throw overLimit('what was deflated', length, small.length * MAX_DEFLATE_RATIO)
  const bytes = inflated(small, length, inflate)
  if (bytes.length !== length) throw malformed('what was deflated has another length')
  const inner = new ByteReader()
  inner.open(bytes)
  if (inner.byte() !== Item.rows) throw malformed('something else than rows was deflated')
  return inner
}

function inflated(small: Uint8Array, length: number, inflate: Compression['inflate']): Uint8Array {
  try {
    return inflate(small, length)
  } catch (cause) {
    throw malformed('it was not deflated', cause)
  }
}
