/** The table of bad input in PROTOCOL.md, row by row. */

import { readFileSync } from 'node:fs'
import {
  BinaryDecoder,
  decodeMessage,
  decodeV1,
  encodeFrame,
  encodeMessage,
  encodeV1,
  FrameDecoder,
  type Message,
  ProtocolError,
  V1Reader,
  type Value,
} from '@syncro/protocol'
import { describe, expect, test } from 'vitest'

const text = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8')
const era = '00112233445566778899aabb'
const sums = Array.from({ length: 16 }, () => [0, '0'.repeat(16)])
const digest = { type: 'digest', oldest: 0, parts: [], lists: [], differing: [], absent: [] }
const utf8 = (json: string) => new TextEncoder().encode(json)

function caught(run: () => unknown): ProtocolError {
  try {
    run()
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const v1 = (json: string) => caught(() => decodeV1(utf8(json))).code
const v2 = (json: string) => caught(() => decodeMessage(utf8(json))).code
const change = (json: string) => `{"type":"batch","stamp":1,"writer":"${era}","changes":[${json}]}`
const withValue = (json: string) => change(`["Todo",1,"u",{"a":${json}}]`)

const binary = (...items: number[]) =>
  caught(() => {
    const decoder = new BinaryDecoder()
    decoder.open(Uint8Array.from(items))
    while (decoder.next() !== undefined);
  }).code

/** The value of the one field in a batch, as it was read. */
function fieldOf(json: string): Value | undefined {
  const message = decodeMessage(utf8(withValue(json)))
  return message.type === 'batch' ? message.changes[0]?.fields?.a : undefined
}

/** Everything that a version-1 stream gives, and the code that it ends with. */
function readV1(
  bytes: Uint8Array,
  mends: boolean,
): { types: string[]; code: string | undefined; decoder: FrameDecoder } {
  const decoder = new FrameDecoder()
  const reader = new V1Reader(decoder)
  reader.mends = mends
  const types: string[] = []
  decoder.push(bytes)
  try {
    for (let message = reader.next(); message; message = reader.next()) types.push(message.type)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { types, code: error.code, decoder }
  }
  return { types, code: undefined, decoder }
}

/** A frame whose length says something else than its body has. */
function lying(says: number, body: string): Uint8Array {
  const bytes = utf8(body)
  const frame = new Uint8Array(2 + bytes.length)
  frame.set([says >> 8, says & 255])
  frame.set(bytes, 2)
  return frame
}

const noop = encodeFrame(encodeV1({ type: 'noop', id: 1 }), 16)
const both = (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b])

describe('bad input', () => {
  test('each row of the table has a test here', () => {
    const source = readFileSync(new URL(import.meta.url), 'utf8')
    for (const [, rule] of text.matchAll(/^\| \*\*(B\d+)\*\*/gm)) {
      if (rule !== 'B1') expect(source, rule).toMatch(new RegExp(`test\\(.${rule} `))
    }
  })

  test('B2 refuses a version-2 length over the limit before any of its body', () => {
    const decoder = new FrameDecoder({ width: 32 })
    decoder.push(new Uint8Array([0, 64, 0, 1]))
    expect(caught(() => decoder.next())).toMatchObject({
      code: 'SYNCRO_FRAME_TOO_LARGE',
      actual: 4_194_305,
      limit: 4_194_304,
    })
    const highest = new FrameDecoder({ width: 32 })
    highest.push(new Uint8Array([255, 255, 255, 255]))
    expect(caught(() => highest.next())).toMatchObject({ code: 'SYNCRO_FRAME_TOO_LARGE', actual: 4_294_967_295 })
  })

  test('B3 refuses a version-2 length of 0, and goes on refusing', () => {
    const decoder = new FrameDecoder({ width: 32 })
    decoder.push(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1, 65]))
    expect(caught(() => decoder.next()).code).toBe('SYNCRO_FRAME_EMPTY')
    expect(caught(() => decoder.next()).code).toBe('SYNCRO_FRAME_EMPTY')
  })

  test('B4 refuses a length that is too small at the first byte that cannot belong to the object', () => {
    const whole = '{"type":"noop","id":1}'
    const stream = lying(whole.length - 5, whole)
    expect(readV1(stream, true)).toMatchObject({ types: [], code: undefined })
    expect(readV1(both(stream, noop.subarray(0, 1)), true)).toMatchObject({ types: [], code: 'SYNCRO_JSON_INVALID' })
    expect(readV1(new Uint8Array([0, 0, 0, 22]), true).code).toBe('SYNCRO_JSON_INVALID')
  })

  test('B4 refuses an unfinished object over 4 MiB', () => {
    const decoder = new FrameDecoder()
    const reader = new V1Reader(decoder)
    decoder.push(lying(0, `{"type":"noop","id":"${'x'.repeat(4_194_304)}`))
    const error = caught(() => reader.next())
    expect(error).toMatchObject({ code: 'SYNCRO_FRAME_TOO_LARGE', actual: 4_259_840, limit: 4_194_304 })
  })

  test('B5 refuses a length that is too small after hello at once', () => {
    const whole = '{"type":"noop","id":1}'
    expect(readV1(lying(whole.length - 5, whole), false)).toMatchObject({ types: [], code: 'SYNCRO_JSON_INVALID' })
    expect(readV1(new Uint8Array([0, 0]), false).code).toBe('SYNCRO_JSON_INVALID')
  })

  test('B6 waits for the rest of a length that is too large, and keeps what came before', () => {
    const { types, code, decoder } = readV1(both(noop, lying(1_000, '{"type":"noop"}')), true)
    expect({ types, code }).toEqual({ types: ['noop'], code: undefined })
    expect(caught(() => decoder.end()).code).toBe('SYNCRO_FRAME_CUT')
  })

  test('B7 says that a frame was cut, also within its length', () => {
    for (const width of [16, 32] as const) {
      const decoder = new FrameDecoder({ width })
      decoder.push(new Uint8Array([0]))
      expect(decoder.next()).toBeUndefined()
      expect(caught(() => decoder.end()).code).toBe('SYNCRO_FRAME_CUT')
    }
  })

  test('B8 refuses what is no UTF-8 and what is no JSON', () => {
    for (const body of [
      '{not json',
      '',
      '{"type":"noop"} x',
      "{'type':'noop'}",
      '{"type":"noop",}',
      '\ufeff{"type":"noop"}',
    ]) {
      expect(v1(body)).toBe('SYNCRO_JSON_INVALID')
      expect(v2(body)).toBe('SYNCRO_JSON_INVALID')
    }
    const broken = utf8('{"type":"noop","id":"ü"}').filter((byte) => byte !== 0xbc)
    expect(caught(() => decodeV1(broken)).code).toBe('SYNCRO_JSON_INVALID')
    expect(caught(() => decodeMessage(broken)).code).toBe('SYNCRO_JSON_INVALID')
  })

  test('B9 refuses JSON that is no object', () => {
    for (const body of ['[1,2]', '5', 'null', '"text"', 'true', '12345678901234567890']) {
      expect(v1(body)).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(body)).toBe('SYNCRO_MESSAGE_INVALID')
    }
  })

  test('B10 drops unknown types of version 1 and refuses those of version 2', () => {
    for (const type of ['"Sync"', 'null', '5', '{"a":1}', '"hello"', '"upgrade"', '"unknown"', '"toString"']) {
      expect(decodeV1(utf8(`{"type":${type},"id":1}`))).toEqual({ type: 'unknown', sent: JSON.parse(type) })
    }
    expect(decodeV1(utf8('{"id":91}'))).toEqual({ type: 'unknown', sent: null })
    expect(v2('{"type":"Batch"}')).toBe('SYNCRO_MESSAGE_UNKNOWN')
    expect(v2(`{"type":"${'x'.repeat(100_000)}"}`)).toBe('SYNCRO_MESSAGE_UNKNOWN')
    for (const body of ['{}', '{"type":null}', '{"type":["batch"]}']) expect(v2(body)).toBe('SYNCRO_MESSAGE_INVALID')
  })

  const hello = {
    type: 'hello',
    uid: 'a',
    versions: [2],
    ledger: era,
    era,
    space: '',
    view: '',
    durable: true,
    clock: 1,
    number: 1,
  }
  const wrong: [object, string][] = [
    [{ type: 'resume' }, 'cursor'],
    [{ type: 'resume', cursor: { ledger: era, era: 'A'.repeat(24), position: 1, view: '' } }, 'cursor.era'],
    [{ type: 'resume', cursor: { ledger: era, era, position: -1, view: '' } }, 'cursor.position'],
    [{ type: 'resume', cursor: { ledger: 5, era, position: 1, view: '' } }, 'cursor.ledger'],
    [{ type: 'resume', cursor: { ledger: era, era, position: 1 } }, 'cursor.view'],
    [{ type: 'resume', cursor: { ledger: era, era, position: 1, since: 2, view: '' } }, 'cursor.since'],
    [{ type: 'resumed', good: 1 }, 'good'],
    [{ type: 'batch', writer: era, changes: [] }, 'stamp'],
    [{ type: 'batch', stamp: 1, writer: 'x', changes: [] }, 'writer'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [] }, 'changes'],
    [{ type: 'batch', stamp: 1, writer: era, changes: {} }, 'changes'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [5] }, 'changes[0]'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['', 1, 'd']] }, 'changes[0].name'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1.5, 'd']] }, 'changes[0].id'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', null, 'd']] }, 'changes[0].id'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', '', 'd']] }, 'changes[0].id'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'x']] }, 'changes[0].type'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'u']] }, 'changes[0].fields'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'u', []]] }, 'changes[0].fields'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'u', { '': 1 }]] }, 'changes[0].fields'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'u', {}, [1, era]]] }, 'changes[0].after'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'd', {}]] }, 'changes[0]'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'c', {}, [1]]] }, 'changes[0].after'],
    [{ type: 'batch', stamp: 1, writer: era, changes: [['T', 1, 'c', {}, null]] }, 'changes[0].after'],
    [{ type: 'catch-up', rows: 0.5 }, 'rows'],
    [{ type: 'rows', rows: [] }, 'writers'],
    [{ type: 'rows', writers: ['x'], rows: [] }, 'writers[0]'],
    [{ type: 'rows', writers: [] }, 'rows'],
    [{ type: 'rows', writers: [era], rows: [{}] }, 'rows[0]'],
    [{ type: 'rows', writers: [era], rows: [['T', [], null, null, []]] }, 'rows[0].id'],
    [{ type: 'rows', writers: [era], rows: [[7, 1, null, null, []]] }, 'rows[0].name'],
    [{ type: 'rows', writers: [era], rows: [['T', 1, null, null]] }, 'rows[0].fields'],
    [{ type: 'rows', writers: [era], rows: [['T', 1, 5, null, []]] }, 'rows[0].birth'],
    [{ type: 'rows', writers: [era], rows: [['T', 1, null, [-1, 0], []]] }, 'rows[0].destroy'],
    [{ type: 'rows', writers: [era], rows: [['T', 1, null, null, ['x']]] }, 'rows[0].fields[0]'],
    [{ type: 'rows', writers: [era], rows: [['T', 1, null, null, [['x', 1, 1]]]] }, 'rows[0].fields[0].stamp'],
    [{ type: 'rows', writers: [era], rows: [['T', 1, null, null, [[5, 1, 1, 0]]]] }, 'rows[0].fields[0].name'],
    [{ type: 'resumed', good: true }, 'rows'],
    [{ ...digest, oldest: -1 }, 'oldest'],
    [{ ...digest, parts: {} }, 'parts'],
    [{ ...digest, parts: [['0', []]] }, 'parts[0]'],
    [{ ...digest, parts: [['00000000', sums]] }, 'parts[0]'],
    [{ ...digest, parts: [['g', sums]] }, 'parts[0]'],
    [{ ...digest, parts: [['', [...sums.slice(1), [1]]]] }, 'parts[0]'],
    [{ ...digest, parts: [['', [...sums.slice(1), [-1, '0'.repeat(16)]]]] }, 'parts[0]'],
    [{ ...digest, parts: [['', [...sums.slice(1), [1, '0'.repeat(15)]]]] }, 'parts[0]'],
    [{ ...digest, lists: [['000000000', [], []]] }, 'lists[0]'],
    [{ ...digest, lists: [['', []]] }, 'lists[0].unborn'],
    [{ ...digest, lists: [['', ['x'], []]] }, 'lists[0].rows[0]'],
    [{ ...digest, differing: ['0'.repeat(31)] }, 'differing[0]'],
    [{ ...digest, absent: ['A'.repeat(32)] }, 'absent[0]'],
    [{ ...digest, absent: undefined }, 'absent'],
    [{ type: 'mark', era, position: '1' }, 'position'],
    [{ type: 'mark', position: 1 }, 'era'],
    [{ type: 'mark', era, position: 1, since: 2 }, 'since'],
    [{ type: 'mark', era, position: 1, since: null }, 'since'],
    [{ type: 'ack', era, position: null }, 'position'],
    [{ type: 'ack', era: null, position: 1 }, 'era'],
    [{ type: 'ping' }, 'clock'],
    [{ type: 'pong' }, 'clock'],
    [{ type: 'pong', clock: 1 }, 'received'],
    [{ type: 'pong', clock: 1, received: 1 }, 'sent'],
    [{ type: 'error', message: '' }, 'code'],
    [{ type: 'error', code: '', message: '' }, 'code'],
    [{ type: 'error', code: 'X' }, 'message'],
    [{ type: 'error', code: 'X', message: '', time: 'now' }, 'time'],
    [{ ...hello, uid: '' }, 'uid'],
    [{ ...hello, versions: [] }, 'versions'],
    [{ ...hello, versions: [0] }, 'versions'],
    [{ ...hello, versions: 2 }, 'versions'],
    [{ ...hello, ledger: '' }, 'ledger'],
    [{ ...hello, era: era.toUpperCase() }, 'era'],
    [{ ...hello, space: null }, 'space'],
    [{ ...hello, view: 5 }, 'view'],
    [{ ...hello, durable: 'yes' }, 'durable'],
    [{ ...hello, clock: 1.5 }, 'clock'],
    [{ ...hello, number: -1 }, 'number'],
    [{ ...hello, auth: { $date: 'x' } }, 'auth'],
    [{ type: 'upgrade', version: 3, clock: 1, received: 1, sent: 1 }, 'version'],
    [{ type: 'upgrade', version: 2, received: 1, sent: 1 }, 'clock'],
    [{ type: 'upgrade', version: 2, clock: 1, sent: 1 }, 'received'],
    [{ type: 'upgrade', version: 2, clock: 1, received: 1 }, 'sent'],
  ]

  test('B11 refuses a part that is missing or of the wrong type, and says which', () => {
    for (const [message, path] of wrong) {
      const json = JSON.stringify(message)
      const ours = json.startsWith('{"type":"hello"') || json.startsWith('{"type":"upgrade"')
      const error = caught(() => (ours ? decodeV1(utf8(json)) : decodeMessage(utf8(json))))
      expect({ code: error.code, path: error.path }, json).toEqual({ code: 'SYNCRO_MESSAGE_INVALID', path })
      expect(error.message).toContain(path)
    }
  })

  test("B11 reads what is missing in the gem's messages as null", () => {
    const read = (json: string) => decodeV1(utf8(json))
    expect(read('{"type":"sync"}')).toEqual({ type: 'sync', from: null })
    expect(read('{"type":"sync","from":{"toString":5}}')).toEqual({ type: 'sync', from: '?' })
    expect(read('{"type":"add_scribe","id":null}')).toEqual({ type: 'add_scribe', scribe: null, id: null })
    expect(read('{"type":"add_scribe","scribe":{"id":true,"klass":5}}')).toEqual({
      type: 'add_scribe',
      scribe: { data: null, id: null, klass: null, type: null },
    })
    expect(read('{"type":"response"}')).toEqual({ type: 'response', id: null, result: null })
    expect(read('{"type":"error","code":"x"}')).toEqual({ type: 'error', code: null })
    expect(read('{"type":"rpc","args":5}')).toEqual({ type: 'rpc', klass: null, method: null, args: [5] })
    expect(read('{"type":"rpc"}')).toEqual({ type: 'rpc', klass: null, method: null, args: [] })
  })

  test('B12 refuses __proto__ as key and name, and leaves prototypes alone', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      expect(v2(change(`["${key}",1,"d"]`))).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(change(`["T",1,"u",{"${key}":{"polluted":1}}]`))).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(withValue(`{"x":1,"${key}":{"polluted":1}}`))).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(`{"type":"rows","writers":["${era}"],"rows":[["T",1,null,null,[["${key}",1,1,0]]]]}`)).toBe(
        'SYNCRO_MESSAGE_INVALID',
      )
    }
    expect(v1('{"type":"noop","id":{"a":[{"__proto__":1}]}}')).toBe('SYNCRO_MESSAGE_INVALID')
    expect(v1('{"type":"noop","__proto__":{"polluted":1},"id":12345678901234567890}')).toBe('SYNCRO_MESSAGE_INVALID')
    expect(v1('{"\\u005f_proto__":{"polluted":1}}')).toBe('SYNCRO_MESSAGE_INVALID')
    expect(decodeMessage(utf8('{"type":"caught-up","__proto__":{"polluted":1}}'))).toEqual({ type: 'caught-up' })
    expect(decodeV1(utf8('{"type":"noop","id":{"constructor":1}}'))).toEqual({ type: 'noop', id: { constructor: 1 } })
    expect('polluted' in {}).toBe(false)
  })

  test('B12 takes __proto__ as the id of a record, where it is only a string', () => {
    const message: Message = {
      type: 'batch',
      stamp: 1,
      writer: era,
      changes: [{ name: 'T', id: '__proto__', type: 'destroy' }],
    }
    expect(decodeMessage(encodeMessage(message))).toEqual(message)
  })

  test('B13 refuses nesting of any depth without running out of stack', () => {
    const deep = new Uint8Array(10_000_000).fill(91)
    expect(caught(() => decodeV1(deep)).code).toBe('SYNCRO_MESSAGE_INVALID')
    expect(caught(() => decodeMessage(deep)).code).toBe('SYNCRO_MESSAGE_INVALID')
    for (const levels of [33, 100, 101, 1_000_000]) {
      const arrays = '['.repeat(levels) + ']'.repeat(levels)
      const objects = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
      expect(v2(withValue(arrays))).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(withValue(objects))).toBe('SYNCRO_MESSAGE_INVALID')
      if (levels < 100) continue
      expect(v1(`{"type":"noop","id":${arrays}}`)).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v1(`{"type":"noop","big":12345678901234567890,"id":${objects}}`)).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(`{"type":"caught-up","ignored":${arrays}}`)).toBe('SYNCRO_MESSAGE_INVALID')
    }
  })

  test('B13 gives up a retry at the level where no message can be', () => {
    expect(readV1(lying(0, `{"a":${'['.repeat(100)}`), true).code).toBe('SYNCRO_JSON_INVALID')
  })

  test('B14 says by how much a limit was passed', () => {
    const error = caught(() => decodeMessage(utf8(withValue(`"${'x'.repeat(1_048_577)}"`))))
    expect(error).toMatchObject({ code: 'SYNCRO_MESSAGE_INVALID', actual: 1_048_577, limit: 1_048_576 })
  })

  test('B15 refuses half a surrogate pair in version 2, wherever it is', () => {
    for (const half of ['\\ud800', '\\uDFFF', '\\ud83d\\ud83d\\ude00', '\\ude00\\ud83d', '\\\\\\ud800']) {
      expect(v2(withValue(`"${half}"`))).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(change(`["T","${half}","d"]`))).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v2(`{"type":"caught-up","ignored":"${half}"}`)).toBe('SYNCRO_MESSAGE_INVALID')
    }
    expect(fieldOf('"\\ud83d\\ude00 \\\\ud800"')).toBe('😀 \\ud800')
    const message: Message = {
      type: 'batch',
      stamp: 1,
      writer: era,
      changes: [{ name: 'T', id: '\ud800', type: 'destroy' }],
    }
    expect(caught(() => decodeMessage(encodeMessage(message))).code).toBe('SYNCRO_MESSAGE_INVALID')
  })

  test('B15 reads half a surrogate pair of version 1 as U+FFFD', () => {
    const read = (json: string) => decodeV1(utf8(`{"type":"noop","id":"${json}"}`))
    expect(read('a\\ud800b')).toEqual({ type: 'noop', id: 'a\ufffdb' })
    expect(read('\\uDC00\\uD83D\\uDE00\\ud83d')).toEqual({ type: 'noop', id: '\ufffd😀\ufffd' })
    expect(read('\\\\ud800')).toEqual({ type: 'noop', id: '\\ud800' })
    expect(read('\\ud11e')).toEqual({ type: 'noop', id: '\ud11e' })
  })

  test('B16 refuses a number that no double holds', () => {
    for (const number of ['1e400', '-1e400', `${'9'.repeat(400)}.5`]) {
      expect(v2(withValue(number))).toBe('SYNCRO_MESSAGE_INVALID')
      expect(v1(`{"type":"noop","id":[${number}]}`)).toBe('SYNCRO_MESSAGE_INVALID')
    }
    expect(v2('{"type":"ping","clock":1e400}')).toBe('SYNCRO_MESSAGE_INVALID')
  })

  test('B17 reads -0 of version 2 as 0', () => {
    expect(fieldOf('-0')).toBe(0)
    expect(fieldOf('[-0,{"b":-0.0}]')).toEqual([0, { b: 0 }])
  })

  test('B17 refuses -0 for a count and an id', () => {
    expect(v2(change('["Todo",-0,"d"]'))).toBe('SYNCRO_MESSAGE_INVALID')
    expect(v2(`{"type":"batch","stamp":-0.0,"writer":"${era}","changes":[["Todo",1,"d"]]}`)).toBe(
      'SYNCRO_MESSAGE_INVALID',
    )
    expect(v2('{"type":"ping","clock":-0}')).toBe('SYNCRO_MESSAGE_INVALID')
    expect(v1('{"type":"upgrade","version":2,"clock":1,"received":1,"sent":-0}')).toBe('SYNCRO_MESSAGE_INVALID')
  })

  test('B18 keeps integers of version 1 whole and rounds those of version 2', () => {
    expect(decodeV1(utf8('{"type":"noop","id":9007199254740993}'))).toEqual({ type: 'noop', id: 9007199254740993n })
    expect(decodeV1(utf8('{"type":"noop","id":[9007199254740991,-9007199254740992,1.0e+300]}'))).toEqual({
      type: 'noop',
      id: [9007199254740991, -9007199254740992n, 1e300],
    })
    expect(fieldOf('9007199254740993')).toBe(9007199254740992)
    expect(v2('{"type":"ping","clock":9007199254740993}')).toBe('SYNCRO_MESSAGE_INVALID')
    expect(v2(change('["T",9007199254740993,"d"]'))).toBe('SYNCRO_MESSAGE_INVALID')
  })

  test('B18 takes the later of two equal keys, with and without long integers', () => {
    expect(decodeV1(utf8('{"type":"sync","id":1,"type":"noop","id":2}'))).toEqual({ type: 'noop', id: 2 })
    expect(decodeV1(utf8('{"type":"sync","id":1,"type":"noop","id":12345678901234567890}'))).toEqual({
      type: 'noop',
      id: 12345678901234567890n,
    })
    expect(fieldOf('1,"a":2')).toBe(2)
  })

  test('B19 refuses tags that are unknown or hold the wrong thing', () => {
    const bad = [
      '{"$date":"2026-11-22"}',
      '{"$date":1.5}',
      '{"$date":8640000000000001}',
      '{"$bigint":5}',
      '{"$bigint":""}',
      '{"$bigint":"01"}',
      '{"$bigint":"-0"}',
      '{"$bigint":"+1"}',
      '{"$bigint":"0x10"}',
      '{"$bigint":" 1"}',
      '{"$bytes":[1]}',
      '{"$bytes":"AA"}',
      '{"$bytes":"AB=="}',
      '{"$bytes":"A==="}',
      '{"$bytes":"===="}',
      '{"$bytes":"AA=A"}',
      '{"$bytes":"A-_A"}',
      '{"$bytes":"AAé="}',
      '{"$":5}',
      '{"$":{"a":1}}',
      '{"$":{"$a":1,"b":2}}',
      '{"$new":1}',
    ]
    for (const value of bad) expect(v2(withValue(value)), value).toBe('SYNCRO_MESSAGE_INVALID')
    expect(fieldOf('{"$":{"$":{"$date":0}}}')).toEqual({ $: new Date(0) })
  })

  test("B20 refuses a writer's index beyond the list", () => {
    const rows = (row: string) => `{"type":"rows","writers":["${era}"],"rows":[${row}]}`
    for (const row of ['["T",1,[1,1],null,[]]', '["T",1,null,[1,-1],[]]', '["T",1,null,null,[["a",1,1,0.5]]]']) {
      expect(v2(rows(row))).toBe('SYNCRO_MESSAGE_INVALID')
    }
  })

  test('B21 bytes that are no items, or an item that is cut short', () => {
    expect(binary()).toBe('SYNCRO_BINARY_INVALID')
    expect(binary(23)).toBe('SYNCRO_BINARY_INVALID')
    expect(binary(23, 0x80)).toBe('SYNCRO_BINARY_INVALID')
    expect(binary(23, ...new Array<number>(8).fill(0xff), 1)).toBe('SYNCRO_BINARY_INVALID')
    expect(binary(1, 0, 1, 0xff)).toBe('SYNCRO_BINARY_INVALID')
    expect(binary(26, 2, 0)).toBe('SYNCRO_BINARY_INVALID')
  })

  test('B22 a first byte that no item has', () => {
    for (const kind of [0, 5, 15, 31, 255]) expect(binary(kind, 0, 0)).toBe('SYNCRO_MESSAGE_UNKNOWN')
  })

  test('B23 a number that was not defined, is over its limit, or is defined otherwise than before', () => {
    expect(binary(22, 1, 0)).toBe('SYNCRO_NUMBER_INVALID')
    expect(binary(17, 1, 0, ...new Array<number>(12).fill(0), 5)).toBe('SYNCRO_NUMBER_INVALID')
    expect(binary(1, 0x80, 0x80, 4, 1, 65)).toBe('SYNCRO_NUMBER_INVALID')
    expect(binary(1, 0, 1, 65, 1, 0, 1, 66)).toBe('SYNCRO_NUMBER_INVALID')
  })

  test('B24 a part over a limit, a value that is none, or more arrays and objects than JSON may have', () => {
    const id = (...value: number[]) => binary(3, 0, 0, 1, 65, ...value)
    expect(id(0x40)).toBe('SYNCRO_MESSAGE_INVALID')
    expect(id(2)).toBe('SYNCRO_MESSAGE_INVALID')
    expect(id(3, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f)).toBe('SYNCRO_MESSAGE_INVALID')
    expect(id(...new Array<number>(40).fill(0).flatMap(() => [12, 1]))).toBe('SYNCRO_MESSAGE_INVALID')
    expect(binary(1, 0, 0)).toBe('SYNCRO_MESSAGE_INVALID')
  })
})

describe('what cannot be sent', () => {
  const sending = (value: unknown) => () =>
    encodeMessage({
      type: 'batch',
      stamp: 1,
      writer: era,
      changes: [{ name: 'T', id: 1, type: 'update', fields: { a: value as Value } }],
    })

  test('V7 values that are none are refused where they are sent', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      [Number.NaN],
      new Date(Number.NaN),
      undefined,
      [undefined],
      () => {},
      cycle,
    ]) {
      expect(caught(sending(value)).code).toBe('SYNCRO_MESSAGE_INVALID')
    }
  })

  test('J4 a number of version 1 that is not finite is refused where it is sent', () => {
    expect(caught(() => encodeV1({ type: 'noop', id: [1n, Number.NaN] })).code).toBe('SYNCRO_MESSAGE_INVALID')
  })

  test('F4 a version-1 message over 65,535 bytes is refused where it is framed', () => {
    const body = encodeV1({ type: 'noop', id: 'x'.repeat(65_535) })
    expect(caught(() => encodeFrame(body, 16)).code).toBe('SYNCRO_FRAME_TOO_LARGE')
  })
})
