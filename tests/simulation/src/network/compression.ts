/** Deflating, as a program on Node would give it to a client. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Compression } from '@syncro/protocol'

export const compression: Compression = {
  deflate: (bytes) => deflateRawSync(bytes, { level: 3 }),
  inflate: (bytes, most) => inflateRawSync(bytes, { maxOutputLength: most }),
}
