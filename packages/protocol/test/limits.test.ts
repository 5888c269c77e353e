/** Each limit of a message at one below, at, and one above. The limits of frames are tested beside the frames. */

import {
  decodeMessage,
  decodeV1,
  encodeMessage,
  MAX_BATCH_CHANGES,
  MAX_BIGINT_DIGITS,
  MAX_BODY_CONTAINERS,
  MAX_BODY_DEPTH,
  MAX_BYTES_LENGTH,
  MAX_DIGEST_ENTRIES,
  MAX_ERROR_CODE_LENGTH,
  MAX_ERROR_TEXT_LENGTH,
  MAX_FIELDS,
  MAX_NAME_LENGTH,
  MAX_OBJECT_KEYS,
  MAX_ROW_WRITERS,
  MAX_ROWS,
  MAX_STRING_LENGTH,
  MAX_VALUE_CONTAINERS,
  MAX_VALUE_DEPTH,
  MAX_VERSIONS,
  type Value,
} from '@syncro/protocol'
import { describe, expect, test } from 'vitest'

const era = '00112233445566778899aabb'
const read2 = (message: unknown) => decodeMessage(new TextEncoder().encode(JSON.stringify(message)))
const read1 = (text: string) => decodeV1(new TextEncoder().encode(text))
const text = (length: number) => 'x'.repeat(length)
const list = <T>(length: number, item: (index: number) => T) => Array.from({ length }, (_, index) => item(index))

const batch = (changes: unknown[]) => read2({ type: 'batch', stamp: 1, writer: era, changes })
const value = (json: unknown) => batch([['T', 1, 'u', { a: json }]])
const rows = (writers: unknown[], all: unknown[]) => read2({ type: 'rows', writers, rows: all })
const hello = (changed: object) =>
  read1(
    JSON.stringify({
      ...{
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
      },
      ...changed,
    }),
  )
const keyed = (count: number) => Object.fromEntries(list(count, (index) => [`k:${index}`, index]))
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

const digest = (changed: object) =>
  read2({ type: 'digest', oldest: 0, parts: [], lists: [], differing: [], absent: [], ...changed })
const digestRow = '0'.repeat(32)
const sums = list(16, () => [0, '0'.repeat(16)])

const cases: [name: string, limit: number, read: (n: number) => unknown][] = [
  ['units of a class name', MAX_NAME_LENGTH, (n) => batch([[text(n), 1, 'd']])],
  ['units of a field name', MAX_NAME_LENGTH, (n) => batch([['T', 1, 'u', { [text(n)]: 1 }]])],
  ['units of a record id', MAX_NAME_LENGTH, (n) => batch([['T', text(n), 'd']])],
  ["units of a row's field name", MAX_NAME_LENGTH, (n) => rows([era], [['T', 1, null, null, [[text(n), 1, 1, 0]]]])],
  ['parts of a digest', MAX_DIGEST_ENTRIES, (n) => digest({ parts: list(n, () => ['', sums]) })],
  ['lists of a digest', MAX_DIGEST_ENTRIES, (n) => digest({ lists: list(n, () => ['', [], []]) })],
  ['rows in a list', MAX_DIGEST_ENTRIES, (n) => digest({ lists: [['', list(n, () => digestRow), []]] })],
  ['unborn rows in a list', MAX_DIGEST_ENTRIES, (n) => digest({ lists: [['', [], list(n, () => digestRow)]] })],
  ['differing rows of a digest', MAX_DIGEST_ENTRIES, (n) => digest({ differing: list(n, () => digestRow) })],
  ['absent rows of a digest', MAX_DIGEST_ENTRIES, (n) => digest({ absent: list(n, () => digestRow) })],
  ['units of a uid', MAX_NAME_LENGTH, (n) => hello({ uid: text(n) })],
  ['units of a space', MAX_NAME_LENGTH, (n) => hello({ space: text(n) })],
  ['units of a view', MAX_NAME_LENGTH, (n) => hello({ view: text(n) })],
  [
    "units of a cursor's view",
    MAX_NAME_LENGTH,
    (n) => read2({ type: 'resume', cursor: { ledger: era, era, position: 1, view: text(n) } }),
  ],
  ['versions', MAX_VERSIONS, (n) => hello({ versions: list(n, () => 2) })],
  [
    'fields of a change',
    MAX_FIELDS,
    (n) => batch([['T', 1, 'u', Object.fromEntries(list(n, (index) => [`f${index}`, 1]))]]),
  ],
  ['fields of a row', MAX_FIELDS, (n) => rows([era], [['T', 1, null, null, list(n, () => ['f', 1, 1, 0])]])],
  ['changes of a batch', MAX_BATCH_CHANGES, (n) => batch(list(n, () => ['T', 1, 'd']))],
  [
    'rows of a chunk',
    MAX_ROWS,
    (n) =>
      rows(
        [era],
        list(n, () => ['T', 1, null, null, []]),
      ),
  ],
  [
    'writers of a chunk',
    MAX_ROW_WRITERS,
    (n) =>
      rows(
        list(n, () => era),
        [],
      ),
  ],
  ['units of a string', MAX_STRING_LENGTH, (n) => value(text(n))],
  ['bytes of an array', MAX_BYTES_LENGTH, (n) => value({ $bytes: Buffer.alloc(n).toString('base64') })],
  ['digits of a bigint', MAX_BIGINT_DIGITS, (n) => value({ $bigint: `-${'9'.repeat(n)}` })],
  ['digits of an integer of version 1', MAX_BIGINT_DIGITS, (n) => read1(`{"type":"noop","id":${'9'.repeat(n)}}`)],
  ['depth of a value', MAX_VALUE_DEPTH, (n) => value(nested(n))],
  [
    'depth of a body of version 1',
    MAX_BODY_DEPTH,
    (n) => read1(`{"type":"noop","id":${JSON.stringify(nested(n - 1))}}`),
  ],
  [
    'arrays and objects in a body of version 1',
    MAX_BODY_CONTAINERS,
    (n) => read1(`{"type":"noop","id":[${'[],'.repeat(n - 3)}{}]}`),
  ],
  [
    'arrays and objects in a body of version 2',
    MAX_BODY_CONTAINERS,
    (n) => read2({ type: 'caught-up', ignored: list(n - 2, () => []) }),
  ],
  ['arrays and objects in a value', MAX_VALUE_CONTAINERS, (n) => value(list(n - 1, () => ({})))],
  ['tags in a value', MAX_VALUE_CONTAINERS, (n) => value(list(n - 1, () => ({ $date: 0 })))],
  ['keys of an object in a value', MAX_OBJECT_KEYS, (n) => value(keyed(n))],
  ['keys of an object of version 1', MAX_OBJECT_KEYS, (n) => read1(JSON.stringify({ type: 'noop', id: keyed(n) }))],
  [
    'keys of an object beside others',
    MAX_OBJECT_KEYS,
    (n) => read2({ type: 'caught-up', ignored: [keyed(9), { a: keyed(9), ...keyed(n - 2), b: [keyed(9)] }] }),
  ],
  ['depth of a body of version 2', MAX_BODY_DEPTH, (n) => read2({ type: 'caught-up', ignored: nested(n - 1) })],
  ['units of an error code', MAX_ERROR_CODE_LENGTH, (n) => read2({ type: 'error', code: text(n), message: '' })],
  ['units of an error text', MAX_ERROR_TEXT_LENGTH, (n) => read2({ type: 'error', code: 'X', message: text(n) })],
]

describe('limits', () => {
  test.each(cases)('%s: %i are taken, and no more', (_name, limit, read) => {
    expect(() => read(limit - 1)).not.toThrow()
    expect(() => read(limit)).not.toThrow()
    expect(() => read(limit + 1)).toThrow(expect.objectContaining({ code: 'SYNCRO_MESSAGE_INVALID' }))
  })

  test('V6 a value of the greatest depth goes out, and a deeper one does not', () => {
    const sending = (depth: number) => () =>
      encodeMessage({
        type: 'batch',
        stamp: 1,
        writer: era,
        changes: [{ name: 'T', id: 1, type: 'update', fields: { a: nested(depth) as Value } }],
      })
    expect(sending(MAX_VALUE_DEPTH)).not.toThrow()
    expect(sending(MAX_VALUE_DEPTH + 1)).toThrow(expect.objectContaining({ code: 'SYNCRO_MESSAGE_INVALID' }))
  })

  test('V6 the deepest value with the most tags stays within the depth of a body', () => {
    let deepest: Value = new Date(5)
    for (let depth = 0; depth < MAX_VALUE_DEPTH; depth++) deepest = { $: deepest }
    const fields = { a: deepest }
    const sent = {
      type: 'batch',
      stamp: 1,
      writer: era,
      changes: [{ name: 'T', id: 1, type: 'update', fields }],
    } as const
    expect(decodeMessage(encodeMessage(sent))).toEqual(sent)
  })

  test('V6 an escaped tag counts as two objects in a value', () => {
    const half = MAX_VALUE_CONTAINERS / 2
    const read = (count: number) => () => value(list(count, () => ({ $: { $a: 1 } })))
    expect(read(half - 1)).not.toThrow()
    expect(read(half)).toThrow(expect.objectContaining({ code: 'SYNCRO_MESSAGE_INVALID', limit: MAX_VALUE_CONTAINERS }))
  })

  test('M13 a longer error text is cut where it is sent, never within a surrogate pair', () => {
    const cut = (message: string) => decodeMessage(encodeMessage({ type: 'error', code: 'X', message }))
    expect(cut(text(5_000))).toMatchObject({ message: text(MAX_ERROR_TEXT_LENGTH) })
    expect(cut(`${text(MAX_ERROR_TEXT_LENGTH - 1)}😀`)).toMatchObject({ message: text(MAX_ERROR_TEXT_LENGTH - 1) })
  })
})
