import { describe, expect, test } from 'vitest'
import { encodeFrame } from './frame.js'
import { MAX_FRAME_BYTES, MAX_V1_FRAME_BYTES } from './limits.js'

describe('encodeFrame', () => {
  test('F2 puts the length in front, big-endian, in 16 or 32 bits', () => {
    expect([...encodeFrame(new Uint8Array([7]), 16)]).toEqual([0, 1, 7])
    expect([...encodeFrame(new Uint8Array([7]), 32)]).toEqual([0, 0, 0, 1, 7])
    expect([...encodeFrame(new Uint8Array(0x1234), 16).subarray(0, 3)]).toEqual([0x12, 0x34, 0])
    expect([...encodeFrame(new Uint8Array(0x123456), 32).subarray(0, 5)]).toEqual([0, 0x12, 0x34, 0x56, 0])
  })

  test('F4 takes a body of the limit and one byte less, and refuses one byte more', () => {
    for (const [width, limit] of [
      [16, MAX_V1_FRAME_BYTES],
      [32, MAX_FRAME_BYTES],
    ] as const) {
      expect(encodeFrame(new Uint8Array(limit - 1), width)).toHaveLength(limit - 1 + width / 8)
      expect(encodeFrame(new Uint8Array(limit), width)).toHaveLength(limit + width / 8)
      expect(() => encodeFrame(new Uint8Array(limit + 1), width)).toThrow(
        expect.objectContaining({ code: 'SYNCRO_FRAME_TOO_LARGE', actual: limit + 1, limit }),
      )
    }
  })

  test('F4 refuses an empty body', () => {
    expect(() => encodeFrame(new Uint8Array(0), 16)).toThrow(expect.objectContaining({ code: 'SYNCRO_FRAME_EMPTY' }))
  })
})
