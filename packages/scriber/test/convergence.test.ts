/** Whatever the order, repetition or delay of delivery: who has seen the same changes holds the same data. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Batch,
  type Column,
  Ledger,
  MemoryStore,
  newestStamp,
  type RowImage,
  Scriber,
  type Step,
} from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'
import { acts, histories, historyOf } from './generators.js'
import { expectedState } from './model.js'
import { imagesOf, ledgerOf, shown, stateOf, wholeOf } from './recorders.js'
import { runs } from './runs.js'

/** Batches in some order, some of them more than once. */
function deliveries<Item>(items: readonly Item[], seed: number): Item[] {
  const random = new SeededRandom(seed)
  return random.shuffled([...items, ...items.filter(() => random.chance(0.3))])
}

/** Counts are those of what lives, and of what lives no field is kept that does not count. */
function expectInOrder(ledger: Ledger): void {
  for (const table of ledger.tables()) {
    const living = [...table.livingSlots()]
    expect(table.living).toBe(living.length)
    for (const slot of living)
      for (const column of table.columns.values())
        if (column.has(slot)) expect(table.counts(slot, column.stamp(slot), column.writer(slot))).toBe(true)
  }
}

describe('convergence', () => {
  test('of batches delivered in any order, with repetition', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.integer(), { minLength: 1, maxLength: 4 }), async (batches, seeds) => {
        const expected = expectedState(batches)
        for (const seed of seeds) {
          const ledger = ledgerOf(deliveries(batches, seed), { maxOffset: 32 })
          expect(stateOf(ledger)).toEqual(expected)
          expectInOrder(ledger)
        }
      }),
      runs,
    )
  })

  test('of clients that heard from each other while they wrote, once they have heard all', async () => {
    await fc.assert(
      fc.asyncProperty(acts(3), async (todo) => {
        const { scribers, batches } = historyOf(3, todo)
        for (const scriber of scribers) for (const batch of batches) scriber.replay(batch, 'all')
        for (const scriber of scribers) {
          expect(stateOf(scriber.ledger)).toEqual(stateOf(ledgerOf(batches)))
          expectInOrder(scriber.ledger)
        }
      }),
      runs,
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
  test('is idempotent: what is known is not effective, and moves nothing but what is to be sent back', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer(), async (batches, seed) => {
        const ledger = ledgerOf(batches)
        const before = stateOf(ledger)
        for (const batch of deliveries(batches, seed)) {
          const whole = wholeOf(ledger)
          const { effective, effects, rows, outlived } = ledger.merge(batch)
          expect([effective, effects, rows]).toEqual([false, [], []])
          if (outlived.length === 0) expect(wholeOf(ledger)).toEqual(whole)
          else expect(outlived.map((row) => ledger.order.position(row))).toContain(ledger.order.last)
        }
        expect(ledger.mergeRows(imagesOf(ledger))).toMatchObject({ effective: false, outlived: [] })
        expect(stateOf(ledger)).toEqual(before)
      }),
      runs,
    )
  })

  test('of rows gives what merging of their batches gives', async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, async (mine, theirs) => {
        const both = ledgerOf([...mine, ...theirs])
        const byRows = ledgerOf(mine)
        byRows.mergeRows(imagesOf(ledgerOf(theirs)))
        expect(stateOf(byRows)).toEqual(stateOf(both))
        expectInOrder(byRows)
      }),
      runs,
    )
  })

  test('is commutative and associative', async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, histories, async (...three) => {
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
      runs,
    )
  })

  test('tells effects that lead from what was shown to what is', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer(), async (batches, seed) => {
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
      runs,
    )
  })
})

describe('a catch-up', () => {
  test('from any position brings what came after it', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(20), fc.constantFrom(0xfffffffe, 16), async (batches, count, maxOffset) => {
        const ledger = ledgerOf(batches.slice(0, count), { maxOffset })
        const other = new Ledger()
        other.mergeRows(imagesOf(ledger))
        const after = ledger.order.last
        for (const batch of batches.slice(count)) ledger.merge(batch)
        other.mergeRows(imagesOf(ledger, after))
        expect(stateOf(other)).toEqual(stateOf(ledger))
      }),
      runs,
    )
  })

  // Rows as they are when their turn comes, overtaken rows as soon as they are touched, and the rest live. Rows that stand at or before what
  // the walk says it has reached are there at any moment; those beyond it are not to be counted on, however old a field in them may be.
  test('in chunks, while more comes, leaves no row behind that it has passed', async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, fc.integer(), async (before, meanwhile, seed) => {
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
          expect(receiver.mergeRows(imagesOf(ledger, after, { upTo: walk.reached })).effective).toBe(false)
        }
        expect(stateOf(receiver)).toEqual(stateOf(ledger))
      }),
      runs,
    )
  })
})

describe('life', () => {
  test('is never given back by an edit', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(50), fc.constantFrom('a', 'f'), async (batches, stamp, letter) => {
        const ledger = ledgerOf(batches)
        const edits = batches.map((batch): Batch => {
          const changes = batch.changes.map((change) => ({ ...change, type: 'update' as const }))
          return { stamp: stamp * 2 ** 40, writer: letter.repeat(24), changes }
        })
        const before = ledger.tables().map((table) => [...table.livingSlots()])
        for (const batch of edits) ledger.merge(batch)
        expect(ledger.tables().map((table) => [...table.livingSlots()])).toEqual(before)
      }),
      runs,
    )
  })

  test('comes back by a restore, with every field that the ledger held', async () => {
    await fc.assert(
      fc.asyncProperty(acts(3), async (todo) => {
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
      runs,
    )
  })

  test('is sent back whenever a birth does not know of our destroy, or of fields that waited for it', async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, async (mine, theirs) => {
        const ledger = ledgerOf(mine)
        for (const batch of theirs)
          for (const change of batch.changes) {
            const table = ledger.table(change.name)
            const before = table.slot(change.id)
            const lived = before !== undefined && table.lives(before)
            const held = before !== undefined && [...table.columns.values()].some((column) => column.has(before))
            const { outlived } = ledger.merge({ ...batch, changes: [change] })
            const slot = table.slot(change.id)
            const isBirth = change.type === 'create' || change.type === 'restore'
            const destroy = slot === undefined ? undefined : ledger.life(table, slot).destroy
            const isNewer =
              destroy !== undefined && (destroy.stamp !== change.after?.stamp || destroy.writer !== change.after.writer)
            const isOld = (column: Column) => column.has(slot!) && !Object.hasOwn(change.fields ?? {}, column.name)
            const livesAgain =
              !lived && slot !== undefined && table.lives(slot) && [...table.columns.values()].some(isOld)
            if ((isBirth && isNewer) || livesAgain) expect(outlived).toContain(table.row(slot!))
            // A field that the birth brought may be older than the one that waited.
            else if (outlived.length > 0) expect([lived, table.lives(slot!), held]).toEqual([false, true, true])
          }
      }),
      runs,
    )
  })
})

describe('a ledger read back from its store', () => {
  test('is the ledger that was kept, field by field', async () => {
    await fc.assert(
      fc.asyncProperty(acts(3), histories, async (todo, theirs) => {
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
        expect(again.clock.next()).toBeGreaterThan(newestStampIn(scriber.ledger))
        again.record('Note', 'create', 'a', { x: 'again' })
        expect(wholeOf(open(3).ledger)).toEqual(wholeOf(again.ledger))
      }),
      runs,
    )
  })
})

function newestStampIn(ledger: Ledger): number {
  const stamps = ledger.tables().flatMap((table) => {
    return Array.from({ length: table.end }, (_, slot) => newestStamp(table, slot))
  })
  return Math.max(-1, ...stamps)
}

describe('the clock', () => {
  test('has seen every stamp in the ledger, however it came', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer(), async (batches, seed) => {
        const random = new SeededRandom(seed)
        const scriber = new Scriber({ now: () => 0, random: random.bytes })
        for (const batch of deliveries(batches, seed)) {
          if (random.chance(0.5)) scriber.replay(batch, 'batch')
          else scriber.replayRows(imagesOf(ledgerOf([batch])), 'rows')
          expect(scriber.clock.last).toBeGreaterThanOrEqual(newestStampIn(scriber.ledger))
        }
      }),
      runs,
    )
  })
})

describe('steps', () => {
  test('are told once for everything effective, and carry enough to follow', async () => {
    await fc.assert(
      fc.asyncProperty(acts(3), fc.integer(), async (todo, seed) => {
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
        let sentBack = 0
        for (const batch of deliveries(batches, seed)) {
          const merged = random.chance(0.5)
            ? scriber.replay(batch, 'batch')
            : scriber.replayRows(imagesOf(ledgerOf([batch])), 'rows')
          if (merged.effective) effective += 1
          else if (merged.outlived.length > 0) sentBack += 1
        }
        expect(steps).toHaveLength(effective + sentBack)
        expect(stateOf(follower)).toEqual(stateOf(scriber.ledger))
      }),
      runs,
    )
  })
})
