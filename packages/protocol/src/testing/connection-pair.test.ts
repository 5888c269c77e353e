import { describe, expect, test } from 'vitest'
import type { Receiver } from '../connection.js'
import { type ConnectionPair, connectionPair, type PairOptions } from './connection-pair.js'

interface Seen extends Receiver {
  readonly pieces: number[][]
  readonly ends: (Error | undefined)[]
}

function seen(): Seen {
  const pieces: number[][] = []
  const ends: (Error | undefined)[] = []
  return { pieces, ends, receive: (bytes) => pieces.push([...bytes]), close: (cause) => ends.push(cause) }
}

function scene(options: PairOptions = {}): { pair: ConnectionPair; a: Seen; b: Seen } {
  const pair = connectionPair(options)
  const a = seen()
  const b = seen()
  pair.a.attach(a)
  pair.b.attach(b)
  return { pair, a, b }
}

const bytes = (...values: number[]) => new Uint8Array(values)

describe('connectionPair', () => {
  test('delivers nothing before it is flushed', () => {
    const { pair, b } = scene()
    pair.a.write(bytes(1, 2))
    expect(b.pieces).toEqual([])
    expect(pair.a.queuedBytes).toBe(2)
    expect(pair.flush()).toBe(1)
    expect(b.pieces).toEqual([[1, 2]])
    expect(pair.a).toMatchObject({ writes: 1, writtenBytes: 2, queuedBytes: 0 })
    expect(pair.b).toMatchObject({ deliveries: 1, deliveredBytes: 2 })
  })

  test('joins writes and cuts them into pieces of the size asked for', () => {
    const { pair, b } = scene()
    pair.a.write(bytes(1, 2, 3))
    pair.a.write(bytes(4, 5))
    pair.flush({ chunk: 2 })
    expect(b.pieces).toEqual([[1, 2], [3, 4], [5]])
  })

  test('lets both directions through in the order of writing, or one alone', () => {
    const { pair, a, b } = scene()
    pair.b.write(bytes(1))
    pair.a.write(bytes(2))
    expect(pair.flushOne()).toBe(true)
    expect([a.pieces, b.pieces]).toEqual([[[1]], []])
    pair.b.write(bytes(3))
    pair.flush({ from: 'b' })
    expect([a.pieces, b.pieces]).toEqual([[[1], [3]], []])
    pair.flush()
    expect(pair.flushOne()).toBe(false)
  })

  test('repeats a write on request', () => {
    const { pair, b } = scene()
    pair.a.write(bytes(7))
    pair.flushOne({ repeat: true })
    pair.flush()
    expect(b.pieces).toEqual([[7], [7]])
  })

  test('loses what is under way when it is cut, and tells both once', () => {
    const { pair, a, b } = scene()
    const cause = new Error('cable')
    pair.a.write(bytes(1))
    pair.cut(cause)
    pair.cut(cause)
    pair.flush()
    expect(b.pieces).toEqual([])
    expect([a.ends, b.ends]).toEqual([[cause], [cause]])
  })

  test('drops the writes of one end and delivers those of the other', () => {
    const { pair, a, b } = scene()
    pair.a.write(bytes(1))
    pair.b.write(bytes(2))
    pair.drop('a')
    expect([a.pieces, b.pieces]).toEqual([[[2]], []])
    expect([pair.a.closed, pair.b.closed]).toEqual([true, true])
  })

  test.each([bytes(1, 2), Buffer.of(1, 2)])('overwrites what it lent once receive has returned: %o', (written) => {
    const pair = connectionPair()
    let kept: Uint8Array = bytes()
    pair.b.attach({
      receive: (lent) => {
        kept = lent
      },
      close: () => {},
    })
    pair.a.attach(seen())
    pair.a.write(written)
    pair.flush()
    expect([...kept]).toEqual([0xee, 0xee])
    expect([...written]).toEqual([1, 2])
  })

  test('holds back what is for a paused end', () => {
    const { pair, b } = scene()
    pair.b.pause()
    pair.a.write(bytes(1))
    expect(pair.flush()).toBe(0)
    pair.b.resume()
    expect(pair.flush()).toBe(1)
    expect(b.pieces).toEqual([[1]])
  })

  test('asks for a pause at the high-water mark and drains when all is delivered', () => {
    const { pair } = scene({ highWaterBytes: 3 })
    let drained = 0
    expect(pair.a.write(bytes(1, 2))).toBe(true)
    expect(pair.a.write(bytes(3))).toBe(false)
    pair.a.once('drain', () => drained++)
    pair.flushOne()
    expect(drained).toBe(0)
    pair.flush()
    expect(drained).toBe(1)
  })

  test('refuses to cut messages on a pair with borders', () => {
    const { pair } = scene({ borders: true })
    pair.a.write(bytes(1, 2))
    expect(() => pair.flush({ chunk: 1 })).toThrow('leave chunk out')
  })

  test('says so where no receiver was attached', () => {
    const pair = connectionPair()
    pair.a.write(bytes(1))
    expect(() => pair.flush()).toThrow('attach a receiver to end b')
  })

  test('fails instead of hanging where both ends answer each other for ever', () => {
    const pair = connectionPair()
    pair.a.attach({ receive: (lent) => pair.a.write(lent.slice()), close: () => {} })
    pair.b.attach({ receive: (lent) => pair.b.write(lent.slice()), close: () => {} })
    pair.a.write(bytes(1))
    expect(() => pair.flush()).toThrow('not quiet')
  })
})
