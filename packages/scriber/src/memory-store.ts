/** The reference store: keeps everything in memory, so that a ledger can be opened again in the same process. For tests, mostly. */
import { StoreError } from './errors.js'
import type { RecordId } from './ids.js'
import type {
  Age,
  Era,
  OutboxEntry,
  Store,
  StoredReplica,
  StoredRow,
  StoreImage,
  StoreLevel,
  StoreTransaction,
} from './store.js'

/** What a memory store holds, all of it there at once. */
interface MemoryImage extends StoreImage {
  readonly rows: readonly (readonly StoredRow[])[]
}

type Base = () => readonly (readonly StoredRow[])[]

/** A store that survives `close`, not the process. */
export class MemoryStore implements Store {
  readonly level: StoreLevel
  #ledger: string | undefined
  #eras: readonly Era[] = []
  #clock = -1
  #shared = -1
  #ages: readonly Age[] = []
  #position = 0
  #floor = 0
  readonly #rows = new Map<string, Map<RecordId, StoredRow>>()
  readonly #replicas = new Map<string, StoredReplica>()
  readonly #outbox = new Map<number, OutboxEntry>()
  /** Rows that it was made with, as long as nothing replaces them. */
  #base: Base | undefined
  readonly #replaced = new Set<string>()
  #failure: StoreError | undefined

  /** A store that holds what an image has. @param rows gives its rows, the same each time. */
  static holding(
    image: Omit<StoreImage, 'rows' | 'rowCount'>,
    rows: Base,
    options: { readonly level?: StoreLevel } = {},
  ): MemoryStore {
    const store = new MemoryStore(options)
    store.keep({ ...image, outbox: { put: image.outbox } })
    store.#base = rows
    return store
  }

  /**
   * @param options `level`: what clients are told the store survives. It survives whatever this object does, so a test or a simulation
   *   whose clients are restarted in one process may say `disk`. Default: `memory`.
   */
  constructor(options: { readonly level?: StoreLevel } = {}) {
    this.level = options.level ?? 'memory'
  }

  open(): MemoryImage | undefined {
    this.#failure = undefined
    return this.#image()
  }

  keep(transaction: StoreTransaction): void {
    if (this.#failure !== undefined) throw this.#failure
    // All or nothing: whatever can go wrong while a transaction is read goes wrong before any of it is kept.
    let rows: readonly StoredRow[]
    try {
      rows = (transaction.rows ?? []).map((row) => ({ ...row, fields: [...row.fields] }))
    } catch (cause) {
      const problem =
        'A transaction could not be read, and none of it was kept. Open the store anew, and look at the cause.'
      this.#failure = new StoreError('SYNCRO_STORE_FAILED', problem, { cause })
      throw this.#failure
    }
    this.#ledger = transaction.ledger ?? this.#ledger
    this.#eras = transaction.eras ?? this.#eras
    this.#clock = transaction.clock ?? this.#clock
    this.#shared = transaction.shared ?? this.#shared
    this.#ages = transaction.ages ?? this.#ages
    this.#position = transaction.position ?? this.#position
    this.#floor = transaction.floor ?? this.#floor
    for (const row of rows) this.#table(row.name).set(row.id, row)
    for (const { name, id } of transaction.trimmed ?? []) this.#rows.get(name)?.delete(id)
    if (this.#base !== undefined)
      for (const row of [...rows, ...(transaction.trimmed ?? [])]) this.#replaced.add(rowKey(row))
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
    const image = this.#image()
    if (image !== undefined) copy.keep({ ...image, rows: image.rows.flat(), outbox: { put: image.outbox } })
    return copy
  }

  /** Everything that is kept; undefined for a new store. */
  #image(): MemoryImage | undefined {
    if (this.#ledger === undefined) return undefined
    return {
      ledger: this.#ledger,
      eras: this.#eras,
      clock: this.#clock,
      shared: this.#shared,
      ages: this.#ages,
      position: this.#position,
      floor: this.#floor,
      rows: [...this.#baseRows(), ...Array.from(this.#rows.values(), (rows) => [...rows.values()])],
      replicas: [...this.#replicas.values()],
      outbox: [...this.#outbox.values()].sort((a, b) => a.number - b.number),
    }
  }

  #baseRows(): readonly (readonly StoredRow[])[] {
    const parts = this.#base?.() ?? []
    if (this.#replaced.size === 0) return parts
    return parts.map((part) => part.filter((row) => !this.#replaced.has(rowKey(row))))
  }

  #table(name: string): Map<RecordId, StoredRow> {
    let table = this.#rows.get(name)
    if (table === undefined) {
      table = new Map()
      this.#rows.set(name, table)
    }
    return table
  }
}

function rowKey({ name, id }: { readonly name: string; readonly id: RecordId }): string {
  return JSON.stringify([name, id])
}

function keyOf(replica: { readonly uid: string; readonly ledger: string }): string {
  return JSON.stringify([replica.uid, replica.ledger])
}
