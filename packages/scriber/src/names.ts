/** The names of classes and fields in one ledger: counted, since they are kept for ever. */
import type { Change, RowImage } from './change.js'
import { UsageError } from './errors.js'
import { maxLedgerNames, maxReplayedNames } from './limits.js'
import type { Table } from './table.js'

/** What needs names: a class, and fields by name or in a list. */
type Named = Change | (Pick<RowImage, 'name'> & { readonly fields: readonly { readonly name: string }[] })

export class Names {
  #count = 0

  /** @throws UsageError `SYNCRO_NAMES_FULL` */
  take(): void {
    if (this.#count >= maxLedgerNames) throw full(maxLedgerNames)
    this.#count += 1
  }

  /**
   * Refuses what comes from others and needs more names than there is room for. Counting the new ones, name by name, is left for when that may matter.
   *
   * @throws UsageError `SYNCRO_NAMES_FULL`
   */
  checkRoom(parts: readonly Named[], known: { findTable(name: string): Table | undefined }): void {
    let most = this.#count
    for (const { fields } of parts) {
      most += 1
      if (Array.isArray(fields)) most += fields.length
      // The cheapest count there is. It may be too high, which only leads to the exact one.
      else for (const _name in fields) most += 1
    }
    if (most <= maxReplayedNames) return
    const unknown = countUnknown(parts, known)
    if (unknown > 0 && this.#count + unknown > maxReplayedNames) throw full(maxReplayedNames)
  }
}

function countUnknown(parts: readonly Named[], known: { findTable(name: string): Table | undefined }): number {
  const unknown = new Map<string, Set<string>>()
  let count = 0
  for (const { name, fields } of parts) {
    const table = known.findTable(name)
    let met = unknown.get(name)
    if (met === undefined) {
      met = new Set()
      unknown.set(name, met)
      if (table === undefined) count += 1
    }
    for (const field of fieldNames(fields)) if (!table?.columns.has(field)) met.add(field)
  }
  for (const met of unknown.values()) count += met.size
  return count
}

function fieldNames(fields: Named['fields']): readonly string[] {
  if (fields === undefined) return []
  return isImages(fields) ? fields.map(({ name }) => name) : Object.keys(fields)
}

function isImages(fields: NonNullable<Named['fields']>): fields is readonly { readonly name: string }[] {
  return Array.isArray(fields)
}

function full(most: number): UsageError {
  return new UsageError(
    'SYNCRO_NAMES_FULL',
    `The ledger holds ${maxLedgerNames} names of classes and fields at the most, ${maxReplayedNames} of them from others, and has no room for more than ${most} here, since names are kept for ever. Put what varies into values or ids, not into names.`,
  )
}
