import { MemoryStore, Scriber } from '@syncro/scriber'
import { ManualClock, SeededRandom } from '@syncro/scriber/testing'
import { expect, test } from 'vitest'
import { placeOf, scribeId } from './bridge-scribe-id.js'

const { now } = new ManualClock()
const { bytes } = new SeededRandom(1)

function open(store: MemoryStore): Scriber {
  return new Scriber({ now, random: bytes, store })
}

test('an id is 12 digits of the era and 14 of twice the position, one more where that is all', () => {
  const era = '0123456789abcdef01234567'
  expect(scribeId(era, 5)).toBe('0123456789ab0000000000000b')
  expect(scribeId(era, 5, false)).toBe('0123456789ab0000000000000a')
  expect(scribeId(era, Number.MAX_SAFE_INTEGER)).toBe('0123456789ab3fffffffffffff')
})

test('an id names its place, in eras that are over as well, and not beyond their ends', () => {
  const store = new MemoryStore()
  const first = open(store)
  for (let id = 1; id <= 3; id++) first.record('Todo', 'create', id)
  const second = open(store)
  second.record('Todo', 'create', 4)
  const placeIn = (era: string, position: number, whole = true) =>
    placeOf(scribeId(era, position, whole), second)?.position
  expect([placeIn(first.era, 3), placeIn(first.era, 4)]).toEqual([3, undefined])
  expect([placeIn(second.era, 4), placeIn(second.era, 5)]).toEqual([4, undefined])
  expect([placeIn(second.era, 4, false), placeIn(second.era, 0, false)]).toEqual([3, 0])
})

test.each([null, '', '?', 0, 7, 'g'.repeat(26), '0'.repeat(26), '0'.repeat(25), 'F'.repeat(26)])(
  'what is no id of ours names no place: %j',
  (from) => {
    const scriber = open(new MemoryStore())
    scriber.record('Todo', 'create', 1)
    expect(placeOf(from, scriber)).toBe(undefined)
  },
)
