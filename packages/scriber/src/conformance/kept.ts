/** What the cases share: ids, and reading a store to its end. */
import type { Store, StoredRow, StoreImage, StoreTransaction } from '../store.js'
import { isTrue, same } from './asserts.js'
import type { StorePlace } from './store-suite.js'

export const ledgerId = '0123456789abcdef01234567'
export const eraId = 'aaaaaaaaaaaaaaaaaaaaaaaa'
export const otherEraId = 'bbbbbbbbbbbbbbbbbbbbbbbb'

/** The first transaction that every ledger makes. */
export const opening: StoreTransaction = { ledger: ledgerId, eras: [{ id: eraId, began: 0 }] }

/** A row with one text field. */
export function noteRow(id: string | number, position: number, text: string): StoredRow {
  const stamp = { stamp: position * 10, writer: eraId }
  return {
    name: 'Note',
    id,
    position,
    life: { birth: { ...stamp, position } },
    fields: [{ name: 'text', value: text, ...stamp, position }],
  }
}

/** An image with its rows read. */
export type Contents = Omit<StoreImage, 'rows' | 'rowCount'> & { readonly rows: readonly StoredRow[] }

/** Opens a store and reads all it holds, its rows in rising position. */
export async function openAndRead(store: Store): Promise<Contents | undefined> {
  const image = await store.open()
  if (image === undefined) return undefined
  const { rowCount, ...beside } = image
  const rows: StoredRow[] = []
  for await (const part of image.rows) rows.push(...part)
  same(rowCount ?? rows.length, rows.length, 'the number of rows that the image gives')
  rows.sort((a, b) => a.position - b.position)
  return { ...beside, rows }
}

/** Keeps transactions in a new store on the place, one after another, and closes it. */
export async function keepAll(place: StorePlace, ...transactions: readonly StoreTransaction[]): Promise<void> {
  const store = place.store()
  await openAndRead(store)
  for (const transaction of transactions) await store.keep(transaction)
  await store.close()
}

/** What is there when the place is opened anew. */
export async function reread(place: StorePlace): Promise<Contents> {
  const store = place.store()
  const contents = await openAndRead(store)
  await store.close()
  isTrue(contents !== undefined, 'the store is empty when it is opened again')
  return contents!
}

/** Keeps transactions on top of a new ledger's first, and reads what is there when the place is opened anew. */
export async function keptAndReread(
  place: StorePlace,
  ...transactions: readonly StoreTransaction[]
): Promise<Contents> {
  await keepAll(place, opening, ...transactions)
  return reread(place)
}

/** A row with its fields in the order of their names, which stores need not keep. */
export function sorted(row: StoredRow): StoredRow {
  return { ...row, fields: [...row.fields].sort((a, b) => (a.name < b.name ? -1 : 1)) }
}
