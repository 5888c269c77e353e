import type { Connection } from '@syncro/protocol'
import { describe, expect, test } from 'vitest'
import { platformEnvironment } from './environment.js'
import { defaultCoreLimits } from './limits.js'
import { Outbound } from './outbound.js'

function scene(connection: Partial<Connection> = {}, limits: Partial<typeof defaultCoreLimits> = {}) {
  const writes: number[] = []
  const tasks: (() => void)[] = []
  const told: string[] = []
  const state = { stored: 0 }
  const environment = {
    ...platformEnvironment,
    timers: { ...platformEnvironment.timers, soon: (task: () => void) => void tasks.push(task) },
  }
  const outbound = new Outbound(
    { write: (bytes) => writes.push(bytes.length), ...connection },
    environment,
    { ...defaultCoreLimits, ...limits },
    {
      stored: () => state.stored,
      flushing: () => told.push('flushing'),
      drained: () => told.push('drained'),
      failed: () => told.push('failed'),
      overrun: () => told.push('overrun'),
      emptied: () => undefined,
    },
  )
  const turn = () => {
    for (const task of tasks.splice(0)) task()
  }
  return { outbound, writes, told, state, turn }
}

describe('what is queued', () => {
  test('is written in one piece when what runs now has ended', () => {
    const { outbound, writes, told, turn } = scene()
    for (let n = 0; n < 5; n++) outbound.push(new Uint8Array(10))
    expect([writes, outbound.queuedBytes]).toEqual([[], 50])
    turn()
    expect([writes, outbound.queuedBytes, told]).toEqual([[50], 0, ['flushing']])
  })

  for (const [bytes, writtenAtOnce] of [
    [99, false],
    [100, true],
    [101, true],
  ] as const)
    test(`of ${bytes} bytes, where a write has 100, is written ${writtenAtOnce ? 'at once' : 'later'}`, () => {
      const { outbound, writes } = scene({}, { writeBytes: 100 })
      outbound.push(new Uint8Array(bytes))
      expect(writes).toEqual(writtenAtOnce ? [bytes] : [])
    })

  test('is not written to a connection that was ended', () => {
    const { outbound, writes, turn } = scene({ writable: false })
    outbound.push(new Uint8Array(4))
    turn()
    expect([writes, outbound.queuedBytes]).toEqual([[], 0])
  })

  test('in messages that travel together is one frame, and what is to be stored later another', () => {
    const pieces: number[][] = []
    const { outbound, state, turn } = scene({ write: (bytes) => pieces.push([...bytes]) })
    outbound.pack(Uint8Array.of(1, 2))
    outbound.pack(Uint8Array.of(3))
    outbound.push(Uint8Array.of(9))
    outbound.pack(Uint8Array.of(4), 1)
    outbound.pack(Uint8Array.of(5))
    outbound.pack(Uint8Array.of(6), 2)
    turn()
    state.stored = 1
    outbound.schedule()
    turn()
    expect(pieces).toEqual([
      [0, 0, 0, 3, 1, 2, 3, 9],
      [0, 0, 0, 2, 4, 5],
    ])
    state.stored = 2
    outbound.schedule()
    turn()
    expect(pieces.at(-1)).toEqual([0, 0, 0, 1, 6])
  })

  test('in messages that travel together is one message where the connection keeps borders', () => {
    const pieces: number[][] = []
    const { outbound, turn } = scene({ borders: true, write: (bytes) => pieces.push([...bytes]) })
    for (const message of [Uint8Array.of(1, 2), Uint8Array.of(3)]) outbound.pack(message)
    turn()
    expect(pieces).toEqual([[1, 2, 3]])
  })

  for (const [bytes, frames] of [
    [95, [99]],
    [96, [100]],
    [97, [5, 100]],
  ] as const)
    test(`in messages that travel together is ${frames.length} frames for a byte and ${bytes - 1}, where a write has 100`, () => {
      const { outbound, writes, turn } = scene({}, { writeBytes: 100 })
      outbound.pack(new Uint8Array(1))
      outbound.pack(new Uint8Array(bytes - 1))
      turn()
      expect(writes).toEqual(frames)
    })

  test('is written in several pieces where it is more than a write has, and a large message in pieces as well', () => {
    const { outbound, writes, state, turn } = scene({}, { writeBytes: 100 })
    for (const length of [60, 40, 1, 250, 99]) outbound.push(new Uint8Array(length), 1)
    expect(writes).toEqual([])
    state.stored = 1
    turn()
    expect(writes).toEqual([100, 1, 100, 150, 99])
  })

  for (const [bytes, pieces] of [
    [199, [199]],
    [200, [100, 100]],
    [201, [100, 101]],
  ] as const)
    test(`as one message of ${bytes} bytes, where a write has 100, goes in ${pieces.length} pieces`, () => {
      const { outbound, writes } = scene({}, { writeBytes: 100 })
      outbound.push(new Uint8Array(bytes))
      expect([writes, outbound.queuedBytes]).toEqual([pieces, 0])
    })

  test('is written to the end of a message before the last words, where the connection took only a part', () => {
    let drain: (() => void) | undefined
    const written: number[] = []
    const write = (piece: Uint8Array) => {
      written.push(...piece)
      return false
    }
    const once = (_: 'drain', listener: () => void) => {
      drain = listener
    }
    const { outbound } = scene({ write, once }, { writeBytes: 2 })
    outbound.push(Uint8Array.of(1, 2, 3, 4, 5))
    expect([written, outbound.isBlocked, drain === undefined]).toEqual([[1, 2], true, false])
    outbound.end([Uint8Array.of(9)])
    expect(written).toEqual([1, 2, 3, 4, 5, 9])
  })

  for (const [bytes, overrun] of [
    [999, []],
    [1000, []],
    [1001, ['overrun']],
  ] as const)
    test(`of ${bytes} bytes, where maxOutboundBytes is 1000, is ${overrun.length > 0 ? 'too much' : 'held'}`, () => {
      const { outbound, told } = scene({}, { maxOutboundBytes: 1000, writeBytes: 2000 })
      outbound.push(new Uint8Array(1))
      outbound.push(new Uint8Array(bytes - 1))
      expect(told).toEqual(overrun)
    })

  test('is written message by message where the connection keeps borders', () => {
    const { outbound, writes, turn } = scene({ borders: true })
    for (const length of [1, 2, 3]) outbound.push(new Uint8Array(length))
    turn()
    expect(writes).toEqual([1, 2, 3])
  })

  test('goes ahead of what is not stored where it does not depend on it, and of nothing else', () => {
    const { outbound, writes, state, turn } = scene({ borders: true })
    outbound.push(new Uint8Array(1))
    outbound.push(new Uint8Array(2), 1)
    outbound.push(new Uint8Array(3), 2)
    outbound.pushAhead(new Uint8Array(4))
    turn()
    expect(writes).toEqual([1, 4])
    state.stored = 1
    outbound.pushAhead(new Uint8Array(5))
    turn()
    expect([writes, outbound.queuedBytes]).toEqual([[1, 4, 2, 5], 3])
  })

  test('goes ahead, but not into the middle of a large message', () => {
    const written: number[] = []
    const taken: (() => void)[] = []
    const { outbound, state, turn } = scene(
      {
        write: (bytes) => {
          written.push(...bytes)
          return false
        },
        once: (_event, listener) => taken.push(listener),
      },
      { writeBytes: 2 },
    )
    state.stored = 1
    outbound.push(Uint8Array.of(1, 2, 3, 4, 5), 1)
    outbound.push(Uint8Array.of(6), 2)
    outbound.pushAhead(Uint8Array.of(7))
    while (taken.length > 0) taken.shift()!()
    turn()
    expect(written).toEqual([1, 2, 3, 4, 5, 7])
  })

  test('waits until it is stored, and what is behind it waits with it', () => {
    for (const borders of [false, true]) {
      const { outbound, writes, state, turn } = scene({ borders })
      outbound.push(new Uint8Array(1))
      outbound.push(new Uint8Array(2), 2)
      outbound.push(new Uint8Array(3))
      turn()
      expect(writes).toEqual([1])
      state.stored = 1
      outbound.flush()
      expect(writes).toEqual([1])
      state.stored = 2
      outbound.flush()
      expect(writes.reduce((sum, length) => sum + length)).toBe(6)
    }
  })
})

describe('a connection that asks for a pause', () => {
  function slow() {
    let drain: () => void = () => undefined
    const connection = {
      writes: 0,
      write: () => {
        connection.writes += 1
        return false
      },
      once: (_event: string, listener: () => void) => {
        drain = listener
      },
    }
    return { ...scene(connection, { maxQueuedBytes: 100 }), connection, drain: () => drain() }
  }

  test('is written to again when it has drained', () => {
    const { outbound, connection, drain, turn } = slow()
    outbound.push(new Uint8Array(1))
    turn()
    outbound.push(new Uint8Array(1))
    turn()
    expect([connection.writes, outbound.queuedBytes]).toEqual([1, 1])
    drain()
    expect([connection.writes, outbound.queuedBytes]).toEqual([2, 0])
  })

  test('but has no drain to tell of is written to on', () => {
    const { outbound, turn, writes } = scene({
      write: (bytes) => {
        writes.push(bytes.length)
        return false
      },
    })
    for (let n = 0; n < 3; n++) {
      outbound.push(new Uint8Array(1))
      turn()
    }
    expect(writes).toEqual([1, 1, 1])
  })

  test('has the queue full above its bound, and tells when there is room again', () => {
    const { outbound, told, drain, turn } = slow()
    outbound.push(new Uint8Array(1))
    turn()
    outbound.push(new Uint8Array(100))
    expect(outbound.full).toBe(false)
    outbound.push(new Uint8Array(1))
    expect(outbound.full).toBe(true)
    expect(told).not.toContain('drained')
    drain()
    expect(told).toContain('drained')
  })

  test('is written all that is stored at the end, then the last words, and nothing after', () => {
    const { outbound, connection, turn, drain, told } = slow()
    outbound.push(new Uint8Array(1))
    turn()
    outbound.push(new Uint8Array(50))
    outbound.push(new Uint8Array(50), 1)
    outbound.end([new Uint8Array(7)])
    expect([connection.writes, outbound.queuedBytes]).toEqual([3, 0])
    outbound.push(new Uint8Array(1))
    outbound.end([new Uint8Array(7)])
    turn()
    drain()
    expect([connection.writes, told.includes('drained')]).toEqual([3, false])
  })
})

test('a connection that throws is told of once, and written to no more', () => {
  let writes = 0
  const { outbound, told, turn } = scene(
    {
      write: () => {
        writes += 1
        throw new Error('broken')
      },
    },
    { writeBytes: 1 },
  )
  for (let n = 0; n < 5; n++) outbound.push(new Uint8Array(1))
  turn()
  outbound.end([new Uint8Array(1)])
  expect([writes, told]).toEqual([1, ['failed']])
})
