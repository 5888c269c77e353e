/**
 * What a row comes to in a few bytes, the same for everybody who holds the same (PROTOCOL.md, "Digests"). SHA-256, so that nobody can make two rows
 * that look alike.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import type { Column } from './column.js'
import { canonicalText } from './equality.js'
import type { RecordId } from './ids.js'
import { absent } from './stamp-page.js'
import type { Table } from './table.js'
import type { Writers } from './writers.js'

/** The first 64 bits of a hash, as two words. */
export interface Words {
  readonly high: number
  readonly low: number
}

/** The place of a record among all: it does not depend on what the record holds. */
export function keyOf(name: string, id: RecordId): Words {
  return hashOf(JSON.stringify([name, id]))
}

/** What a row holds: both stamps of its life, and each field that counts, with stamp and value. */
export function digestOf(table: Table, slot: number, writers: Writers, columns: readonly Column[]): Words {
  const birth = stampText(table.birth(slot), table.birthWriter(slot), writers)
  const destroy = stampText(table.destroy(slot), table.destroyWriter(slot), writers)
  let text = `[${JSON.stringify(table.name)},${JSON.stringify(table.id(slot))},${birth},${destroy}`
  for (const column of columns) {
    const stamp = column.stamp(slot)
    if (stamp < 0 || !table.counts(slot, stamp, column.writer(slot))) continue
    const value = canonicalText(column.get(slot)!)
    text += `,[${JSON.stringify(column.name)},${value},${stampText(stamp, column.writer(slot), writers)}]`
  }
  return hashOf(`${text}]`)
}

/** A table's columns in the order of their names, as UTF-16 units. */
export function inOrder(table: Table): Column[] {
  return [...table.columns.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function stampText(stamp: number, writer: number, writers: Writers): string {
  return stamp === absent ? 'null' : `[${stamp},"${writers.id(writer)}"]`
}

const encoder = new TextEncoder()

function hashOf(text: string): Words {
  const bytes = sha256(encoder.encode(text))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { high: view.getUint32(0), low: view.getUint32(4) }
}
