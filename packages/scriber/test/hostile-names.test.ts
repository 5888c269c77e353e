/** Names and ids that mean something to JavaScript mean nothing here, and nothing that is recorded reaches a prototype. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, defaultScriberLimits, type Ledger, MemoryStore, Scriber } from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'
import { acts, historyOf, type Vocabulary } from './generators.js'
import { imagesOf, ledgerOf, shown, stateOf, wholeOf } from './recorders.js'
import { runs } from './runs.js'

const meaningful = [
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'length',
  '0',
  '-1',
  'NaN',
  '$',
  ' ',
]
const longest = '中'.repeat(defaultScriberLimits.maxIdLength)

const vocabulary: Vocabulary = {
  names: [...meaningful, '🚀', '\u0000'],
  // What no name may be, an id may.
  ids: [
    '__proto__',
    'constructor',
    'prototype',
    ...meaningful,
    0,
    -1,
    Number.MAX_SAFE_INTEGER,
    longest,
    `${longest.slice(1)}丮`,
  ],
  fields: meaningful,
}

const classes = [Object, Array, Function, String, Number, BigInt, Date, Map, Set, Uint8Array, Promise]

/** Every property of every prototype, one after the other. */
function prototypes(): unknown[] {
  return classes.flatMap(({ prototype }) =>
    Reflect.ownKeys(prototype).flatMap((key) => [
      key,
      ...Object.values(Object.getOwnPropertyDescriptor(prototype, key)!),
    ]),
  )
}

describe('names and ids that mean something to JavaScript', () => {
  test('are recorded, exchanged, stored and found as any others, and no prototype changes', async () => {
    const before = prototypes()
    await fc.assert(
      fc.asyncProperty(acts(3, vocabulary), async (todo) => {
        const { batches } = historyOf(3, todo)
        const expected = ledgerOf(batches)
        const store = new MemoryStore()
        const open = () => new Scriber({ now: new ManualClock().now, random: new SeededRandom(9).bytes, store })
        const scriber = open()
        for (const batch of batches) scriber.replay(batch, 'them')
        const byRows = ledgerOf([])
        byRows.mergeRows(imagesOf(expected))
        expect(stateOf(scriber.ledger)).toEqual(stateOf(expected))
        expect(stateOf(byRows)).toEqual(stateOf(expected))
        expect(wholeOf(open().ledger)).toEqual(wholeOf(scriber.ledger))
        for (const batch of batches) expectFound(expected, batch)
        const after = prototypes()
        expect(after).toHaveLength(before.length)
        expect(after.findIndex((part, at) => !Object.is(part, before[at]))).toBe(-1)
      }),
      runs,
    )
  })
})

/** Each record lies under its own id, and shows own fields only. */
function expectFound(ledger: Ledger, { changes }: Batch): void {
  for (const { name, id } of changes) {
    const table = ledger.table(name)
    expect(table.id(table.slot(id)!)).toBe(id)
    for (const field of Object.keys(shown(ledger, name, id) ?? {})) expect(vocabulary.fields).toContain(field)
  }
}
