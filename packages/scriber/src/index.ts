/**
 * The change recorder: hybrid logical clock, ledger, merge rule, transactions, and the Store contract. Useful alone; knows no network.
 */

export { admitValue } from './admit.js'
export type { Walk } from './arrival-order.js'
export type {
  Batch,
  Change,
  ChangeType,
  Conflict,
  Effect,
  FieldImage,
  Merged,
  Places,
  RowImage,
  Stamp,
} from './change.js'
export { checkId } from './checks.js'
export { Clock, clockEpochMs, maxStamp, stampAt, wallMsOf } from './clock.js'
export type { Column } from './column.js'
export { Digest, type DigestRow, type DigestSum, hasLife, newestStamp } from './digest.js'
export { encodedBytes } from './encoded-bytes.js'
export { canonicalBytes, equalValues } from './equality.js'
export { StoreError, type StoreErrorCode, UsageError, type UsageErrorCode } from './errors.js'
export { Events, type Listeners } from './events.js'
export { type EraId, type LedgerId, type Random, type RecordId, randomId } from './ids.js'
export { Ledger } from './ledger.js'
export { defaultScriberLimits, maxLedgerNames, maxReplayedNames, type ScriberLimits } from './limits.js'
export { MemoryStore } from './memory-store.js'
export { compareStamps, compareValues } from './order.js'
export {
  columnsOf,
  countRows,
  imagesOf,
  newestInColumns,
  type RowColumns,
} from './row-columns.js'
export { type Place, type Remembered, type RestampOptions, Scriber, type ScriberOptions } from './scriber.js'
export type { OpeningProgress, ScriberEvents, Step } from './step.js'
export type {
  Cursor,
  Era,
  FieldKind,
  OutboxEntry,
  Store,
  StoredChange,
  StoredClass,
  StoredField,
  StoredReplica,
  StoredRow,
  StoredStamp,
  StoreHistory,
  StoreImage,
  StoreLevel,
  StoreTransaction,
} from './store.js'
export type { Table } from './table.js'
export type { Shape } from './transaction.js'
export type { TrimOptions } from './trimming.js'
export { freezeValue, handOut, isForbiddenKey, type Value } from './value.js'
export type { Writers } from './writers.js'
