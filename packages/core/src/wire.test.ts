import { decodeMessage, encodeMessage, MAX_FIELDS } from '@syncro/protocol'
import type { RowImage } from '@syncro/scriber'
import { describe, expect, test } from 'vitest'
import { batchMessage, batchOf, rowsMessages, rowsOf } from './wire.js'

const writer = 'a'.repeat(24)
const other = 'b'.repeat(24)

function row(fields: RowImage['fields'], id = 1): RowImage {
  return { name: 'Todo', id, birth: { stamp: 5, writer }, destroy: { stamp: 4, writer: other }, fields }
}

describe('a batch', () => {
  test('comes out of its message as it went in', () => {
    const batch = {
      stamp: 7,
      writer,
      changes: [
        { name: 'Todo', id: 1, type: 'create' as const, fields: { title: 'x' }, after: { stamp: 3, writer: other } },
        { name: 'Todo', id: '1', type: 'destroy' as const },
      ],
    }
    expect(batchOf(batchMessage(batch))).toEqual(batch)
  })
})

describe('rows', () => {
  test('come out of their messages as they went in, whatever the size of a chunk', () => {
    const rows = Array.from({ length: 50 }, (_, id) =>
      row([{ name: 'title', value: 'x'.repeat(id * 7), stamp: id, writer: id % 2 ? writer : other }], id),
    )
    for (const chunkBytes of [1, 500, 5000, 1_000_000]) {
      const messages = [...rowsMessages(rows, chunkBytes)]
      expect(messages.flatMap(rowsOf)).toEqual(rows)
    }
  })

  test('too large for a chunk are spread over several messages, life first', () => {
    const fields = ['a', 'b', 'c'].map((name) => ({ name, value: name.repeat(1000), stamp: 1, writer }))
    const parts = [...rowsMessages([row(fields)], 1500)].flatMap(rowsOf)
    expect(parts.map((part) => part.fields.map(({ name }) => name))).toEqual([['a'], ['b'], ['c']])
    expect(parts.map(({ birth }) => birth?.stamp)).toEqual([5, undefined, undefined])
  })

  test('of more fields than a message may hold are spread over several', () => {
    for (const count of [MAX_FIELDS - 1, MAX_FIELDS, MAX_FIELDS + 1]) {
      const fields = Array.from({ length: count }, (_, at) => ({ name: `f${at}`, value: at, stamp: 1, writer }))
      const messages = [...rowsMessages([row(fields)], 1_000_000)]
      for (const message of messages) expect(decodeMessage(encodeMessage(message))).toEqual(message)
      expect(messages.flatMap(rowsOf).flatMap((part) => part.fields)).toEqual(fields)
    }
  })
})
