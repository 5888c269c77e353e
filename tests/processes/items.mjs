// The records of the tests with processes: what is done to them at random, and what has to be equal in the end.
import { createHash } from 'node:crypto'
import { Model, synced, t } from '@syncro/model'

export class Item extends Model {
  static {
    synced(this, {
      name: 'Item',
      fields: {
        title: t.string({ default: '' }),
        done: t.boolean({ default: false }),
        count: t.number({ default: 0 }),
        tags: t.json({ default: [] }),
      },
    })
  }
}

/** What plain JavaScript cannot say in the class. @typedef {Model & { title: string, done: boolean, count: number, tags: readonly number[] }} ItemRecord */

/** @param {import('@syncro/core').Syncro} syncro */
export function itemsOf(syncro) {
  return /** @type {import('@syncro/model').Collection<ItemRecord>} */ (
    /** @type {unknown} */ (syncro.collection(Item))
  )
}

/** Written by a client that has done its work and knows that others have it. */
export class Finish extends Model {
  static {
    synced(this, { name: 'Finish', fields: {} })
  }
}

/**
 * One thing that users do: a create, an edit, several in one transaction, a destroy or a restore.
 *
 * @param {{ syncro: import('@syncro/core').Syncro, random: import('@syncro/scriber/testing').SeededRandom, destroyed: string[] }} client
 * @param {number} ids how many records there may be
 */
export function operate({ syncro, random, destroyed }, ids) {
  const items = itemsOf(syncro)
  const id = `item ${random.below(ids)}`
  const item = items.find(id)
  const dice = random.below(20)
  if (dice === 0 && destroyed.length > 0) restore(items, random.pick(destroyed))
  else if (item === undefined)
    items.create({ id, title: `${syncro.uid} ${random.below(1000)}`, count: random.below(10) })
  else if (dice < 8) item.title = `${syncro.uid} writes ${random.below(10_000)}`
  else if (dice < 11) item.done = !item.done
  else if (dice < 14) item.count += 1
  else if (dice < 16) item.tags = [...item.tags.slice(-3), random.below(100)]
  else if (dice < 18) {
    syncro.transact(() => {
      item.update({ title: 'together', count: -1 })
      items.create({ id: `item ${random.below(ids)}`, title: 'a pair' })
    })
  } else {
    item.destroy()
    destroyed.push(id)
    if (destroyed.length > 20) destroyed.shift()
  }
}

/** @param {import('@syncro/model').Collection<ItemRecord>} items @param {string} id */
function restore(items, id) {
  try {
    items.restore(id)
  } catch (error) {
    // It was made anew and destroyed elsewhere, so that nothing of it is left here.
    if (!(error instanceof Error && 'code' in error && error.code === 'SYNCRO_GONE')) throw error
  }
}

/** @typedef {{ readonly stamp: number, readonly writer: string }} Stamp */
/** @typedef {{ readonly birth?: Stamp, readonly destroy?: Stamp, readonly fields: { readonly [name: string]: readonly [value: unknown, stamp: number, writer: string] } }} Row */

/**
 * All that has to be equal where everybody has seen the same: values, life and stamps of each row that is known, in one order.
 *
 * @param {import('@syncro/core').Syncro} syncro
 * @returns {(readonly [key: string, row: Row])[]}
 */
export function rows({ scriber: { ledger } }) {
  /** @type {(readonly [string, Row])[]} */
  const all = []
  for (const table of ledger.tables())
    for (let slot = 0; slot < table.end; slot++) {
      /** @type {(readonly [string, readonly [unknown, number, string]])[]} */
      const fields = []
      for (const column of table.columns.values()) {
        const stamp = column.stamp(slot)
        if (stamp < 0 || !table.counts(slot, stamp, column.writer(slot))) continue
        fields.push([column.name, [column.get(slot), stamp, ledger.writers.id(column.writer(slot))]])
      }
      const row = { ...ledger.life(table, slot), fields: Object.fromEntries(fields.sort(byKey)) }
      all.push([`${table.name} ${table.id(slot)}`, row])
    }
  return all.sort(byKey)
}

/** Of the rows, and of what the classes show. @param {import('@syncro/core').Syncro} syncro */
export function digest(syncro) {
  const shown = itemsOf(syncro)
    .all()
    .map((item) => /** @type {const} */ ([item.id, item.toObject()]))
    .sort(byKey)
  return createHash('sha256')
    .update(JSON.stringify([rows(syncro), shown]))
    .digest('hex')
}

/** @param {readonly [string, unknown]} a @param {readonly [string, unknown]} b */
function byKey([a], [b]) {
  return a < b ? -1 : 1
}
