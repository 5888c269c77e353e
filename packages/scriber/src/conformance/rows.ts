/** Rows: that they come back as they were, and as they were last. */
import type { RecordId } from '../ids.js'
import type { StoredRow } from '../store.js'
import type { Value } from '../value.js'
import { isTrue, same } from './asserts.js'
import { eraId, keepAll, keptAndReread, noteRow, opening, otherEraId, reread, sorted } from './kept.js'
import type { StoreCase } from './store-suite.js'

/** A value of each type, and those that encodings like to spoil. */
const values: Readonly<Record<string, Value>> = {
  null: null,
  true: true,
  false: false,
  zero: 0,
  integer: Number.MAX_SAFE_INTEGER,
  negative: -Number.MAX_SAFE_INTEGER,
  large: 1.7976931348623157e308,
  small: 5e-324,
  fraction: 0.1,
  text: 'caf\u00e9 \u65e5\u672c \ud83d\ude80 "\\\n\u0000\u2028',
  empty: '',
  long: 'x'.repeat(100_000),
  bigint: -(2n ** 200n),
  date: new Date(8_640_000_000_000_000),
  'date before 1970': new Date(-1),
  bytes: Uint8Array.of(0, 1, 127, 128, 255),
  'no bytes': new Uint8Array(0),
  array: [],
  object: {},
  nested: [{ a: [new Date(0), 1n, Uint8Array.of(7), null] }, 'x', { $date: 5, $: { $bytes: 'x' } }],
  'like a tag': { $date: 12 },
}

const ids: readonly RecordId[] = [
  7,
  '7',
  '07',
  7.5e15,
  -7,
  0,
  '0',
  '__proto__',
  'constructor',
  'a/../b\\c:*?"<>|',
  '\u0000',
  ' ',
  'caf\u00e9',
  'cafe\u0301',
  '\ud83d\ude80'.repeat(128),
  'x'.repeat(256),
  'X'.repeat(256),
]

export const rows: readonly StoreCase[] = [
  {
    title: 'gives back a row with its life, fields, stamps, writers and positions',
    needs: { reopens: true },
    run: async (place) => {
      const row: StoredRow = {
        name: 'Note',
        id: 'n1',
        position: 9,
        life: {
          birth: { stamp: 50, writer: eraId, position: 5 },
          destroy: { stamp: 40, writer: otherEraId, position: 7 },
        },
        fields: [
          { name: 'done', value: false, stamp: 0, writer: otherEraId, position: 5 },
          { name: 'text', value: 'hello', stamp: Number.MAX_SAFE_INTEGER, writer: eraId, position: 9 },
        ],
      }
      const unborn: StoredRow = {
        name: 'Note',
        id: 'n2',
        position: 2 ** 40,
        fields: [{ name: 'text', value: 'waits', stamp: 3, writer: eraId, position: 2 ** 40 }],
      }
      const { rows } = await keptAndReread(place, { rows: [row, unborn], position: 2 ** 40 })
      same(rows.map(sorted), [row, unborn], 'the rows')
    },
  },
  {
    title: 'gives back values of every type as they were',
    needs: { reopens: true },
    run: async (place) => {
      const fields = Object.entries(values).map(([name, value]) => ({
        name,
        value,
        stamp: 1,
        writer: eraId,
        position: 1,
      }))
      const { rows } = await keptAndReread(place, { rows: [{ name: 'Any', id: 1, position: 1, fields }], position: 1 })
      const found = Object.fromEntries(rows[0]!.fields.map(({ name, value }) => [name, value]))
      for (const [name, value] of Object.entries(values)) same(found[name], value, `the value "${name}"`)
      same(rows[0]!.fields.length, fields.length, 'the number of fields')
    },
  },
  {
    title: 'tells ids apart that look alike, 7 and "7" among them',
    needs: { reopens: true },
    run: async (place) => {
      const kept = ids.map((id, at) => noteRow(id, at + 1, `row ${at}`))
      const { rows } = await keptAndReread(place, { rows: kept, position: kept.length })
      same(
        rows.map(({ id }) => id),
        ids,
        'the ids',
      )
      same(rows, kept, 'the rows')
    },
  },
  {
    title: 'tells classes and fields apart that look alike',
    needs: { reopens: true },
    run: async (place) => {
      const names = ['A', 'a', 'A.b', 'A/b', 'A\u0000b', 'toString', 'hasOwnProperty', '\ud83d\ude80']
      const kept = names.map((name, at): StoredRow => {
        const fields = names.map((field) => ({
          name: field,
          value: `${name} ${field}`,
          stamp: 1,
          writer: eraId,
          position: at + 1,
        }))
        return { name, id: 'same', position: at + 1, fields }
      })
      const { rows } = await keptAndReread(place, { rows: kept, position: kept.length })
      same(rows.map(sorted), kept.map(sorted), 'the rows')
    },
  },
  {
    title: 'replaces a row: fields and life that the new one does not have are gone',
    needs: { reopens: true },
    run: async (place) => {
      const done = { name: 'done', value: true, stamp: 20, writer: otherEraId, position: 2 }
      const lifeless: StoredRow = { name: 'Note', id: 'n', position: 2, fields: [done] }
      const { rows } = await keptAndReread(
        place,
        { rows: [noteRow('n', 1, 'first'), noteRow('other', 2, 'stays')], position: 2 },
        { rows: [{ ...lifeless, position: 3 }], position: 3 },
      )
      same(rows, [noteRow('other', 2, 'stays'), { ...lifeless, position: 3 }], 'the rows')
    },
  },
  {
    title: 'keeps a row that lives, that is destroyed, and that lives again, with all its fields',
    needs: { reopens: true },
    run: async (place) => {
      const first = noteRow('n', 1, 'first')
      const destroy = { stamp: 20, writer: otherEraId, position: 2 }
      const dead: StoredRow = { ...first, position: 2, life: { ...first.life, destroy } }
      const again: StoredRow = {
        ...dead,
        position: 3,
        life: { birth: { stamp: 30, writer: eraId, position: 3 }, destroy },
      }
      const steps = [first, dead, again, { ...again, position: 4, life: dead.life! }]
      for (let count = 1; count <= steps.length; count++) {
        const row = steps[count - 1]!
        await keepAll(place, { ...(count === 1 ? opening : undefined), rows: [row], position: row.position })
        same((await reread(place)).rows, [row], `the row after ${count} steps`)
      }
    },
  },
  {
    title: 'keeps the last of one row in one transaction',
    needs: { reopens: true },
    run: async (place) => {
      const { rows } = await keptAndReread(place, {
        rows: [noteRow('n', 2, 'first'), noteRow('n', 2, 'second')],
        position: 2,
      })
      same(rows, [noteRow('n', 2, 'second')], 'the rows')
    },
  },
  {
    title: 'forgets trimmed rows without a trace',
    needs: { reopens: true },
    run: async (place) => {
      const back = { ...noteRow('gone', 3, 'x'), fields: [] }
      const { rows } = await keptAndReread(
        place,
        { rows: [noteRow('gone', 1, 'old'), noteRow('stays', 2, 'stays')], position: 2 },
        {
          trimmed: [
            { name: 'Note', id: 'gone' },
            { name: 'Note', id: 'never there' },
            { name: 'Never', id: 'stays' },
          ],
        },
        { rows: [back], position: 3 },
      )
      same(rows, [noteRow('stays', 2, 'stays'), back], 'the rows')
    },
  },
  {
    title: 'keeps thousands of rows in one transaction',
    needs: { reopens: true },
    run: async (place) => {
      const kept = Array.from({ length: 5_000 }, (_, at) => noteRow(`n${at}`, at + 1, `text ${at}`))
      const { rows } = await keptAndReread(place, { rows: kept, position: kept.length })
      same(rows.length, kept.length, 'the number of rows')
      isTrue(
        rows.every((row, at) => row.id === kept[at]!.id && row.fields[0]!.value === kept[at]!.fields[0]!.value),
        'a row is not as it was kept',
      )
    },
  },
]
