import { describe, expect, test, vi } from 'vitest'
import { encodeFrame } from './frame.js'
import { FrameDecoder } from './frame-decoder.js'

const body = (length: number, seed = 1) => new Uint8Array(length).map((_, index) => (index * seed) & 255)

/** The memory behind what the decoder holds. */
const capacity = (decoder: FrameDecoder) => decoder.peek().buffer.byteLength

describe('FrameDecoder', () => {
  test('F1 gives joined frames one by one, and undefined after the last', () => {
    const decoder = new FrameDecoder()
    decoder.push(new Uint8Array([...encodeFrame(body(3), 16), ...encodeFrame(body(2, 7), 16), 0]))
    expect(decoder.next()).toEqual(body(3))
    expect(decoder.next()).toEqual(body(2, 7))
    expect(decoder.next()).toBeUndefined()
    expect(decoder.pendingBytes).toBe(1)
  })

  test('F2 changes its width between two frames', () => {
    const decoder = new FrameDecoder()
    decoder.push(new Uint8Array([...encodeFrame(body(3), 16), ...encodeFrame(body(5), 32)]))
    expect(decoder.next()).toEqual(body(3))
    decoder.width = 32
    expect(decoder.next()).toEqual(body(5))
    decoder.end()
  })

  test('keeps nothing of a chunk, so that it may be reused', () => {
    const decoder = new FrameDecoder()
    const chunk = encodeFrame(body(10), 16).slice(0, 6)
    decoder.push(chunk)
    chunk.fill(0xee)
    decoder.push(encodeFrame(body(10), 16).subarray(6))
    expect(decoder.next()).toEqual(body(10))
  })

  test('takes a whole megabyte byte by byte with work that is linear in it', () => {
    let moved = 0
    const set = vi.spyOn(Uint8Array.prototype, 'set')
    const copyWithin = vi.spyOn(Uint8Array.prototype, 'copyWithin')
    const count = 1_000
    const frame = encodeFrame(body(1_000), 16)
    const decoder = new FrameDecoder()
    const one = new Uint8Array(1)
    let bodies = 0
    set.mockClear()
    for (let round = 0; round < count; round++) {
      for (const byte of frame) {
        one[0] = byte
        decoder.push(one)
        if (decoder.next()) bodies++
      }
      for (const [source] of set.mock.calls) moved += source.length
      for (const [, start = 0, end = 0] of copyWithin.mock.calls) moved += end - start
      set.mockClear()
      copyWithin.mockClear()
    }
    expect(bodies).toBe(count)
    expect(moved).toBeLessThan(3 * count * frame.length)
  })

  test('moves each byte a bounded number of times in one frame of 4 MiB that comes in pieces', () => {
    const set = vi.spyOn(Uint8Array.prototype, 'set')
    const frame = encodeFrame(body(4_194_304), 32)
    const decoder = new FrameDecoder({ width: 32 })
    set.mockClear()
    for (let start = 0; start < frame.length; start += 1_000) {
      decoder.push(frame.subarray(start, start + 1_000))
      if (start + 1_000 < frame.length) expect(decoder.next()).toBeUndefined()
    }
    const moved = set.mock.calls.reduce((sum, [source]) => sum + source.length, 0)
    expect(decoder.next()).toHaveLength(4_194_304)
    expect(moved).toBeLessThan(4 * frame.length)
  })

  test('holds at most half as much again as a frame and a chunk, and reserves nothing for a length', () => {
    const decoder = new FrameDecoder({ width: 32, maxFrameBytes: 100_000 })
    const stream = new Uint8Array(1_000_040)
    for (let index = 0; index < 10; index++) stream.set(encodeFrame(body(100_000), 32), index * 100_004)
    let bodies = 0
    decoder.push(stream.subarray(0, 4))
    decoder.next()
    expect(capacity(decoder)).toBeLessThan(5_000)
    for (let start = 4; start < stream.length; start += 1_777) {
      decoder.push(stream.subarray(start, start + 1_777))
      while (decoder.next()) bodies++
      expect(capacity(decoder)).toBeLessThanOrEqual(1.5 * (100_004 + 1_777))
    }
    expect(bodies).toBe(10)
  })

  test('gives its memory back once a large frame has gone', () => {
    const decoder = new FrameDecoder({ width: 32 })
    decoder.push(encodeFrame(body(1_000_000), 32))
    expect(decoder.next()).toHaveLength(1_000_000)
    expect(decoder.next()).toBeUndefined()
    expect(capacity(decoder)).toBe(0)
  })

  test('F4 takes a frame of its limit and refuses one byte more', () => {
    for (const width of [16, 32] as const) {
      const decoder = new FrameDecoder({ width, maxFrameBytes: 100 })
      decoder.push(encodeFrame(body(99), width))
      decoder.push(encodeFrame(body(100), width))
      decoder.push(encodeFrame(body(101), width))
      expect(decoder.next()).toHaveLength(99)
      expect(decoder.next()).toHaveLength(100)
      expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'SYNCRO_FRAME_TOO_LARGE', actual: 101 }))
      expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'SYNCRO_FRAME_TOO_LARGE' }))
    }
  })

  test('F5 puts a body back, to come again with more behind it, as often as it must', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 20 })
    decoder.push(encodeFrame(body(3), 16))
    decoder.next()
    decoder.extend(8)
    expect(decoder.next()).toBeUndefined()
    expect(decoder.peek()).toEqual(body(3))
    decoder.push(new Uint8Array(16).fill(9))
    expect(decoder.next()).toEqual(new Uint8Array([0, 1, 2, 9, 9, 9, 9, 9, 9, 9, 9]))
    decoder.extend(8)
    expect(decoder.next()).toHaveLength(19)
    expect(() => decoder.extend(8)).toThrow(expect.objectContaining({ code: 'SYNCRO_FRAME_TOO_LARGE', actual: 27 }))
  })

  test('refuses to put back a body that is gone', () => {
    const decoder = new FrameDecoder()
    decoder.push(encodeFrame(body(3), 16))
    decoder.next()
    decoder.push(new Uint8Array([0]))
    expect(() => decoder.extend(8)).toThrow('right after')
  })

  test('F6 ends well between frames, and not within one', () => {
    const decoder = new FrameDecoder()
    decoder.push(encodeFrame(body(3), 16))
    decoder.next()
    expect(() => decoder.end()).not.toThrow()
    decoder.push(new Uint8Array([0, 5, 1]))
    expect(() => decoder.end()).toThrow(expect.objectContaining({ code: 'SYNCRO_FRAME_CUT' }))
  })
})
