/** The reference store: keeps everything in memory, so that a ledger can be opened again in the same process. For tests, mostly. */
import type {
  Era,
  OutboxEntry,
  Store,
  StoredField,
  StoredReplica,
  StoredRow,
  StoreImage,
  StoreLevel,
  StoreTransaction,
} from './store.js'

interface KeptRow {
  readonly name: string
  readonly id: string | number
  position: number
  life: StoredRow['life']
  readonly fields: Map<string, StoredField>
}

/** A store that survives `close`, not the process. */
export class MemoryStore implements Store {
  readonly level: StoreLevel
  #ledger: string | undefined
  #eras: readonly Era[] = []
  #clock = -1
  #position = 0
  readonly #rows = new Map<string, Map<string | number, KeptRow>>()
  readonly #replicas = new Map<string, StoredReplica>()
  readonly #outbox = new Map<number, OutboxEntry>()

  /**
   * @param options `level`: what clients are told the store survives. It survives whatever this object does, so a test or a simulation whose
   *   clients are restarted in one process may say `disk`. Default: `memory`.
   */
  constructor(options: { readonly level?: StoreLevel } = {}) {
    this.level = options.level ?? 'memory'
  }

  open(): StoreImage | undefined {
    if (this.#ledger === undefined) return undefined
    return {
      ledger: this.#ledger,
      eras: this.#eras,
      clock: this.#clock,
      position: this.#position,
      rows: [...this.#allRows()].sort((a, b) => a.position - b.position),
      replicas: [...this.#replicas.values()],
      outbox: [...this.#outbox.values()].sort((a, b) => a.number - b.number),
    }
  }

  keep(transaction: StoreTransaction): void {
    this.#ledger = transaction.ledger ?? this.#ledger
    this.#eras = transaction.eras ?? this.#eras
    this.#clock = transaction.clock ?? this.#clock
    this.#position = transaction.position ?? this.#position
    for (const row of transaction.rows ?? []) this.#keepRow(row)
    for (const { name, id } of transaction.trimmed ?? []) this.#rows.get(name)?.delete(id)
    for (const replica of transaction.replicas ?? []) this.#replicas.set(keyOf(replica), replica)
    for (const replica of transaction.forgotten ?? []) this.#replicas.delete(keyOf(replica))
    for (const entry of transaction.outbox?.put ?? []) this.#outbox.set(entry.number, entry)
    for (const number of transaction.outbox?.remove ?? []) this.#outbox.delete(number)
  }

  close(): void {
    // Nothing is under way, and what is kept is to be found again by the next open.
  }

  /** A store that holds what this one holds now and goes its own way: a backup, or a copied data directory. */
  copy(): MemoryStore {
    const copy = new MemoryStore({ level: this.level })
    const image = this.open()
    if (image === undefined) return copy
    const { ledger, eras, clock, position, replicas, outbox } = image
    copy.keep({ ledger, eras, clock, position, rows: [...this.#allRows()], replicas, outbox: { put: outbox } })
    return copy
  }

  #keepRow(row: StoredRow): void {
    let rows = this.#rows.get(row.name)
    if (rows === undefined) {
      rows = new Map()
      this.#rows.set(row.name, rows)
    }
    let kept = rows.get(row.id)
    if (kept === undefined) {
      kept = { name: row.name, id: row.id, position: row.position, life: row.life, fields: new Map() }
      rows.set(row.id, kept)
    }
    kept.position = row.position
    kept.life = row.life ?? kept.life
    for (const field of row.fields) kept.fields.set(field.name, field)
    for (const name of row.cleared ?? []) kept.fields.delete(name)
  }

  *#allRows(): IterableIterator<StoredRow> {
    for (const rows of this.#rows.values())
      for (const { name, id, position, life, fields } of rows.values())
        yield { name, id, position, ...(life === undefined ? undefined : { life }), fields: [...fields.values()] }
  }
}

function keyOf(replica: { readonly uid: string; readonly ledger: string }): string {
  return JSON.stringify([replica.uid, replica.ledger])
}
