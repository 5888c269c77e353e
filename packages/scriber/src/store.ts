/**
 * The Store contract: what keeps a ledger across restarts, with its clock, eras, cursors, acks and outbox (DESIGN sections 2 and 5).
 *
 * A store is told transactions, each all or nothing, in the order in which they are to be kept. It knows nothing of merging: what it is
 * given replaces what it had.
 */
import type { Batch, ChangeType, FieldImage, Stamp } from './change.js'
import type { StoreError } from './errors.js'
import type { EraId, LedgerId, RecordId } from './ids.js'
import type { Value } from './value.js'

/** What a kept transaction survives: the end of the program (`memory`: not even that), a kill (`os`), a power cut (`disk`). */
export type StoreLevel = 'memory' | 'os' | 'disk'

export interface Store {
  readonly level: StoreLevel
  /**
   * Tells of a class that the program declares, before the first row of it is kept: a store with columns gives each of its fields one. Called before
   * `open` has resolved, mostly. Rows may have fields that no class declares, and values that do not fit; they are kept all the same.
   *
   * @throws UsageError `SYNCRO_NAME_INVALID` for names that the store cannot tell apart.
   */
  declare?(declared: StoredClass): void
  /**
   * Is called before `open`, by whoever wants to know when nothing can be kept for the time being: a full disk, say. `told` is called with StoreError
   * `SYNCRO_STORE_STALLED`, and with undefined once everything is kept that was given until then. In between the store tries again by itself, and what
   * `keep` has promised waits. A store that never stalls has no need of it.
   */
  watch?(told: (stall: StoreError | undefined) => void): void
  /**
   * Opens the store and gives what it holds; undefined where it is new. Called once, before anything else.
   *
   * @throws StoreError `SYNCRO_STORE_IN_USE` if another process has it, `SYNCRO_STORE_DAMAGED` if it cannot be trusted.
   */
  open(): StoreImage | undefined | Promise<StoreImage | undefined>
  /**
   * Keeps one transaction. Returns nothing if it is kept when the call returns, else a promise that says so; promises settle in the
   * order of the calls. After one that fails, none succeeds until the store is opened anew.
   *
   * @throws StoreError `SYNCRO_STORE_FAILED`, thrown or as a rejection; `SYNCRO_STORE_STALLED` as a rejection if the store is closed while it is stalled.
   */
  keep(transaction: StoreTransaction): void | Promise<void>
  /** What was changed, and by whom, where the store keeps that; absent where it does not, which costs nothing. */
  readonly history?: StoreHistory
  /** Keeps what is under way and lets go of the store. Rejects with StoreError `SYNCRO_STORE_STALLED` if that could not be kept to the end. */
  close(): void | Promise<void>
}

/** Every change that a store was given, for audit. */
export interface StoreHistory {
  /** The changes of a record, in the order in which they were stored. Rejects with StoreError `SYNCRO_STORE_DAMAGED`, `SYNCRO_STORE_FAILED`. */
  of(name: string, id: RecordId): Promise<readonly StoredChange[]>
}

/** A change of a record: what is seen of it after, and was before. */
export interface StoredChange extends Stamp {
  readonly type: ChangeType
  /** The client that made it; absent for one that the store was never told of: see `StoreTransaction.authors`. */
  readonly author?: string
  /** The values, of the fields that changed, that were there before. */
  readonly before: { readonly [field: string]: Value }
  readonly after: { readonly [field: string]: Value }
}

/** What the values of a field are, by its declared type; `null` comes with any. `json` is any value. */
export type FieldKind = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'bigint' | 'bytes' | 'json'

/** A class as the program declares it. */
export interface StoredClass {
  readonly name: string
  readonly id: 'text' | 'integer'
  readonly fields: readonly { readonly name: string; readonly kind: FieldKind }[]
}

/** One opening of a ledger, and the position at which it began. */
export interface Era {
  readonly id: EraId
  readonly began: number
}

/** A place in somebody's ledger, as it was seen through one view. */
export interface Cursor {
  readonly ledger: LedgerId
  readonly era: EraId
  readonly position: number
  /**
   * In the middle of a catch-up: rows up to `position` were seen, and of the rows beyond it the fields up to this earlier place. Absent where
   * the two are one.
   */
  readonly since?: number
  /** The view's fingerprint; `''` for everything. */
  readonly view: string
}

/** A stamp as it is stored: with the position at which it came. */
export interface StoredStamp extends Stamp {
  readonly position: number
}

/** A field as it is stored: with the position at which it came. */
export interface StoredField extends FieldImage {
  readonly position: number
}

/** From a place in the ledger to that of the next age, no stamp is newer, nor before: also of what has been overwritten since. */
export interface Age {
  readonly from: number
  readonly newest: number
}

/** A whole row. What changed in it last are the parts that stand at the row's own position. */
export interface StoredRow {
  readonly name: string
  readonly id: RecordId
  readonly position: number
  /** Absent for a row of which only edits have come. */
  readonly life?: { readonly birth?: StoredStamp; readonly destroy?: StoredStamp }
  /** Also those that are older than the row's destroy, as long as they are kept. */
  readonly fields: readonly StoredField[]
}

/** What is known of another client's ledger. Replaces what was stored under `uid` and `ledger`. */
export interface StoredReplica {
  readonly uid: string
  /** Its ledger; for a client of version 1, which has none, the writer id that was given to it. */
  readonly ledger: LedgerId
  /** Absent for one that speaks the present version. */
  readonly version?: 1
  readonly durable: boolean
  /** It was away for so long that nothing waits for it any more; only its cursor is kept. */
  readonly expired?: true
  /** Eras of its ledger that were met: the writers of what it wrote itself. */
  readonly eras: readonly EraId[]
  /** How far into its ledger we have everything. */
  readonly cursor?: Cursor
  /** How far into our ledger it has told us that it has everything. */
  readonly ack?: Cursor
  /** It compared its ledger with ours, and has not sent all that came of it. */
  readonly owes?: true
  /** Wall time of its last session, in ms since the Unix epoch. */
  readonly seenMs: number
  /** Version 1 only: the id that it gave the last scribe it delivered; `''` after a first sync that delivered none. */
  readonly lastScribe?: string | number
}

/** A batch that waits for an authority's verdict, with what its fields covered. */
export interface OutboxEntry {
  /** Rises from batch to batch. */
  readonly number: number
  readonly batch: Batch
  readonly covered: readonly (Stamp & {
    readonly name: string
    readonly id: RecordId
    readonly field: string
    readonly value?: Value
  })[]
}

/** All or nothing; what is left out stays as it is. */
export interface StoreTransaction {
  readonly ledger?: LedgerId
  readonly eras?: readonly Era[]
  /** The newest stamp given out or seen: never given out again. */
  readonly clock?: number
  /** The newest stamp that somebody else has. */
  readonly shared?: number
  /** How stamps have risen with the places in the ledger, in rising places; few. */
  readonly ages?: readonly Age[]
  /** The newest position given out. */
  readonly position?: number
  /** Up to this position tombstones may be gone: a cursor that is not beyond it may have missed a destroy. */
  readonly floor?: number
  /** Rows that changed; each replaces what was stored under its class and id. */
  readonly rows?: readonly StoredRow[]
  /** Rows that are gone without a trace: trimmed tombstones. */
  readonly trimmed?: readonly { readonly name: string; readonly id: RecordId }[]
  readonly replicas?: readonly StoredReplica[]
  readonly forgotten?: readonly { readonly uid: string; readonly ledger: LedgerId }[]
  readonly outbox?: { readonly put?: readonly OutboxEntry[]; readonly remove?: readonly number[] }
  /** Which client a writer is: told to stores with a history, before anything that it wrote. */
  readonly authors?: readonly { readonly writer: Stamp['writer']; readonly author: string }[]
}

/** Everything a store holds. */
export interface StoreImage {
  readonly ledger: LedgerId
  readonly eras: readonly Era[]
  readonly clock: number
  readonly shared: number
  readonly ages: readonly Age[]
  readonly position: number
  readonly floor: number
  /** In any order, in parts of any size; a store that reads for long lets the event loop turn between them. */
  readonly rows: Iterable<readonly StoredRow[]> | AsyncIterable<readonly StoredRow[]>
  /** How many rows those are, where that is known beforehand: for telling how far they are read. */
  readonly rowCount?: number
  readonly replicas: readonly StoredReplica[]
  readonly outbox: readonly OutboxEntry[]
}
