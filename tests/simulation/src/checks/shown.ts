/** What a client shows, as checks look at it: the fields of the records that live. */
import { canonicalBytes, type RecordId, type Scriber, type Table, type Value } from '@syncro/scriber'
import { recordKey } from '../machine/disk.js'

export type ShownFields = Map<string, Value>

/** The fields of a record; undefined if it does not live. */
export function shownRecord(table: Table | undefined, id: RecordId): ShownFields | undefined {
  const slot = table?.slot(id)
  if (table === undefined || slot === undefined || !table.lives(slot)) return undefined
  return fieldsAt(table, slot)
}

/** All records that live. */
export function shownRecords({ ledger }: Scriber): Map<string, ShownFields> {
  const records = new Map<string, ShownFields>()
  for (const table of ledger.tables())
    for (const slot of table.livingSlots()) records.set(recordKey(table.name, table.id(slot)!), fieldsAt(table, slot))
  return records
}

/**
 * All that has to be equal where everybody has seen the same, with every stamp that counts. One text a record.
 *
 * @param options `living`: only records that live; of the others some may be forgotten here and not there.
 */
export function stateOf(
  { ledger }: Scriber,
  { living = false }: { readonly living?: boolean } = {},
): Map<string, string> {
  const state = new Map<string, string>()
  for (const table of ledger.tables())
    for (let slot = 0; slot < table.end; slot++) {
      const id = table.id(slot)
      if (id !== undefined && (!living || table.lives(slot)))
        state.set(recordKey(table.name, id), recordText(table, slot))
    }
  return state

  function recordText(table: Table, slot: number): string {
    const { birth, destroy } = ledger.life(table, slot)
    const parts = [`birth ${birth?.stamp} ${birth?.writer}`, `destroy ${destroy?.stamp} ${destroy?.writer}`]
    for (const column of table.columns.values()) {
      const stamp = column.stamp(slot)
      const writer = column.writer(slot)
      if (stamp >= 0 && table.counts(slot, stamp, writer))
        parts.push(`${column.name} ${stamp} ${ledger.writers.id(writer)} ${valueText(column.get(slot)!)}`)
    }
    return parts.sort().join('\n')
  }
}

const decoder = new TextDecoder()

export function valueText(value: Value): string {
  return decoder.decode(canonicalBytes(value))
}

function fieldsAt(table: Table, slot: number): ShownFields {
  const fields: ShownFields = new Map()
  for (const column of table.columns.values()) {
    const value = column.get(slot)
    if (value !== undefined) fields.set(column.name, value)
  }
  return fields
}
