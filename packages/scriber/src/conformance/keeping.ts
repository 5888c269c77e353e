/** How a store keeps: in order, all or nothing, and never after a gap. */
import type { StoreTransaction } from '../store.js'
import { failsWith, isTrue, same } from './asserts.js'
import { eraId, keepAll, noteRow, openAndRead, opening, reread } from './kept.js'
import type { StoreCase } from './store-suite.js'

/** A transaction whose second row cannot be read, as a broken value would be met in the middle of writing. */
function unreadable(): StoreTransaction {
  const broken = Object.defineProperty({ ...noteRow('broken', 3, 'x') }, 'fields', {
    enumerable: true,
    get: () => {
      throw new Error('the suite wants this row to be unreadable')
    },
  })
  return { clock: 99, position: 3, rows: [noteRow('half', 2, 'x'), broken] }
}

export const keeping: readonly StoreCase[] = [
  {
    title: 'keeps at once, as it says',
    needs: { waits: false },
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      isTrue(store.keep(opening) === undefined, 'keep() returned something')
      await store.close()
    },
  },
  {
    title: 'promises to keep, as it says',
    needs: { waits: true },
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      const kept = store.keep(opening)
      isTrue(kept instanceof Promise, 'keep() returned no promise')
      same(await kept, undefined, 'what the promise gives')
      await store.close()
    },
  },
  {
    title: 'settles promises in the order of the calls',
    needs: { waits: true },
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      const settled: number[] = []
      const large = Array.from({ length: 1_000 }, (_, at) => noteRow(at, at + 1, 'x'.repeat(100)))
      const transactions: StoreTransaction[] = [opening, { rows: large, position: 1_000 }, { clock: 1 }, { clock: 2 }]
      await Promise.all(
        transactions.map(async (transaction, at) => {
          await store.keep(transaction)
          settled.push(at)
        }),
      )
      same(settled, [0, 1, 2, 3], 'the order')
      await store.close()
    },
  },
  {
    title: 'keeps transactions in the order of the calls, without being waited for',
    needs: { reopens: true },
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      const keeping: unknown[] = [store.keep(opening)]
      for (let at = 1; at <= 200; at++)
        keeping.push(store.keep({ rows: [noteRow('n', at, `text ${at}`)], position: at, clock: at }))
      await Promise.all(keeping)
      await store.close()
      const { rows, position, clock } = await reread(place)
      same({ rows, position, clock }, { rows: [noteRow('n', 200, 'text 200')], position: 200, clock: 200 }, 'the last')
    },
  },
  {
    title: 'keeps what is under way before it closes',
    needs: { reopens: true },
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      const keeping = [store.keep(opening), store.keep({ clock: 7 })]
      await store.close()
      await Promise.all(keeping)
      same((await reread(place)).clock, 7, 'the clock')
    },
  },
  {
    title: 'keeps all of a transaction or nothing, and nothing after one that failed',
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      await store.keep(opening)
      await store.keep({ rows: [noteRow('first', 1, 'x')], position: 1, clock: 1 })
      await failsWith('SYNCRO_STORE_FAILED', () => store.keep(unreadable()), 'an unreadable transaction')
      await failsWith('SYNCRO_STORE_FAILED', () => store.keep({ clock: 100 }), 'a transaction after one that failed')
      await store.close()
    },
  },
  {
    title: 'is as it was before a transaction that failed, and keeps again once it is opened anew',
    needs: { reopens: true },
    run: async (place) => {
      await keepAll(place, opening, { rows: [noteRow('first', 1, 'x')], position: 1, clock: 1 })
      const store = place.store()
      await openAndRead(store)
      await failsWith('SYNCRO_STORE_FAILED', () => store.keep(unreadable()), 'an unreadable transaction')
      await failsWith('SYNCRO_STORE_FAILED', () => store.keep({ clock: 100 }), 'a transaction after one that failed')
      await store.close()
      const { rows, clock, position } = await reread(place)
      same({ rows, clock, position }, { rows: [noteRow('first', 1, 'x')], clock: 1, position: 1 }, 'what is left')
      await keepAll(place, { clock: 2 })
      same((await reread(place)).clock, 2, 'the clock')
    },
  },
  {
    title: 'takes opening after opening, each with an era more',
    needs: { reopens: true },
    run: async (place) => {
      const eras = Array.from({ length: 5 }, (_, at) => ({ id: eraId.replaceAll('a', `${at}`), began: at * 10 }))
      for (let count = 1; count <= eras.length; count++) {
        await keepAll(place, {
          ...(count === 1 ? opening : undefined),
          eras: eras.slice(0, count),
          rows: [noteRow(count, count * 10, 'x')],
          position: count * 10,
        })
        const contents = await reread(place)
        same(contents.eras, eras.slice(0, count), 'the eras')
        same(contents.rows.length, count, 'the number of rows')
      }
    },
  },
  {
    title: 'has what it said it kept, though nobody closed it',
    needs: { reopens: true, survivesKill: true },
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      await store.keep(opening)
      await store.keep({ rows: [noteRow('n', 1, 'kept')], position: 1, clock: 1 })
      isTrue(place.abandon !== undefined, 'the place has no abandon()')
      await place.abandon?.(store)
      same((await reread(place)).rows, [noteRow('n', 1, 'kept')], 'the rows')
    },
  },
  {
    title: 'is refused to a second store while it is open',
    needs: { exclusive: true },
    run: async (place) => {
      const store = place.store()
      await openAndRead(store)
      await failsWith('SYNCRO_STORE_IN_USE', () => openAndRead(place.store()), 'the second')
      await store.close()
      await keepAll(place, opening)
    },
  },
]
