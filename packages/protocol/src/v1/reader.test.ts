import { describe, expect, test } from 'vitest'
import { encodeFrame } from '../frame.js'
import { FrameDecoder } from '../frame-decoder.js'
import { encodeV1 } from './codec.js'
import type { GemMessage, ReceivedV1Message } from './message.js'
import { V1Reader } from './reader.js'

/** A body under its length modulo 65,536, as the gem sends it. */
function gemFrame(message: GemMessage): Uint8Array {
  const body = encodeV1(message)
  const frame = new Uint8Array(2 + body.length)
  frame.set([(body.length >> 8) & 255, body.length & 255])
  frame.set(body, 2)
  return frame
}

/** A message whose body has exactly so many bytes. */
function sized(bytes: number): GemMessage {
  const empty = encodeV1({ type: 'response', id: 1, result: '' }).length
  return { type: 'response', id: 1, result: 'x'.repeat(bytes - empty) }
}

function readAll(stream: Uint8Array, size: number): ReceivedV1Message[] {
  const decoder = new FrameDecoder()
  const reader = new V1Reader(decoder)
  const messages: ReceivedV1Message[] = []
  for (let start = 0; start < stream.length; start += size) {
    decoder.push(stream.subarray(start, start + size))
    for (let message = reader.next(); message; message = reader.next()) messages.push(message)
  }
  decoder.end()
  return messages
}

const noop: GemMessage = { type: 'noop', id: 9 }

describe('V1Reader', () => {
  test.each([65_534, 65_535, 65_536, 65_537, 70_000, 131_071, 131_072, 131_073, 300_000])(
    'F5 reads a gem message of %i bytes and the one behind it',
    (bytes) => {
      const message = sized(bytes)
      const stream = new Uint8Array([...gemFrame(message), ...gemFrame(noop)])
      for (const size of [1_460, 16_384, stream.length]) expect(readAll(stream, size)).toEqual([message, noop])
    },
  )

  test('F5 reads a message up to 4 MiB, and refuses a byte more', () => {
    for (const bytes of [4_194_303, 4_194_304]) expect(readAll(gemFrame(sized(bytes)), 65_536)).toHaveLength(1)
    expect(() => readAll(gemFrame(sized(4_194_305)), 65_536)).toThrow(
      expect.objectContaining({ code: 'SYNCRO_FRAME_TOO_LARGE' }),
    )
  })

  test('F5 takes an empty body for the beginning of a long one', () => {
    const decoder = new FrameDecoder()
    const reader = new V1Reader(decoder)
    decoder.push(new Uint8Array([0, 0]))
    expect(reader.next()).toBeUndefined()
    decoder.push(encodeV1(sized(65_536)))
    expect(reader.next()).toEqual(sized(65_536))
  })

  test('F5 does not retry what is JSON and wrong', () => {
    const decoder = new FrameDecoder()
    const reader = new V1Reader(decoder)
    decoder.push(encodeFrame(new TextEncoder().encode('{"type":"hello","versions":5}'), 16))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'SYNCRO_MESSAGE_INVALID' }))
  })

  test('F5 does not retry a finished object that is no JSON', () => {
    const decoder = new FrameDecoder()
    const reader = new V1Reader(decoder)
    decoder.push(encodeFrame(new TextEncoder().encode('{"type":1.}'), 16))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'SYNCRO_JSON_INVALID' }))
  })

  test('H3 mends nothing once it is told so', () => {
    const decoder = new FrameDecoder()
    const reader = new V1Reader(decoder)
    reader.mends = false
    decoder.push(gemFrame(sized(70_000)))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'SYNCRO_JSON_INVALID' }))
  })
})
