/** Whatever the order, repetition or delay of delivery: who has seen the same changes holds the same data. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, Ledger, MemoryStore, type RowImage, Scriber, type Step } from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'
import { acts, historyOf, wildBatches } from './generators.js'
import { shown, stateOf, wholeOf } from './recorders.js'

/** Batches in some order, some of them more than once. */
function deliveries<Item>(items: readonly Item[], seed: number): Item[] {
  const random = new SeededRandom(seed)
  return random.shuffled([...items, ...items.filter(() => random.chance(0.3))])
}

function ledgerOf(batches: readonly Batch[], options: { maxOffset?: number } = {}): Ledger {
  const ledger = new Ledger(options)
  for (const batch of batches) ledger.merge(batch)
  return ledger
}

/** What is newer than a position in the rows that stand after it, up to another. */
function imagesOf(ledger: Ledger, after = 0, upTo = Number.MAX_SAFE_INTEGER): RowImage[] {
  const images: RowImage[] = []
  const walk = ledger.walk(after)
  for (let row = walk.next(); row !== undefined && walk.reached <= upTo; row = walk.next()) {
    const image = ledger.image(row, after)
    if (image !== undefined) images.push(image)
  }
  walk.close()
  return images
}

function countsAreRight(ledger: Ledger): void {
  for (const table of ledger.tables()) expect(table.living).toBe([...table.livingSlots()].length)
}

/** Both kinds of history: what clients write, and what nobody should. */
const histories = fc.oneof(
  acts(4).map((todo) => historyOf(4, todo).batches),
  acts(5).map((todo) => historyOf(5, todo).batches),
  wildBatches(),
)

describe('convergence', () => {
  test('of batches delivered in any order, with repetition', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.integer(), { minLength: 2, maxLength: 4 }), (batches, seeds) => {
        const expected = ledgerOf(batches)
        countsAreRight(expected)
        for (const seed of seeds) {
          const ledger = ledgerOf(deliveries(batches, seed), { maxOffset: 32 })
          expect(stateOf(ledger)).toEqual(stateOf(expected))
          countsAreRight(ledger)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('of clients that heard from each other while they wrote, once they have heard all', () => {
    fc.assert(
      fc.property(acts(3), (todo) => {
        const { scribers, batches } = historyOf(3, todo)
        for (const scriber of scribers) for (const batch of batches) scriber.replay(batch, 'all')
        for (const scriber of scribers) {
          expect(stateOf(scriber.ledger)).toEqual(stateOf(ledgerOf(batches)))
          countsAreRight(scriber.ledger)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('writes histories with something in them', () => {
    let batches = 0
    let types = new Set<string>()
    let restores = 0
    for (const todo of fc.sample(acts(4), { numRuns: 100, seed: 1 })) {
      const history = historyOf(4, todo)
      batches += history.batches.length
      const all = history.batches.flatMap(({ changes }) => changes)
      types = new Set([...types, ...all.map(({ type }) => type)])
      restores += all.filter(({ type, after }) => type === 'restore' && after !== undefined).length
    }
    expect(batches).toBeGreaterThan(500)
    expect(types).toEqual(new Set(['create', 'update', 'destroy', 'restore']))
    expect(restores).toBeGreaterThan(10)
  })
})

describe('merging', () => {
  test('is idempotent: what is known is not effective, and moves nothing', () => {
    fc.assert(
      fc.property(histories, fc.integer(), (batches, seed) => {
        const ledger = ledgerOf(batches)
        const before = wholeOf(ledger)
        for (const batch of deliveries(batches, seed)) {
          const { effective, effects, rows } = ledger.merge(batch)
          expect([effective, effects, rows]).toEqual([false, [], []])
        }
        expect(ledger.mergeRows(imagesOf(ledger)).effective).toBe(false)
        expect(wholeOf(ledger)).toEqual(before)
      }),
      { numRuns: 200 },
    )
  })

  test('of rows gives what merging of their batches gives', () => {
    fc.assert(
      fc.property(histories, histories, (mine, theirs) => {
        const both = ledgerOf([...mine, ...theirs])
        const byRows = ledgerOf(mine)
        byRows.mergeRows(imagesOf(ledgerOf(theirs)))
        expect(stateOf(byRows)).toEqual(stateOf(both))
        countsAreRight(byRows)
      }),
      { numRuns: 200 },
    )
  })

  test('is commutative and associative', () => {
    fc.assert(
      fc.property(histories, histories, histories, (...three) => {
        const [a, b, c] = three.map((batches) => imagesOf(ledgerOf(batches))) as [RowImage[], RowImage[], RowImage[]]
        const merged = (...parts: readonly (readonly RowImage[])[]): Ledger => {
          const ledger = new Ledger()
          for (const part of parts) ledger.mergeRows(part)
          return ledger
        }
        const expected = stateOf(merged(a, b, c))
        expect(stateOf(merged(c, b, a))).toEqual(expected)
        expect(stateOf(merged(imagesOf(merged(a, b)), c))).toEqual(expected)
        expect(stateOf(merged(a, imagesOf(merged(c, b))))).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  test('tells effects that lead from what was shown to what is', () => {
    fc.assert(
      fc.property(histories, fc.integer(), (batches, seed) => {
        const ledger = new Ledger()
        const seen = new Map<string, Record<string, unknown>>()
        for (const batch of deliveries(batches, seed)) {
          for (const { name, id, type, fields, slot } of ledger.merge(batch).effects) {
            const key = JSON.stringify([name, id])
            expect(ledger.table(name).id(slot)).toBe(id)
            expect(seen.has(key)).toBe(type !== 'created')
            if (type === 'destroyed') seen.delete(key)
            else seen.set(key, { ...seen.get(key), ...Object.fromEntries(fields.map((field) => [field, true])) })
          }
        }
        const living = ledger.tables().flatMap((table) => {
          return [...table.livingSlots()].map((slot) => JSON.stringify([table.name, table.id(slot)]))
        })
        expect([...seen.keys()].sort()).toEqual(living.sort())
      }),
      { numRuns: 200 },
    )
  })
})

describe('a catch-up', () => {
  test('from any position brings what came after it', () => {
    fc.assert(
      fc.property(histories, fc.nat(20), fc.constantFrom(0xfffffffe, 16), (batches, count, maxOffset) => {
        const ledger = ledgerOf(batches.slice(0, count), { maxOffset })
        const other = new Ledger()
        other.mergeRows(imagesOf(ledger))
        const after = ledger.order.last
        for (const batch of batches.slice(count)) ledger.merge(batch)
        other.mergeRows(imagesOf(ledger, after))
        expect(stateOf(other)).toEqual(stateOf(ledger))
      }),
      { numRuns: 200 },
    )
  })

  // Rows as they are when their turn comes, overtaken rows as soon as they are touched, and the rest live. Rows that stand at or before what
  // the walk says it has reached are there at any moment; those beyond it are not to be counted on, however old a field in them may be.
  test('in chunks, while more comes, leaves no row behind that it has passed', () => {
    fc.assert(
      fc.property(histories, histories, fc.integer(), (before, meanwhile, seed) => {
        const random = new SeededRandom(seed)
        const known = random.below(before.length + 1)
        const ledger = ledgerOf(before.slice(0, known), { maxOffset: 64 })
        const receiver = new Ledger()
        receiver.mergeRows(imagesOf(ledger))
        const after = ledger.order.last
        for (const batch of before.slice(known)) ledger.merge(batch)
        const walk = ledger.walk(after)
        const give = (row: number) => {
          const image = ledger.image(row, after)
          if (image !== undefined) receiver.mergeRows([image])
        }
        const live = [...meanwhile]
        let isOver = false
        while (!isOver || live.length > 0) {
          if (live.length > 0 && (isOver || random.chance(0.5))) {
            const batch = live.shift()!
            if (ledger.merge(batch).effective) receiver.merge(batch)
            for (const row of walk.takeOvertaken()) give(row)
          } else {
            const row = walk.next()
            isOver = row === undefined
            if (row !== undefined) give(row)
          }
          expect(receiver.mergeRows(imagesOf(ledger, after, walk.reached)).effective).toBe(false)
        }
        expect(stateOf(receiver)).toEqual(stateOf(ledger))
      }),
      { numRuns: 200 },
    )
  })
})

describe('life', () => {
  test('is never given back by an edit', () => {
    fc.assert(
      fc.property(histories, fc.nat(50), fc.constantFrom('a', 'f'), (batches, stamp, letter) => {
        const ledger = ledgerOf(batches)
        const edits = batches.map((batch): Batch => {
          const changes = batch.changes.map((change) => ({ ...change, type: 'update' as const }))
          return { stamp: stamp * 2 ** 40, writer: letter.repeat(24), changes }
        })
        const before = ledger.tables().map((table) => [...table.livingSlots()])
        for (const batch of edits) ledger.merge(batch)
        expect(ledger.tables().map((table) => [...table.livingSlots()])).toEqual(before)
      }),
      { numRuns: 100 },
    )
  })

  test('comes back by a restore, with every field that the ledger held', () => {
    fc.assert(
      fc.property(acts(3), (todo) => {
        const { batches } = historyOf(3, todo)
        const scriber = new Scriber({ now: new ManualClock().now, random: new SeededRandom(9).bytes })
        for (const batch of batches) scriber.replay(batch, 'them')
        for (const table of scriber.ledger.tables())
          for (let slot = 0; slot < table.end; slot++) {
            const held = [...table.columns.values()].filter((column) => column.has(slot)).map(({ name }) => name)
            if (table.lives(slot) || table.destroy(slot) < 0 || held.length === 0) continue
            const values = held.map((name) => [name, table.get(slot, name)])
            scriber.record(table.name, 'restore', table.id(slot)!)
            expect(shown(scriber.ledger, table.name, table.id(slot)!)).toEqual(Object.fromEntries(values))
          }
        const other = ledgerOf(batches)
        other.mergeRows([...scriber.since(0)])
        expect(stateOf(other)).toEqual(stateOf(scriber.ledger))
      }),
      { numRuns: 200 },
    )
  })

  test('is sent back whenever a birth does not know of our destroy', () => {
    fc.assert(
      fc.property(histories, histories, (mine, theirs) => {
        const ledger = ledgerOf(mine)
        for (const batch of theirs)
          for (const change of batch.changes) {
            const { outlived } = ledger.merge({ ...batch, changes: [change] })
            const table = ledger.table(change.name)
            const slot = table.slot(change.id)
            const isBirth = change.type === 'create' || change.type === 'restore'
            const destroy = slot === undefined ? undefined : ledger.life(table, slot).destroy
            const isNewer =
              destroy !== undefined && (destroy.stamp !== change.after?.stamp || destroy.writer !== change.after.writer)
            expect(outlived).toEqual(isBirth && isNewer ? [table.row(slot!)] : [])
          }
      }),
      { numRuns: 200 },
    )
  })
})

describe('a ledger read back from its store', () => {
  test('is the ledger that was kept, field by field', () => {
    fc.assert(
      fc.property(acts(3), histories, (todo, theirs) => {
        const store = new MemoryStore()
        const clock = new ManualClock()
        const open = (seed: number) => new Scriber({ now: clock.now, random: new SeededRandom(seed).bytes, store })
        const scriber = open(1)
        const others = historyOf(3, todo)
        for (const [at, batch] of others.batches.entries()) {
          scriber.replay(batch, 'them')
          if (at % 3 === 0) scriber.replayRows([...others.scribers[at % 3]!.since(0)], 'them')
          scriber.record('Note', 'create', 'a', { x: at })
          if (at % 2 === 0) scriber.record('Note', 'destroy', 'a')
        }
        for (const batch of theirs) scriber.replay(batch, 'them')
        const again = open(2)
        expect(wholeOf(again.ledger)).toEqual(wholeOf(scriber.ledger))
        expect(stateOf(again.ledger)).toEqual(stateOf(scriber.ledger))
        expect(again.place.position).toBe(scriber.place.position)
        expect(again.clock.next()).toBeGreaterThan(newestStamp(scriber.ledger))
        again.record('Note', 'create', 'a', { x: 'again' })
        expect(wholeOf(open(3).ledger)).toEqual(wholeOf(again.ledger))
      }),
      { numRuns: 150 },
    )
  })
})

function newestStamp(ledger: Ledger): number {
  let newest = -1
  for (const table of ledger.tables())
    for (let slot = 0; slot < table.end; slot++) {
      newest = Math.max(newest, table.birth(slot), table.destroy(slot))
      for (const column of table.columns.values()) newest = Math.max(newest, column.stamp(slot))
    }
  return newest
}

describe('steps', () => {
  test('are told once for everything effective, and carry enough to follow', () => {
    fc.assert(
      fc.property(acts(3), fc.integer(), (todo, seed) => {
        const { batches } = historyOf(3, todo)
        const scriber = new Scriber({ now: new ManualClock().now, random: new SeededRandom(9).bytes })
        const follower = new Ledger()
        const steps: Step[] = []
        scriber.on('step', (step) => {
          steps.push(step)
          if (step.batch === undefined) follower.mergeRows(step.rows)
          else follower.merge(step.batch)
        })
        const random = new SeededRandom(seed)
        let effective = 0
        for (const batch of deliveries(batches, seed)) {
          const merged = random.chance(0.5)
            ? scriber.replay(batch, 'batch')
            : scriber.replayRows(imagesOf(ledgerOf([batch])), 'rows')
          if (merged.effective) effective += 1
        }
        expect(steps).toHaveLength(effective)
        expect(stateOf(follower)).toEqual(stateOf(scriber.ledger))
      }),
      { numRuns: 200 },
    )
  })
})
