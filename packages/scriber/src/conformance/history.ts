/** What a store with a history tells of the changes that it was given. */
import type { Stamp } from '../change.js'
import type { StoredField, StoredRow } from '../store.js'
import type { Value } from '../value.js'
import { isTrue, same } from './asserts.js'
import { eraId, openAndRead, opening, otherEraId } from './kept.js'
import type { StoreCase, StorePlace } from './store-suite.js'

/** A part of a row: what stands there, when it was written, and where it came. */
type Part = readonly [stamp: number, writer: string, position: number]

const mine = (at: number): Part => [at * 10, eraId, at]
const theirs = (at: number): Part => [at * 10, otherEraId, at]
const stored = ([stamp, writer, position]: Part) => ({ stamp, writer, position })
const stampOf = ([stamp, writer]: Part): Stamp => ({ stamp, writer })

function row(
  position: number,
  life: { readonly birth?: Part; readonly destroy?: Part },
  fields: { readonly [name: string]: readonly [Value, Part] },
): StoredRow {
  const { birth, destroy } = life
  return {
    name: 'Note',
    id: 'n',
    position,
    life: {
      ...(birth === undefined ? undefined : { birth: stored(birth) }),
      ...(destroy === undefined ? undefined : { destroy: stored(destroy) }),
    },
    fields: Object.entries(fields).map(([name, [value, part]]): StoredField => ({ name, value, ...stored(part) })),
  }
}

const authors = [
  { writer: eraId, author: 'alice' },
  { writer: otherEraId, author: 'bob' },
]

/** Keeps versions of one row, together or one by one, and gives what the history has of it. */
async function told(place: StorePlace, versions: readonly StoredRow[], together: boolean) {
  const store = place.store()
  await openAndRead(store)
  await store.keep({ ...opening, authors })
  const keeping = versions.map((version) => () => store.keep({ rows: [version], position: version.position }))
  if (together) await Promise.all(keeping.map((keep) => keep()))
  else for (const keep of keeping) await keep()
  const changes = await store.history!.of('Note', 'n')
  same(await store.history!.of('Note', 'another'), [], 'the history of another record')
  same(await store.history!.of('Other', 'n'), [], 'the history of a record of another class')
  await store.close()
  return changes
}

const versions = [
  row(1, { birth: mine(1) }, { text: ['a', mine(1)], done: [false, mine(1)] }),
  row(2, { birth: mine(1) }, { text: ['b', theirs(2)], done: [false, mine(1)] }),
  row(3, { birth: mine(1), destroy: theirs(3) }, { text: ['b', theirs(2)], done: [false, mine(1)] }),
  row(4, { birth: mine(4), destroy: theirs(3) }, { text: ['b', mine(4)], done: [false, mine(4)] }),
]

const story = [
  { type: 'create', ...stampOf(mine(1)), author: 'alice', before: {}, after: { text: 'a', done: false } },
  { type: 'update', ...stampOf(theirs(2)), author: 'bob', before: { text: 'a' }, after: { text: 'b' } },
  { type: 'destroy', ...stampOf(theirs(3)), author: 'bob', before: { text: 'b', done: false }, after: {} },
  { type: 'restore', ...stampOf(mine(4)), author: 'alice', before: {}, after: { text: 'b', done: false } },
]

export const history: readonly StoreCase[] = [
  {
    title: 'has no history, as it says',
    needs: { history: false },
    run: async (place) => isTrue(place.store().history === undefined, 'it has a history'),
  },
  {
    title: 'tells who changed a record, when, what it was, and what it became',
    needs: { history: true },
    run: async (place) => same(await told(place, versions, false), story, 'the changes'),
  },
  {
    title: 'tells changes that were kept together one by one',
    needs: { history: true },
    run: async (place) => same(await told(place, versions, true), story, 'the changes'),
  },
  {
    title: 'tells the changes of several authors that come in one row, oldest first, after what made it',
    needs: { history: true },
    run: async (place) => {
      const stranger = 'c'.repeat(24)
      const caughtUp = row(
        3,
        { birth: theirs(2) },
        {
          text: ['x', mine(3)],
          done: [true, [5, stranger, 3]],
          priority: [1, theirs(2)],
        },
      )
      const expected = [
        { type: 'create', ...stampOf(theirs(2)), author: 'bob', before: {}, after: { priority: 1 } },
        { type: 'update', stamp: 5, writer: stranger, before: {}, after: { done: true } },
        { type: 'update', ...stampOf(mine(3)), author: 'alice', before: {}, after: { text: 'x' } },
      ]
      same(await told(place, [caughtUp], false), expected, 'the changes')
    },
  },
  {
    title: 'leaves out what nobody sees: equal values, and what is done to a record that is gone or not yet there',
    needs: { history: true },
    run: async (place) => {
      const changes = await told(
        place,
        [
          row(1, {}, { text: ['waits', theirs(1)] }),
          row(2, { birth: mine(2) }, { text: ['a', mine(2)] }),
          row(3, { birth: mine(2) }, { text: ['a', theirs(3)] }),
          row(4, { birth: mine(2), destroy: mine(4) }, { text: ['a', theirs(3)] }),
          row(5, { birth: mine(2), destroy: mine(4) }, { text: ['late', theirs(3)] }),
        ],
        false,
      )
      same(
        changes.map(({ type }) => type),
        ['create', 'destroy'],
        'the changes',
      )
    },
  },
  {
    title: 'has its history when it is opened again',
    needs: { history: true, reopens: true },
    run: async (place) => {
      await told(place, versions.slice(0, 2), false)
      const store = place.store()
      await openAndRead(store)
      await store.keep({ rows: [versions[2]!], position: 3 })
      same(await store.history!.of('Note', 'n'), story.slice(0, 3), 'the changes')
      await store.close()
    },
  },
]
