/** What somebody holds of a record, by its stamps: in a ledger, or on a disk. */
import { compareStamps, newestStamp, type RecordId, type Stamp } from '@syncro/scriber'
import { type Disk, newestOf, recordKey, withoutEnd } from '../machine/disk.js'
import type { Life } from '../world/life.js'
import type { Machine } from '../world/machine.js'

/** A part of a record that has a stamp of its own: a field, or one of these. No field is named so. */
export const birth = ' birth'
export const destroy = ' destroy'

/** A part of a record. */
export interface Part {
  readonly name: string
  readonly id: RecordId
  readonly part: string
}

/** A change to one part of one record. */
export interface Effect extends Stamp, Part {}

export interface Held {
  /** The stamp of a part; undefined where nothing is held of it. */
  stampOf(part: Part): Stamp | undefined
  /** The newest stamp of a record that is there, alive or not. */
  newestOf(record: Omit<Part, 'part'>): number | undefined
  /** The newest stamp of what a record was when it was forgotten; undefined if it never was, or is here again. */
  forgotten(record: Omit<Part, 'part'>): Stamp | undefined
}

export function heldInLedger({ syncro, forgotten }: Life): Held {
  const { ledger } = syncro.scriber
  const stampAt = (stamp: number, writer: number): Stamp | undefined =>
    stamp < 0 ? undefined : { stamp, writer: ledger.writers.id(writer) }
  return {
    stampOf({ name, id, part }) {
      const table = ledger.findTable(name)
      const slot = table?.slot(id)
      if (table === undefined || slot === undefined) return undefined
      if (part === birth) return stampAt(table.birth(slot), table.birthWriter(slot))
      if (part === destroy) return stampAt(table.destroy(slot), table.destroyWriter(slot))
      const column = table.columns.get(part)
      return column === undefined ? undefined : stampAt(column.stamp(slot), column.writer(slot))
    },
    newestOf({ name, id }) {
      const table = ledger.findTable(name)
      const slot = table?.slot(id)
      return table === undefined || slot === undefined ? undefined : newestStamp(table, slot)
    },
    forgotten({ name, id }) {
      if (ledger.findTable(name)?.slot(id) !== undefined) return undefined
      return forgotten.get(recordKey(name, id))
    },
  }
}

export function heldOnDisk({ records, forgotten }: Disk): Held {
  return {
    stampOf({ name, id, part }) {
      const record = records.get(recordKey(name, id))
      if (part === birth) return record?.birth
      if (part === destroy) return record?.destroy
      return record?.fields.get(part)
    },
    newestOf({ name, id }) {
      return newestOf(records.get(recordKey(name, id)))?.stamp
    },
    forgotten({ name, id }) {
      const key = recordKey(name, id)
      return records.has(key) ? undefined : forgotten.get(key)
    },
  }
}

const nothing: Held = { stampOf: () => undefined, newestOf: () => undefined, forgotten: () => undefined }

/** What a machine holds: in its ledger, or, while no client runs on it, on its disk. */
export function heldBy({ ready, disk }: Machine): Held {
  if (ready !== undefined) return heldInLedger(ready)
  return disk === undefined ? nothing : heldOnDisk(disk)
}

export function isNewer(a: Stamp, b: Stamp): boolean {
  return compareStamps(a.stamp, a.writer, b.stamp, b.writer) > 0
}

/**
 * Whether a change is there, or a newer one in its place. A field that is older than its record's destroy is no part of it any more; of a record
 * that was forgotten everything was there.
 */
export function holds(held: Held, effect: Effect): boolean {
  const there = held.stampOf(effect)
  if (there !== undefined && !isNewer(effect, there)) return true
  const isField = effect.part !== birth && effect.part !== destroy
  const gone = (isField ? held.stampOf({ ...effect, part: destroy }) : undefined) ?? held.forgotten(effect)
  if (gone?.writer === withoutEnd && effect.part === birth) return false
  return gone !== undefined && !isNewer(effect, gone)
}

/** One text for a part of a record. */
export function keyOf({ name, id, part }: Part): string {
  return `${recordKey(name, id)}\n${part}`
}

/** One text for a change. */
export function stampedKeyOf(effect: Effect): string {
  return `${keyOf(effect)}\n${effect.stamp} ${effect.writer}`
}

export function shownEffect({ name, id, part, stamp, writer }: Effect): string {
  return `${name} ${JSON.stringify(id)}, ${part.trim()} (${stamp} by ${writer.slice(0, 6)})`
}
