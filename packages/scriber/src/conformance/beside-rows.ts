/** What a store keeps beside rows: ledger, eras, clock, position, replicas and outbox. */
import type { Batch } from '../change.js'
import type { OutboxEntry, StoredReplica } from '../store.js'
import { same } from './asserts.js'
import { eraId, keptAndReread, ledgerId, noteRow, openAndRead, opening, otherEraId } from './kept.js'
import type { StoreCase } from './store-suite.js'

const replica: StoredReplica = {
  uid: 'b\u00f6b',
  ledger: 'cccccccccccccccccccccccc',
  version: 1,
  durable: true,
  eras: ['dddddddddddddddddddddddd', 'eeeeeeeeeeeeeeeeeeeeeeee'],
  cursor: {
    ledger: 'cccccccccccccccccccccccc',
    era: 'dddddddddddddddddddddddd',
    position: 2 ** 40,
    since: 3,
    view: '',
  },
  ack: { ledger: ledgerId, era: eraId, position: 7, view: 'a view' },
  seenMs: 1_800_000_000_000,
  lastScribe: '0123456789abcdef0123456789',
}
/** The same client's other device, of which little is known. */
const otherReplica: StoredReplica = {
  uid: 'b\u00f6b',
  ledger: 'ffffffffffffffffffffffff',
  durable: false,
  expired: true,
  owes: true,
  eras: [],
  seenMs: 0,
}

const batch: Batch = {
  stamp: 77,
  writer: eraId,
  changes: [
    { name: 'Note', id: 7, type: 'create', fields: { text: 'x', at: new Date(5), big: 5n, bytes: Uint8Array.of(1) } },
    { name: 'Note', id: '7', type: 'restore', fields: {}, after: { stamp: 3, writer: otherEraId } },
    { name: 'Note', id: 'n', type: 'destroy' },
  ],
}

function entry(number: number): OutboxEntry {
  const covered = { name: 'Note', id: 7, field: 'text', stamp: 2, writer: otherEraId }
  return { number, batch: { ...batch, stamp: number }, covered: [{ ...covered, value: 'before' }, covered] }
}

export const besideRows: readonly StoreCase[] = [
  {
    title: 'opens a new place as empty',
    run: async (place) => {
      const store = place.store()
      same(await openAndRead(store), undefined, 'a new store')
      await store.close()
    },
  },
  {
    title: 'is still empty after being opened and closed with nothing kept',
    run: async (place) => {
      const first = place.store()
      await openAndRead(first)
      await first.close()
      const second = place.store()
      same(await openAndRead(second), undefined, 'the store')
      await second.close()
    },
  },
  {
    title: 'forgets everything when it is closed, as it says',
    needs: { reopens: false },
    run: async (place) => {
      const first = place.store()
      await openAndRead(first)
      await first.keep(opening)
      await first.close()
      const second = place.store()
      same(await openAndRead(second), undefined, 'the store')
      await second.close()
    },
  },
  {
    title: 'gives back ledger, eras, clocks, ages, position and floor',
    needs: { reopens: true },
    run: async (place) => {
      const eras = [
        { id: eraId, began: 0 },
        { id: otherEraId, began: 2 ** 40 },
      ]
      const ages = [
        { from: 1, newest: 2 ** 50 },
        { from: 2 ** 40, newest: 2 ** 49 },
      ]
      const contents = await keptAndReread(place, {
        eras,
        clock: Number.MAX_SAFE_INTEGER,
        shared: 2 ** 52,
        ages,
        position: 2 ** 41,
        floor: 2 ** 39,
      })
      const { ledger, clock, shared, position, floor } = contents
      same(
        { ledger, eras: contents.eras, clock, shared, ages: contents.ages, position, floor },
        {
          ledger: ledgerId,
          eras,
          clock: Number.MAX_SAFE_INTEGER,
          shared: 2 ** 52,
          ages,
          position: 2 ** 41,
          floor: 2 ** 39,
        },
        'the image',
      )
    },
  },
  {
    title: 'says -1 for clocks, and 0 for a position and a floor, that were never kept',
    needs: { reopens: true },
    run: async (place) => {
      const { clock, shared, ages, position, floor, rows, replicas, outbox } = await keptAndReread(place)
      same(
        { clock, shared, ages, position, floor, rows, replicas, outbox },
        { clock: -1, shared: -1, ages: [], position: 0, floor: 0, rows: [], replicas: [], outbox: [] },
        'the image',
      )
    },
  },
  {
    title: 'leaves alone what a transaction leaves out',
    needs: { reopens: true },
    run: async (place) => {
      const contents = await keptAndReread(
        place,
        {
          clock: 5,
          shared: 4,
          ages: [{ from: 1, newest: 7 }],
          position: 1,
          floor: 1,
          rows: [noteRow('n', 1, 'x')],
          replicas: [replica],
          outbox: { put: [entry(1)] },
        },
        {},
        { clock: 6 },
      )
      same(contents.ledger, ledgerId, 'the ledger')
      same(contents.eras, opening.eras, 'the eras')
      same(
        [contents.clock, contents.shared, contents.position, contents.floor],
        [6, 4, 1, 1],
        'clocks, position and floor',
      )
      same(contents.ages, [{ from: 1, newest: 7 }], 'the ages')
      same(contents.rows, [noteRow('n', 1, 'x')], 'the rows')
      same(contents.replicas, [replica], 'the replicas')
      same(contents.outbox, [entry(1)], 'the outbox')
    },
  },
  {
    title: 'gives back replicas, each ledger of a client by itself',
    needs: { reopens: true },
    run: async (place) => {
      const namesake = { ...otherReplica, uid: 'alice' }
      const { replicas } = await keptAndReread(place, { replicas: [replica, otherReplica, namesake] })
      const byKey = [...replicas].sort((a, b) => (a.uid + a.ledger < b.uid + b.ledger ? -1 : 1))
      same(byKey, [namesake, replica, otherReplica], 'the replicas')
    },
  },
  {
    title: 'replaces a replica as a whole, and forgets those it is told to',
    needs: { reopens: true },
    run: async (place) => {
      const known = { ...otherReplica, seenMs: 9, lastScribe: 12 }
      const { replicas } = await keptAndReread(
        place,
        { replicas: [replica, { ...replica, ledger: otherReplica.ledger }] },
        { replicas: [known], forgotten: [{ uid: replica.uid, ledger: replica.ledger }] },
        { forgotten: [{ uid: 'nobody', ledger: known.ledger }] },
      )
      same(replicas, [known], 'the replicas')
    },
  },
  {
    title: 'gives back the outbox in rising number, with what its batches covered',
    needs: { reopens: true },
    run: async (place) => {
      const { outbox } = await keptAndReread(
        place,
        { outbox: { put: [entry(10), entry(9), entry(2 ** 33)] } },
        { outbox: { put: [{ ...entry(10), covered: [] }, entry(11)], remove: [9, 1234] } },
      )
      same(outbox, [{ ...entry(10), covered: [] }, entry(11), entry(2 ** 33)], 'the outbox')
    },
  },
]
