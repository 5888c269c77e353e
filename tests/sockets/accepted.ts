/** What clients have called synced, and whether it is still there. */

interface Stamp {
  readonly stamp: number
  readonly writer: string
}

/** A row of the server's ledger, as `items.mjs` tells it. */
export interface Row {
  readonly birth?: Stamp
  readonly destroy?: Stamp
  readonly fields: Readonly<Record<string, readonly [value: unknown, stamp: number, writer: string]>>
}

/** A write that its client has called synced; the field '' is the record's life. */
export interface Write extends Stamp {
  readonly row: string
  readonly field: string
  readonly value?: unknown
}

export class Accepted {
  /** How many writes were called synced. */
  count = 0
  /** Of each field the newest. */
  readonly #writes = new Map<string, Write>()

  add(writes: readonly Write[]): void {
    this.count += writes.length
    for (const write of writes) {
      const key = `${write.row} ${write.field}`
      if ((this.#writes.get(key)?.stamp ?? -1) < write.stamp) this.#writes.set(key, write)
    }
  }

  /** Those of which nothing is left. */
  lost(rows: ReadonlyMap<string, Row>): readonly Write[] {
    return [...this.#writes.values()].filter((write) => !isThere(write, rows.get(write.row)))
  }
}

/** True if the field holds that write, or a newer one, or the record was destroyed later. */
function isThere({ field, stamp, writer, value }: Write, row: Row | undefined): boolean {
  if (row === undefined) return false
  const [held, heldStamp = -1, heldWriter] =
    field === '' ? [undefined, row.birth?.stamp, row.birth?.writer] : (row.fields[field] ?? [])
  if (heldStamp === stamp && heldWriter === writer) return JSON.stringify(held) === JSON.stringify(value)
  return Math.max(heldStamp, row.destroy?.stamp ?? -1) >= stamp
}
