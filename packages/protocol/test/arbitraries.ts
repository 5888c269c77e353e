/** Generators of everything that can be sent. */

import type {
  Batch,
  BatchChange,
  Cursor,
  JsonValue,
  Message,
  RecordId,
  RowField,
  RowImage,
  RowStamp,
  Rows,
  V1Message,
  Value,
  WrittenStamp,
} from '@syncro/protocol'
import fc from 'fast-check'

const reserved = ['__proto__', 'constructor', 'prototype']

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('', 'a"b\\c\n\u2028', '\u0000', '😀', '日本語', '\\ud800'),
)
const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom('title', 'toString', '$date', 'hasOwnProperty'),
  )
  .filter((key) => !reserved.includes(key))
const key = fc.oneof(name, fc.constantFrom('', '$', '$bytes', '$bigint', '$date'))
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
const count = fc.maxSafeNat()
const hexId = fc.stringMatching(/^[0-9a-f]{24}$/)
const label = fc.string({ unit: 'binary', maxLength: 20 })
const uid = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
const id: fc.Arbitrary<RecordId> = fc.oneof(
  uid,
  fc.maxSafeInteger().map((value) => value + 0),
)

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.date({ noInvalidDate: true }),
    fc.bigInt(),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

const fields = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true })
const written: fc.Arbitrary<WrittenStamp> = fc.tuple(count, hexId)

const change: fc.Arbitrary<BatchChange> = fc.oneof(
  fc.record({ name, id, type: fc.constant('update' as const), fields }),
  fc.record({ name, id, type: fc.constant('destroy' as const) }),
  fc.record(
    { name, id, type: fc.constantFrom('create' as const, 'restore' as const), fields, after: written },
    { requiredKeys: ['name', 'id', 'type'], noNullPrototype: true },
  ),
)

const batch: fc.Arbitrary<Batch> = fc.record({
  type: fc.constant('batch' as const),
  stamp: count,
  writer: hexId,
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
})

const rows: fc.Arbitrary<Rows> = fc.array(hexId, { minLength: 1, maxLength: 4 }).chain((writers) => {
  const stamp: fc.Arbitrary<RowStamp> = fc.tuple(count, fc.nat(writers.length - 1))
  const field: fc.Arbitrary<RowField> = fc.tuple(name, value, count, fc.nat(writers.length - 1))
  const row: fc.Arbitrary<RowImage> = fc.record(
    { name, id, birth: stamp, destroy: stamp, fields: fc.array(field, { maxLength: 4 }) },
    { requiredKeys: ['name', 'id', 'fields'], noNullPrototype: true },
  )
  return fc.record({
    type: fc.constant('rows' as const),
    writers: fc.constant(writers),
    rows: fc.array(row, { maxLength: 4 }),
  })
})

/** An earlier place and a later one, or one place twice. */
const twoPlaces = fc.tuple(count, count).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])

const cursor: fc.Arbitrary<Cursor> = fc.oneof(
  fc.record({ ledger: hexId, era: hexId, position: count, view: label }),
  fc
    .tuple(hexId, hexId, twoPlaces, label)
    .map(([ledger, era, [since, position], view]) => ({ ledger, era, position, since, view })),
)

const one = <T extends string>(type: T) => fc.constant(type)

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
const digestRows = fc.array(hex(32), { maxLength: 3 })
const digest = fc.record({
  type: one('digest'),
  oldest: count,
  parts: fc.array(
    fc.tuple(
      fc.stringMatching(/^[0-9a-f]{0,7}$/),
      fc.array(fc.tuple(count, hex(16)), { minLength: 16, maxLength: 16 }),
    ),
    { maxLength: 3 },
  ),
  lists: fc.array(fc.tuple(fc.stringMatching(/^[0-9a-f]{0,8}$/), digestRows, digestRows), { maxLength: 3 }),
  differing: digestRows,
  absent: digestRows,
})

/** Any version-2 message. */
export const message: fc.Arbitrary<Message> = fc.oneof(
  batch,
  rows,
  fc.record({ type: one('resume'), cursor: fc.option(cursor) }),
  fc.record({ type: one('resumed'), good: fc.boolean(), rows: count }),
  digest,
  fc.record({ type: one('catch-up'), rows: count }),
  fc.record({ type: one('caught-up') }),
  fc.record({ type: one('mark'), era: hexId, position: count }),
  fc.tuple(hexId, twoPlaces).map(([era, [since, position]]) => ({ type: 'mark' as const, era, position, since })),
  fc.record({ type: one('ack'), era: hexId, position: count }),
  fc.record({ type: one('ping'), clock: count }),
  fc.record({ type: one('pong'), clock: count, received: count, sent: count }),
  fc.record(
    { type: one('error'), code: fc.stringMatching(/^SYNCRO_[A-Z]{1,20}$/), message: text, time: count },
    { requiredKeys: ['type', 'code', 'message'], noNullPrototype: true },
  ),
)

/** Any value of version 1: integers are bigints exactly where a double does not hold them. */
export const jsonValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.oneof(
      fc.maxSafeInteger().map((safe) => safe + 0),
      fc.constantFrom(0.5, -1.25, 1e300, 1e-7),
    ),
    fc.bigInt().filter((big) => !Number.isSafeInteger(Number(big))),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

const scribe = fc.record({
  data: jsonValue,
  id: fc.oneof(fc.stringMatching(/^[0-9a-f]{26}$/), fc.nat(), fc.constant(null)),
  klass: fc.option(name),
  type: fc.constantFrom('create', 'update', 'destroy', 'other', null),
})

const request = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.tuple(fc.record(shape), fc.option(jsonValue, { nil: undefined })).map(([message_, id_]) => ({
    ...message_,
    ...(id_ === undefined ? {} : { id: id_ }),
  }))

/** Any version-1 message that can be sent. */
export const v1Message: fc.Arbitrary<V1Message> = fc.oneof(
  request({ type: one('sync'), from: fc.oneof(fc.constant(null), text, fc.nat()) }),
  request({ type: one('add_scribe'), scribe: fc.option(scribe) }),
  fc.record({ type: one('response'), id: jsonValue, result: jsonValue }),
  fc.record({ type: one('error'), code: fc.constantFrom(0, 403, 404, 405) }),
  request({
    type: one('rpc'),
    klass: fc.option(name),
    method: fc.option(name),
    args: fc.array(jsonValue, { maxLength: 3 }),
  }),
  request({ type: one('noop') }),
  fc.record(
    {
      type: one('hello'),
      uid,
      versions: fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 16 }),
      ledger: hexId,
      era: hexId,
      space: label,
      view: label,
      durable: fc.boolean(),
      clock: count,
      number: count,
      encodings: fc.array(uid, { maxLength: 16 }),
      auth: value,
    },
    {
      requiredKeys: ['type', 'uid', 'versions', 'ledger', 'era', 'space', 'view', 'durable', 'clock', 'number'],
      noNullPrototype: true,
    },
  ),
  fc.record(
    {
      type: one('upgrade'),
      version: fc.constant(2 as const),
      clock: count,
      received: count,
      sent: count,
      encoding: one('binary'),
    },
    { requiredKeys: ['type', 'version', 'clock', 'received', 'sent'], noNullPrototype: true },
  ),
)

/** What a bad network or a bad peer makes of bytes: some replaced, some gone, some added. */
export function spoilt(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({ at: fc.nat(), gone: fc.integer({ min: 0, max: 3 }), added: fc.uint8Array({ maxLength: 3 }) })
  return fc.tuple(bytes, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([whole, edits]) =>
    edits.reduce((now, { at, gone, added }) => {
      const place = now.length === 0 ? 0 : at % now.length
      const rest = now.subarray(Math.min(now.length, place + gone))
      const next = new Uint8Array(place + added.length + rest.length)
      next.set(now.subarray(0, place))
      next.set(added, place)
      next.set(rest, place + added.length)
      return next
    }, whole),
  )
}

/** Cuts bytes into pieces at any places. */
export function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => (bytes.length === 0 ? 0 : cut % bytes.length)))].sort((a, b) => a - b)
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length))
}
