/** What once broke something is read without harm: see crashers/README.md. */
import { expect, test } from 'vitest'
import { crashers } from './corpus.js'
import { defaultStream, readBinary, readStream, readV1, readV2 } from './decoders.js'

const targets: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  'v1 body': readV1,
  'v2 body': readV2,
  'binary body': readBinary,
  'v1 stream': (bytes) => readSplit(bytes, 16),
  'v2 stream': (bytes) => readSplit(bytes, 32),
}

function readSplit(bytes: Uint8Array, width: 16 | 32): void {
  const options = { ...defaultStream, width }
  const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
  expect(readStream(pieces, options)).toEqual(readStream([bytes], options))
}

test('each crasher says what reads it', () => {
  expect(crashers().filter(({ target }) => !Object.hasOwn(targets, target))).toEqual([])
})

for (const { name, target, bytes } of crashers())
  test(`${name} no longer breaks anything`, () => {
    expect(() => targets[target]?.(bytes)).not.toThrow()
  })
