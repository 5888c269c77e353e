/**
 * However what happens is cut into catch-ups and live batches, and wherever a catch-up breaks off: who has come to the end has everything, and
 * who has not has what its cursor says.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, type Ledger, MemoryStore, type RowImage, Scriber } from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'
import { histories } from './generators.js'
import { imagesOf, ledgerOf, stateOf } from './recorders.js'
import { runs } from './runs.js'

/** A client on a store, which can be restarted at any time. */
class Restartable {
  scriber: Scriber
  readonly #store = new MemoryStore()
  readonly #seed: number
  #openings = 0

  constructor(seed: number) {
    this.#seed = seed
    this.scriber = this.#open()
  }

  get ledger(): Ledger {
    return this.scriber.ledger
  }

  restart(): void {
    this.scriber = this.#open()
  }

  #open(): Scriber {
    this.#openings += 1
    const random = new SeededRandom(this.#seed * 1_000 + this.#openings)
    return new Scriber({ now: new ManualClock().now, random: random.bytes, store: this.#store })
  }
}

/** Pieces of a list, as long as chance has it, with which it is followed. */
function* cut<Item>(items: readonly Item[], random: SeededRandom): IterableIterator<readonly Item[]> {
  for (let at = 0; at < items.length; ) {
    const length = 1 + random.below(6)
    yield items.slice(at, at + length)
    at += length
  }
}

describe('a stream of batches', () => {
  test('cut anywhere into catch-ups and live batches gives what the batches give', async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, fc.integer(), async (theirs, mine, seed) => {
        const random = new SeededRandom(seed)
        const [sender, receiver] = [new Restartable(1), new Restartable(2)]
        for (const batch of mine) receiver.scriber.replay(batch, 'mine')
        let reached = 0
        for (const piece of cut(theirs, random)) {
          for (const batch of piece) sender.scriber.replay(batch, 'theirs')
          if (random.chance(0.5)) for (const batch of piece) receiver.scriber.replay(batch, 'live')
          else {
            const rows = imagesOf(sender.ledger, reached)
            for (const chunk of cut(rows, random)) receiver.scriber.replayRows(chunk, 'rows')
          }
          reached = sender.ledger.order.last
          if (random.chance(0.2)) for (const batch of random.shuffled(piece)) receiver.scriber.replay(batch, 'again')
          if (random.chance(0.2)) sender.restart()
          if (random.chance(0.2)) receiver.restart()
        }
        expect(stateOf(sender.ledger)).toEqual(stateOf(ledgerOf(theirs)))
        expect(stateOf(receiver.ledger)).toEqual(stateOf(ledgerOf([...mine, ...theirs])))
      }),
      runs,
    )
  })
})

describe('a catch-up', () => {
  test('goes on where it broke off, and at each break its cursor says what is there', async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, fc.integer(), async (before, meanwhile, seed) => {
        const random = new SeededRandom(seed)
        const sender = new Restartable(1)
        const receiver = ledgerOf([])
        for (const batch of before) sender.scriber.replay(batch, 'before')
        const live = [...meanwhile]
        let cursor: Cursor = { position: 0, since: 0 }
        for (let isOver = false; !isOver; ) {
          const place = { ledger: sender.scriber.ledgerId, era: sender.scriber.era, view: '' }
          const breaksAfter = random.below(12)
          const next = catchUp({ scriber: sender.scriber, receiver }, { cursor, live, random, breaksAfter })
          expect(sender.scriber.isGood({ ...place, ...next })).toBe(true)
          expectCovered(sender.ledger, receiver, next)
          isOver = live.length === 0 && next.position === sender.ledger.order.last && next.since === next.position
          cursor = next
          if (random.chance(0.3)) sender.restart()
          if (random.chance(0.3)) for (const batch of live.splice(0, 2)) sender.scriber.replay(batch, 'while away')
        }
        expect(stateOf(receiver)).toEqual(stateOf(ledgerOf([...before, ...meanwhile])))
        expect(stateOf(sender.ledger)).toEqual(stateOf(receiver))
      }),
      runs,
    )
  })
})

/** Rows up to `position` are there, and of the rows beyond, the fields up to `since`. */
interface Cursor {
  readonly position: number
  readonly since: number
}

interface Clients {
  readonly scriber: Scriber
  readonly receiver: Ledger
}

interface Attempt {
  readonly cursor: Cursor
  /** What happens while it lasts. */
  readonly live: Batch[]
  readonly random: SeededRandom
  /** Steps until the connection breaks. */
  readonly breaksAfter: number
}

/** One attempt at catching up, as sessions make it. Returns the cursor that the receiver has when it breaks off, or comes to its end. */
function catchUp({ scriber, receiver }: Clients, { cursor, live, random, breaksAfter }: Attempt): Cursor {
  const { ledger } = scriber
  const walk = ledger.walk(cursor.position)
  const give = (row: number) => {
    const image = ledger.image(row, cursor.since)
    if (image !== undefined) receiver.mergeRows([image])
  }
  for (let step = 0; step < breaksAfter; step++) {
    const batch = random.chance(0.4) ? live.shift() : undefined
    if (batch !== undefined) {
      const { effective } = scriber.replay(batch, 'live')
      for (const row of walk.takeOvertaken()) give(row)
      if (effective) receiver.merge(batch)
      continue
    }
    const row = walk.next()
    if (row === undefined) return { position: ledger.order.last, since: ledger.order.last }
    give(row)
  }
  walk.close()
  return { position: walk.reached, since: cursor.since }
}

/** Whatever the cursor covers changes nothing in the receiver. */
function expectCovered(ledger: Ledger, receiver: Ledger, { position, since }: Cursor): void {
  const walk = ledger.walk(0)
  for (let row = walk.next(); row !== undefined; row = walk.next()) {
    const whole = ledger.image(row, 0)
    if (whole === undefined) continue
    const covered = ledger.order.position(row) <= position ? whole : without(whole, ledger.image(row, since))
    expect(receiver.mergeRows([covered]).effective).toBe(false)
  }
}

function without({ birth, destroy, fields, ...row }: RowImage, newer: RowImage | undefined): RowImage {
  const isLifeNewer = newer?.birth !== undefined || newer?.destroy !== undefined
  const names = newer?.fields.map(({ name }) => name) ?? []
  const life = { ...(birth && { birth }), ...(destroy && { destroy }) }
  return { ...row, ...(isLifeNewer ? undefined : life), fields: fields.filter(({ name }) => !names.includes(name)) }
}
