/** The binary encoding: what goes in comes out, whatever the order and the number of sessions, and whatever a peer makes up. */

import { deflateRawSync, inflateRawSync } from 'node:zlib'
import {
  BinaryDecoder,
  BinaryEncoder,
  type Compression,
  deflated,
  encodeMessage,
  type Message,
  ProtocolError,
} from '@syncro/protocol'
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

  test('N8 keys are told apart, whatever was read before', () => {
    const key = fc.constantFrom('é', 'Ã©', 'ab', 'abc', 'axc', 'a', '', 'aé', 'aÃ©', 'constructo', '\u0000')
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, fc.nat(5), { noNullPrototype: true }), { maxLength: 8 }), (value) => {
        const session = new BinarySession()
        const sent: Message = {
          ...{ type: 'batch', stamp: 1, writer: '00112233445566778899aabb' },
          changes: [{ name: 'T', id: 1, type: 'update', fields: { value } }],
        }
        expect(session.decode(session.encode(sent))).toEqual([sent])
      }),
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

describe('rows that are deflated', () => {
  const zlib = {
    deflate: (bytes: Uint8Array) => deflateRawSync(bytes),
    inflate: (bytes: Uint8Array, most: number) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, most) }),
  }
  const rows = (count: number): Message => ({
    type: 'rows',
    writers: ['00112233445566778899aabb'],
    rows: Array.from({ length: count }, (_, id) => ({
      name: 'T',
      id,
      birth: [id, 0],
      fields: [['t', `text ${id % 9}`, id, 0]],
    })),
  })
  const item = (length: number, small: Uint8Array) => {
    const count = (value: number) => [
      (value & 127) | 128,
      ((value >> 7) & 127) | 128,
      ((value >> 14) & 127) | 128,
      value >> 21,
    ]
    return Uint8Array.from([31, ...count(length), ...count(small.length), ...small])
  }
  const take = (bytes: Uint8Array, compression: Compression = zlib) => {
    const decoder = new BinaryDecoder(compression)
    decoder.open(bytes)
    return [decoder.next(), decoder.next(), decoder.messageBytes]
  }

  test('N22 come out as they went in, in fewer bytes, and count as what they are', () => {
    const session = new BinarySession()
    const encoded = session.encoder.encode(rows(500))
    const small = deflated(encoded, zlib)
    expect(small.bytes.length).toBeLessThan(encoded.bytes.length / 2)
    const decoder = new BinaryDecoder(zlib)
    decoder.open(session.bytes(small))
    expect(decoder.next()).toEqual(rows(500))
    expect(decoder.messageBytes).toBeGreaterThan(encoded.bytes.length)
  })

  test('N22 stay as they are where they are small, or would not become smaller', () => {
    const { encoder } = new BinarySession()
    const [few, many] = [encoder.encode(rows(10)), encoder.encode(rows(500))]
    expect(deflated(few, zlib)).toBe(few)
    expect(deflated(many, { ...zlib, deflate: (bytes) => bytes })).toBe(many)
    expect(deflated(many, { ...zlib, deflate: () => new Uint8Array(1) })).toBe(many)
  })

  test('N22 are unknown to whoever cannot inflate', () => {
    const decoder = new BinaryDecoder()
    decoder.open(item(1, new Uint8Array(1)))
    expect(() => decoder.next()).toThrow(expect.objectContaining({ code: 'SYNCRO_MESSAGE_UNKNOWN' }))
  })

  test.each([
    ['too much for its bytes', item(10_001, new Uint8Array(100)), 'SYNCRO_MESSAGE_INVALID'],
    ['too much at all', item(4_194_305, new Uint8Array(100_000)), 'SYNCRO_MESSAGE_INVALID'],
    ['nothing that was deflated', item(100, new Uint8Array(100).fill(255)), 'SYNCRO_BINARY_INVALID'],
    ['another length', item(5, deflateRawSync(Uint8Array.of(20, 0, 0))), 'SYNCRO_BINARY_INVALID'],
    ['more than it said', item(2, deflateRawSync(Uint8Array.of(20, 0, 0))), 'SYNCRO_BINARY_INVALID'],
    ['something else', item(2, deflateRawSync(Uint8Array.of(23, 0))), 'SYNCRO_BINARY_INVALID'],
    ['rows and more', item(4, deflateRawSync(Uint8Array.of(20, 0, 0, 0))), 'SYNCRO_BINARY_INVALID'],
  ])('N22 that are %s are refused', (_what, bytes, code) => {
    expect(() => take(bytes)).toThrow(expect.objectContaining({ code }))
  })

  test('N22 are bounded together as one body is', () => {
    const half = new Uint8Array(2_200_000)
    half[0] = 20
    const one = item(half.length, Uint8Array.from([...deflateRawSync(half), ...new Array<number>(30_000).fill(0)]))
    const inflated: number[] = []
    const counting = {
      ...zlib,
      inflate: (_bytes: Uint8Array, most: number) => {
        inflated.push(most)
        const bytes = new Uint8Array(most)
        bytes[0] = 20
        return bytes
      },
    }
    expect(() => take(Uint8Array.from([...one, ...one]), counting)).toThrow(ProtocolError)
    expect(inflated).toEqual([2_200_000])
  })
})

test('N9 what is counted is counted for a body, however many messages it has', () => {
  const batch = { type: 'batch', stamp: 1, writer: '00112233445566778899aabb' } as const
  const session = new BinarySession()
  const list = (length: number): Message => ({
    ...batch,
    changes: [{ name: 'T', id: 1, type: 'update', fields: { a: Array.from({ length }, () => []) } }],
  })
  const body = (...lengths: number[]) => Uint8Array.from(lengths.flatMap((length) => [...session.encode(list(length))]))
  // Each message is two, its change two more, and its value a list of lists.
  expect(session.decode(body(163_835, 163_835))).toHaveLength(2)
  expect(() => session.decode(body(163_835, 163_836))).toThrow(expect.objectContaining({ limit: 327_680 }))
})
