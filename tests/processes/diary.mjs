// What a client wrote, and what of it was called synced: that may never be lost.

/** A write of a field, or, where that is '', of the record's life. @typedef {{ readonly row: string, readonly field: string, readonly stamp: number, readonly writer: string, readonly value?: unknown }} Write */
/** @typedef {Write & { readonly table: import('@syncro/scriber').Table, readonly slot: number }} Pending */

export class Diary {
  #syncro
  #tell
  /** The newest writes of ours that are not called synced yet. @type {Map<string, Pending>} */
  #pending = new Map()

  /** @param {import('@syncro/core').Syncro} syncro @param {(accepted: readonly Write[]) => void} tell */
  constructor(syncro, tell) {
    this.#syncro = syncro
    this.#tell = tell
    syncro.scriber.on('step', ({ origin, batch }) => {
      if (origin === undefined && batch !== undefined) this.#note(batch)
    })
    syncro.on('changed', () => this.#look())
  }

  /** What of a batch took effect is what the ledger has under its stamp. @param {import('@syncro/scriber').Batch} batch */
  #note({ stamp, writer, changes }) {
    const { ledger } = this.#syncro.scriber
    for (const { name, id } of changes) {
      const table = ledger.table(name)
      const slot = ledger.slot(table, id)
      const row = `${name} ${id}`
      for (const column of table.columns.values())
        if (column.stamp(slot) === stamp)
          this.#pending.set(`${row} ${column.name}`, {
            row,
            field: column.name,
            stamp,
            writer,
            value: column.get(slot),
            table,
            slot,
          })
      if (table.birth(slot) === stamp || table.destroy(slot) === stamp)
        this.#pending.set(`${row} `, { row, field: '', stamp, writer, table, slot })
    }
  }

  #look() {
    if (this.#pending.size === 0 || !this.#syncro.isReady) return
    const unsent = new Set(
      this.#syncro
        .unsent()
        .flatMap(({ name, id, fields, life }) =>
          [...fields, ...(life ? [''] : [])].map((field) => `${name} ${id} ${field}`),
        ),
    )
    /** @type {Write[]} */
    const accepted = []
    for (const [key, { row, field, stamp, writer, value, table, slot }] of this.#pending) {
      if (unsent.has(key)) continue
      this.#pending.delete(key)
      // Nothing is said of the fields of a record that was destroyed meanwhile.
      if (field === '' || table.lives(slot)) accepted.push({ row, field, stamp, writer, value })
    }
    if (accepted.length > 0) this.#tell(accepted)
  }
}
