/** Digests say the same exactly where ledgers hold the same, whatever became of them before. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, Digest, type Ledger, MemoryStore, Scriber, stampAt } from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'
import { acts, attempt, histories } from './generators.js'
import { ledgerOf, stateOf, wholeOf } from './recorders.js'
import { runs } from './runs.js'

function upToDate(digest: Digest, rows = 100): Digest {
  while (!digest.refresh(rows));
  return digest
}

/** The digest of each record's row, by class and id. */
function rowDigests(ledger: Ledger): Map<string, string> {
  const digests = new Map<string, string>()
  for (const { row, digest } of upToDate(ledger.digest).rows('')) {
    const { table, slot } = ledger.place(row)
    digests.set(JSON.stringify([table.name, table.id(slot)]), digest)
  }
  return digests
}

const prefixes = ['', ...'0123456789abcdef', '0f', '3a7', '12345678']
const sums = (digest: Digest) => prefixes.map((prefix) => digest.sum(prefix))

describe('digests', () => {
  test('are equal exactly where states are, record by record and in all', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer(), async (batches, seed) => {
        const random = new SeededRandom(seed)
        const most = random.shuffled(batches).filter(() => random.chance(0.9))
        const [one, other] = [ledgerOf(batches), ledgerOf(most)]
        const [state, otherState] = [stateOf(one), stateOf(other)]
        const [digests, otherDigests] = [rowDigests(one), rowDigests(other)]
        expect([...digests.keys()].sort()).toEqual(Object.keys(state).sort())
        for (const [key, digest] of digests)
          expect([key, digest === otherDigests.get(key)]).toEqual([key, isDeepStrictEqual(state[key], otherState[key])])
        const isEqual = one.digest.sum('').sum === other.digest.sum('').sum
        expect(isEqual).toBe(isDeepStrictEqual(state, otherState))
      }),
      runs,
    )
  })

  test('do not depend on the order in which things came, nor on repetition', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer(), async (batches, seed) => {
        const random = new SeededRandom(seed)
        const again = random.shuffled([...batches, ...batches.filter(() => random.chance(0.3))])
        expect(sums(upToDate(ledgerOf(again).digest))).toEqual(sums(upToDate(ledgerOf(batches).digest)))
      }),
      runs,
    )
  })

  test('keep up with whatever happens, as if they were made anew', async () => {
    await fc.assert(
      fc.asyncProperty(histories, acts(1), fc.integer(), async (theirs, mine, seed) => {
        const random = new SeededRandom(seed)
        const clock = new ManualClock()
        const store = new MemoryStore()
        const open = () => new Scriber({ now: clock.now, random: random.bytes, store })
        const scriber = open()
        const { digest } = scriber.ledger
        let oldest = 0
        const upkeep = [
          () => scriber.restamp({ aheadOf: stampAt(clock.now()), after: random.below(scriber.place.position + 1) }),
          () => scriber.trim({ olderThan: someStamp(theirs, random), upTo: scriber.place.position })(100),
          () => {
            oldest = someStamp(theirs, random)
            digest.leaveOut(oldest)
          },
        ]
        const happenings = [
          ...theirs.map((batch) => () => scriber.replay(batch, 'them')),
          ...mine.map((act) => () => attempt(scriber, act)),
          ...Array.from({ length: 8 }, () => random.pick(upkeep)),
        ]
        for (const happen of random.shuffled(happenings)) {
          clock.advance(random.pick([0, 1_000, -1_000]))
          happen()
          digest.refresh(random.below(4))
          if (!random.chance(0.2)) continue
          expect(sums(upToDate(digest, 1 + random.below(4)))).toEqual(sums(anew(scriber.ledger, oldest)))
        }
        const again = open()
        expect([again.floor, wholeOf(again.ledger)]).toEqual([scriber.floor, wholeOf(scriber.ledger)])
        expect(sums(anew(again.ledger, oldest))).toEqual(sums(upToDate(digest)))
      }),
      runs,
    )
  })

  test('keep up where rows come and go, and share leaves of the tree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = new SeededRandom(seed)
        const scriber = new Scriber({ now: new ManualClock().now, random: random.bytes })
        const { ledger } = scriber
        for (let round = 0; round < 12; round++) {
          for (let n = random.below(20); n > 0; n--) {
            const id = random.below(60)
            scriber.record('Note', 'create', id)
            if (random.chance(0.4)) scriber.record('Note', 'destroy', id)
          }
          upToDate(ledger.digest, 1 + random.below(10))
          scriber.trim({ olderThan: Infinity, upTo: random.below(scriber.place.position + 1) })(100)
        }
        expect(sums(upToDate(ledger.digest))).toEqual(sums(anew(ledger, 0)))
        const keys = [...ledger.digest.rows('')].map(({ key }) => key)
        expect([new Set(keys).size, ledger.rows]).toEqual([keys.length, keys.length])
      }),
      runs,
    )
  })

  test('that leave out what is old are those of a ledger that has trimmed it', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer(), async (batches, seed) => {
        const random = new SeededRandom(seed)
        const olderThan = someStamp(batches, random)
        const scriber = new Scriber({ now: new ManualClock().now, random: random.bytes })
        for (const batch of batches) scriber.replay(batch, 'them')
        if (random.chance(0.5)) upToDate(scriber.ledger.digest)
        const trim = scriber.trim({ olderThan, upTo: scriber.place.position })
        while (!trim(1 + random.below(5)));
        expect(sums(upToDate(scriber.ledger.digest))).toEqual(sums(anew(ledgerOf(batches), olderThan)))
      }),
      runs,
    )
  })
})

function anew(ledger: Ledger, oldest: number): Digest {
  const digest = upToDate(new Digest(ledger))
  digest.leaveOut(oldest)
  return digest
}

function someStamp(batches: readonly Batch[], random: SeededRandom): number {
  return random.pick(batches.length === 0 ? [0] : batches.map(({ stamp }) => stamp)) + random.below(2)
}
