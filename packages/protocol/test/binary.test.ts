/** The binary encoding: what goes in comes out, whatever the order and the number of sessions, and whatever a peer makes up. */

import { BinaryDecoder, BinaryEncoder, encodeMessage, type Message, ProtocolError } from '@syncro/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { message, spoilt } from './arbitraries.js'
import { BinarySession, RowBook } from './binary-session.js'

const messages = fc.array(message, { minLength: 1, maxLength: 6 })

/** As it is read: an error's text is cut. */
function read(sent: Message): Message {
  return sent.type === 'error' ? { ...sent, message: sent.message.slice(0, 1024) } : sent
}

/** Runs it; a ProtocolError is an outcome, any other error is a failure. */
function orProtocolError(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    expect(error.code).toMatch(/^SYNCRO_[A-Z_]+$/)
  }
}

describe('binary', () => {
  test('M1-M14 any messages come out as they went in, one or many to a body', () => {
    fc.assert(
      fc.property(messages, fc.nat(3), (sent, rows) => {
        const session = new BinarySession(new BinaryEncoder(new RowBook(rows)))
        const each = sent.flatMap((one) => session.decode(session.encode(one)))
        expect(each).toEqual(sent.map(read))
        const joined = new BinarySession(new BinaryEncoder(new RowBook(rows)))
        const body = Uint8Array.from(sent.flatMap((one) => [...joined.encode(one)]))
        expect(joined.decode(body)).toEqual(sent.map(read))
      }),
      { numRuns: 500 },
    )
  })

  test('N2 one encoding serves every session, whenever it began', () => {
    fc.assert(
      fc.property(messages, fc.nat(5), (sent, from) => {
        const first = new BinarySession()
        const second = new BinarySession(first.encoder)
        for (const [index, one] of sent.entries()) {
          const encoded = first.encoder.encode(one)
          expect(first.decode(first.bytes(encoded))).toEqual([read(one)])
          if (index >= from) expect(second.decode(second.bytes(encoded))).toEqual([read(one)])
        }
      }),
      { numRuns: 500 },
    )
  })

  test('N1 a message that is cut anywhere is refused', () => {
    fc.assert(
      fc.property(message, fc.nat(), (sent, at) => {
        const session = new BinarySession()
        const bytes = session.encode(sent)
        const cut = bytes.subarray(0, at % bytes.length)
        const decode = () => session.decode(cut)
        // A cut between definitions leaves whole ones.
        try {
          expect(decode()).toEqual([])
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('B1 bytes that were spoilt give messages or a ProtocolError, and nothing else', () => {
    const bytes = messages.map((sent) => {
      const session = new BinarySession()
      return Uint8Array.from(sent.flatMap((one) => [...session.encode(one)]))
    })
    fc.assert(
      fc.property(spoilt(bytes), (body) => orProtocolError(() => new BinarySession().decode(body))),
      { numRuns: 3_000 },
    )
  })

  test('B1 any bytes give messages or a ProtocolError, and nothing else', () => {
    const kinds = fc.integer({ min: 0, max: 40 })
    fc.assert(
      fc.property(kinds, fc.uint8Array({ maxLength: 60 }), (kind, rest) =>
        orProtocolError(() => new BinarySession().decode(Uint8Array.from([kind, ...rest]))),
      ),
      { numRuns: 3_000 },
    )
  })

  test('what is read can be written in JSON and read again', () => {
    const bytes = messages.map((sent) => {
      const session = new BinarySession()
      return Uint8Array.from(sent.flatMap((one) => [...session.encode(one)]))
    })
    fc.assert(
      fc.property(spoilt(bytes), (body) =>
        orProtocolError(() => {
          for (const one of new BinarySession().decode(body)) expect(encodeMessage(one).length).toBeGreaterThan(0)
        }),
      ),
      { numRuns: 1_000 },
    )
  })

  test('an update of one field takes a few bytes', () => {
    const session = new BinarySession()
    const update = (stamp: number, value: boolean): Message => ({
      type: 'batch',
      stamp,
      writer: '00112233445566778899aabb',
      changes: [{ name: 'Todo', id: '01jd7m2c8x', type: 'update', fields: { done: value } }],
    })
    session.encode(update(891896611635200, true))
    expect(session.encode(update(891896611635201, false))).toHaveLength(6)
  })
})

describe('what a number means', () => {
  const decoder = () => new BinaryDecoder()
  const body = (...bytes: number[]) => Uint8Array.from(bytes)
  const take = (one: BinaryDecoder, bytes: Uint8Array) => {
    one.open(bytes)
    return one.next()
  }
  const code = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      return (error as ProtocolError).code
    }
    return undefined
  }

  test('N3 a number that was not defined is refused', () => {
    expect(code(() => take(decoder(), body(22, 1, 0)))).toBe('SYNCRO_NUMBER_INVALID')
  })

  test('N4 a name keeps its number: the same again is nothing, another is refused', () => {
    const one = decoder()
    expect(take(one, body(1, 0, 1, 65, 1, 0, 1, 65))).toBeUndefined()
    expect(code(() => take(one, body(1, 0, 1, 66)))).toBe('SYNCRO_NUMBER_INVALID')
  })

  test('N5 a row that was forgotten gives its number to another', () => {
    const encoder = new BinaryEncoder({ numberOf: () => 0, recordAt: () => ({ name: 'T', id: 'b' }) })
    const session = new BinarySession(encoder)
    const destroy = (id: string): Message => ({
      type: 'batch',
      stamp: 1,
      writer: '00112233445566778899aabb',
      changes: [{ name: 'T', id, type: 'create' }],
    })
    expect(session.decode(session.encode(destroy('a')))).toEqual([destroy('a')])
    session.told.forget([0])
    const update: Message = {
      ...destroy('b'),
      changes: [{ name: 'T', id: 'b', type: 'update', fields: { a: 1 } }],
    } as Message
    expect(session.decode(session.encode(update))).toEqual([update])
  })

  test.each([
    ['names', 1, 65_536],
    ['rows', 3, 4_194_304],
  ])('N6 there are so many %s', (_what, kind, limit) => {
    const rest = kind === 1 ? [1, 65] : [0, 1, 65, 0x81]
    const define = (number: number) =>
      code(() =>
        take(
          decoder(),
          body(
            kind,
            (number & 127) | 128,
            ((number >> 7) & 127) | 128,
            ((number >> 14) & 127) | 128,
            number >> 21,
            ...rest,
          ),
        ),
      )
    expect(define(limit - 2)).toBeUndefined()
    expect(define(limit - 1)).toBeUndefined()
    expect(define(limit)).toBe('SYNCRO_NUMBER_INVALID')
  })
})

test('rows of a hostile peer cost no more than they could in JSON', () => {
  // A section of 16,384 rows with 1,024 fields of which each takes a few bytes would be 16 million values.
  const name = [0, 1, 65]
  const field = [...name, 1, 2, 0x80, 0, 0]
  const head = [
    20,
    1,
    0,
    ...new Array<number>(12).fill(0),
    1,
    ...name,
    0x80,
    0x80,
    1,
    2,
    0x80,
    0,
    1,
    0x80,
    0,
    1,
    0,
    0x80,
    8,
  ]
  const body = Uint8Array.from([...head, ...Array.from({ length: 1_024 }, () => field).flat()])
  const decoder = new BinaryDecoder()
  decoder.open(body)
  expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'SYNCRO_MESSAGE_INVALID', limit: 327_680 }))
})
