import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader, FrameWriter } from './frames.js'

const messages = fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(70_000).fill(7))), {
  maxLength: 20,
})

/** Strings are compared in no time. */
const textOf = (message: Uint8Array) => Buffer.from(message).toString('latin1')

test('gives out what was written, however it is cut', () => {
  fc.assert(
    fc.property(messages, fc.integer({ min: 1, max: 100_000 }), (written, cut) => {
      const chunks: Uint8Array[] = []
      const writer = new FrameWriter((bytes) => chunks.push(bytes))
      for (const message of written) writer.push(message)
      writer.flush()
      const stream = Buffer.concat(chunks)
      const read: string[] = []
      const reader = new FrameReader((message) => read.push(textOf(message)))
      for (let at = 0; at < stream.length; at += cut) reader.receive(stream.subarray(at, at + cut))
      expect(read).toEqual(written.map(textOf))
    }),
    { numRuns: 50 },
  )
})
