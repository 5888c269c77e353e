import {
  decodeMessage,
  decodeV1,
  encodeFrame,
  encodeMessage,
  encodeMessageFrame,
  encodeV1,
  FrameDecoder,
  ProtocolError,
  V1Reader,
} from '@syncro/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonValue, message, pieces, spoilt, v1Message } from './arbitraries.js'

/** Runs it; a ProtocolError is an outcome, any other error is a failure. */
function orProtocolError(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    expect(error.code).toMatch(/^SYNCRO_[A-Z_]+$/)
  }
}

describe('version 2', () => {
  test('M1-M14 any message comes out as it went in', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const read = decodeMessage(encodeMessage(sent))
        expect(read).toEqual(sent.type === 'error' ? { ...sent, message: sent.message.slice(0, 1024) } : sent)
      }),
      { numRuns: 500 },
    )
  })

  test('a message in its frame has the bytes of its body behind its length', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(encodeMessageFrame(sent)).toEqual(encodeFrame(encodeMessage(sent), 32))
      }),
    )
  })

  test('F1 any split of the stream gives the same bodies', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, cuts) => {
        const bodies = messages.map(encodeMessage)
        const decoder = new FrameDecoder({ width: 32 })
        const read: Uint8Array[] = []
        for (const piece of pieces(join(bodies.map((body) => encodeFrame(body, 32))), cuts)) {
          const lent = piece.slice()
          decoder.push(lent)
          lent.fill(0xee)
          for (let body = decoder.next(); body; body = decoder.next()) read.push(body.slice())
        }
        decoder.end()
        expect(read).toEqual(bodies)
      }),
    )
  })

  test('B1 bytes that were spoilt give a message or a ProtocolError, and nothing else', () => {
    fc.assert(
      fc.property(spoilt(message.map(encodeMessage)), (body) => orProtocolError(() => decodeMessage(body))),
      { numRuns: 1_000 },
    )
  })

  test('B1 any JSON gives a message or a ProtocolError, and nothing else', () => {
    const types = fc.constantFrom(
      'batch',
      'rows',
      'resume',
      'resumed',
      'digest',
      'mark',
      'ack',
      'ping',
      'pong',
      'error',
      'catch-up',
    )
    const keys = fc.constantFrom(
      'stamp',
      'writer',
      'changes',
      'writers',
      'rows',
      'cursor',
      'era',
      'position',
      'code',
      'message',
    )
    const raw = fc.tuple(types, fc.dictionary(keys, fc.jsonValue())).map(([type, rest]) => ({ ...rest, type }))
    fc.assert(
      fc.property(fc.oneof(raw, fc.jsonValue()), (json) =>
        orProtocolError(() => decodeMessage(new TextEncoder().encode(JSON.stringify(json)))),
      ),
      { numRuns: 1_000 },
    )
  })

  test('B1 a spoilt stream gives bodies or a ProtocolError, and the decoder stays within its memory', () => {
    fc.assert(
      fc.property(spoilt(fc.array(message).map((all) => join(all.map(encodeMessageFrame)))), (stream) => {
        const decoder = new FrameDecoder({ width: 32, maxFrameBytes: 4_096 })
        orProtocolError(() => {
          for (const piece of pieces(stream, [7, 300, 1_000])) {
            decoder.push(piece)
            for (let body = decoder.next(); body; body = decoder.next()) expect(body.length).toBeLessThanOrEqual(4_096)
          }
          decoder.end()
        })
      }),
    )
  })
})

describe('version 1', () => {
  test('G1-G8 any message comes out as it went in', () => {
    fc.assert(
      fc.property(v1Message, (sent) => {
        expect(decodeV1(encodeV1(sent))).toEqual(sent)
      }),
      { numRuns: 500 },
    )
  })

  test('J1 what is sent is ASCII', () => {
    fc.assert(
      fc.property(v1Message, (sent) => {
        expect(encodeV1(sent).every((byte) => byte < 128)).toBe(true)
      }),
    )
  })

  test('J2 raw UTF-8 reads like its escapes', () => {
    fc.assert(
      fc.property(jsonValue, (result) => {
        const escaped = encodeV1({ type: 'response', id: 1, result })
        const raw = new TextEncoder().encode(
          new TextDecoder().decode(escaped).replace(/(?<!\\)((?:\\\\)*)((?:\\u[0-9a-f]{4})+)/g, unescapeRun),
        )
        expect(decodeV1(raw)).toEqual({ type: 'response', id: 1, result })
      }),
    )
  })

  test('B1 bytes that were spoilt give messages or a ProtocolError, and nothing else', () => {
    const stream = fc
      .array(v1Message, { minLength: 1, maxLength: 3 })
      .map((all) => join(all.map((one) => encodeFrame(encodeV1(one), 16))))
    fc.assert(
      fc.property(spoilt(stream), fc.boolean(), (bytes, mends) => {
        const decoder = new FrameDecoder()
        const reader = new V1Reader(decoder)
        reader.mends = mends
        orProtocolError(() => {
          for (const piece of pieces(bytes, [1, 2, 3, 50, 51])) {
            decoder.push(piece)
            while (reader.next()) expect(decoder.pendingBytes).toBeLessThanOrEqual(bytes.length)
          }
          decoder.end()
        })
      }),
      { numRuns: 1_000 },
    )
  })

  test('B1 any JSON gives a message or a ProtocolError, and nothing else', () => {
    const types = fc.constantFrom(
      'sync',
      'add_scribe',
      'response',
      'error',
      'rpc',
      'noop',
      'hello',
      'upgrade',
      'Sync',
      5,
      null,
    )
    const raw = fc.tuple(types, fc.object()).map(([type, rest]) => ({ ...rest, type }))
    fc.assert(
      fc.property(fc.oneof(raw, fc.jsonValue()), (json) => {
        const text = JSON.stringify(json, (_key, part: unknown) => (typeof part === 'bigint' ? Number(part) : part))
        orProtocolError(() => decodeV1(new TextEncoder().encode(text)))
      }),
      { numRuns: 1_000 },
    )
  })
})

function join(arrays: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(arrays.flatMap((array) => [...array]))
}

/** The text of escapes in a row, except of characters that JSON wants escaped. */
function unescapeRun(_match: string, backslashes: string, run: string): string {
  const characters: string = JSON.parse(`"${run}"`)
  return (
    backslashes +
    [...characters].map((one) => (one < ' ' ? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}` : one)).join('')
  )
}
