/**
 * Makes changes of one's own anew with earlier stamps: those that a wrong clock stamped, and that nobody has acknowledged (DESIGN section 5,
 * "Clock"). It is the only place where a stamp in the ledger goes back, so it has to leave every decision as it was: what won stays, what
 * was destroyed stays so.
 */
import type { Column } from './column.js'
import type { Ledger } from './ledger.js'
import { compareStamps } from './order.js'
import type { Table } from './table.js'

export interface Restamping {
  /** Only what is newer is made anew. */
  readonly aheadOf: number
  /** Up to this position somebody else has it already, under the stamp that it has. */
  readonly after: number
  /** The ledger's numbers of the writers that this client is. */
  readonly own: ReadonlySet<number>
  /** The newest stamp that somebody else has. It may have been overwritten here, and then the ledger does not show it. */
  readonly shared: number
}

/** A stamp that is given anew: that of a birth, a destroy, or a field. */
interface Written {
  readonly table: Table
  readonly slot: number
  readonly what: 'birth' | 'destroy' | Column
  readonly stamp: number
  readonly writer: number
}

export interface Anew {
  readonly written: readonly Written[]
  /** The newest stamp of all that stays: what is made anew has to be newer, or it would lose to what it won over. */
  readonly newestKept: number
  /** The newest stamp of what is made anew. */
  readonly newest: number
  /** How many stamps that takes. */
  readonly batches: number
}

/** What is to be made anew; undefined if nothing is. */
export function findAnew(ledger: Ledger, restamping: Restamping): Anew | undefined {
  const found: Written[] = []
  const walk = ledger.walk(restamping.after)
  for (let row = walk.next(); row !== undefined; row = walk.next()) {
    const { table, slot } = ledger.place(row)
    found.push(...writtenIn(ledger, table, slot, restamping))
  }
  walk.close()
  if (found.length === 0) return undefined
  const kept = Math.max(restamping.shared, newestKept(ledger, found))
  // What is older than something that stays cannot be made older: it would have to be newer than that.
  const written = found.filter(({ stamp }) => stamp > kept)
  const ages = new Set(written.map(({ stamp, writer }) => `${stamp} ${writer}`))
  const newest = written.reduce((most, { stamp }) => Math.max(most, stamp), -1)
  return { written, newestKept: kept, newest, batches: ages.size }
}

/**
 * Gives stamps anew, in the order of the old ones: what was one batch has one stamp again.
 *
 * @param writer the ledger's number of the era in which they are made.
 * @param nextStamp called once for each batch.
 */
export function makeAnew(ledger: Ledger, { written }: Anew, writer: number, nextStamp: () => number): void {
  const rowOf = ({ table, slot }: Written) => table.row(slot)
  const byAge = [...written].sort((a, b) => compareAges(ledger, a, b) || rowOf(a) - rowOf(b))
  let before: Written | undefined
  let stamp = 0
  let offset = 0
  for (const one of byAge) {
    const isSameBatch = before !== undefined && compareAges(ledger, before, one) === 0
    if (!isSameBatch) stamp = nextStamp()
    if (!isSameBatch || rowOf(before!) !== rowOf(one)) offset = ledger.touch(rowOf(one))
    before = one
    give(one, stamp, writer, offset)
  }
}

function* writtenIn(ledger: Ledger, table: Table, slot: number, restamping: Restamping): IterableIterator<Written> {
  const after = restamping.after - ledger.order.base
  const isAnew = (stamp: number, writer: number, offset: number) =>
    stamp > restamping.aheadOf && offset > after && restamping.own.has(writer)
  const life = { birth: table.birth(slot), destroy: table.destroy(slot) }
  const [birthWriter, destroyWriter] = [table.birthWriter(slot), table.destroyWriter(slot)]
  const birth = isAnew(life.birth, birthWriter, table.birthOffset(slot))
  const destroy = isAnew(life.destroy, destroyWriter, table.destroyOffset(slot))
  const isNewer = table.lives(slot)
  // What lost to something that stays would win over it under a stamp given now. It is part of nothing any more, so it stays as it is.
  if (birth && (destroy || life.destroy < 0 || isNewer))
    yield { table, slot, what: 'birth', stamp: life.birth, writer: birthWriter }
  if (destroy && (birth || life.birth < 0 || !isNewer))
    yield { table, slot, what: 'destroy', stamp: life.destroy, writer: destroyWriter }
  for (const column of table.columns.values()) {
    const [stamp, writer] = [column.stamp(slot), column.writer(slot)]
    if (stamp < 0 || !isAnew(stamp, writer, column.offset(slot))) continue
    if (destroy || table.counts(slot, stamp, writer)) yield { table, slot, what: column, stamp, writer }
  }
}

function newestKept(ledger: Ledger, written: readonly Written[]): number {
  const anew = new Map<Table, Set<string>>()
  for (const { table, slot, what } of written) {
    let keys = anew.get(table)
    if (keys === undefined) {
      keys = new Set()
      anew.set(table, keys)
    }
    keys.add(keyOf(slot, what))
  }
  let newest = -1
  for (const table of ledger.tables()) {
    const keys = anew.get(table)
    const keep = (slot: number, what: Written['what'], stamp: number) => {
      if (stamp > newest && keys?.has(keyOf(slot, what)) !== true) newest = stamp
    }
    for (let slot = 0; slot < table.end; slot++) {
      if (table.id(slot) === undefined) continue
      keep(slot, 'birth', table.birth(slot))
      keep(slot, 'destroy', table.destroy(slot))
      for (const column of table.columns.values()) keep(slot, column, column.stamp(slot))
    }
  }
  return newest
}

function keyOf(slot: number, what: Written['what']): string {
  return typeof what === 'string' ? `${slot} ${what}` : `${slot}.${what.name}`
}

function compareAges({ writers }: Ledger, a: Written, b: Written): number {
  return compareStamps(a.stamp, writers.id(a.writer), b.stamp, writers.id(b.writer))
}

function give({ table, slot, what }: Written, stamp: number, writer: number, offset: number): void {
  if (what === 'birth') {
    table.setBirth(slot, stamp, writer)
    table.setBirthOffset(slot, offset)
  } else if (what === 'destroy') {
    table.setDestroy(slot, stamp, writer)
    table.setDestroyOffset(slot, offset)
  } else what.restamp(slot, stamp, writer, offset)
}
