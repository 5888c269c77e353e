/**
 * The change recorder: hybrid logical clock, ledger, merge rule, transactions, and the Store contract. Useful alone; knows no network.
 */

export type { Walk } from './arrival-order.js'
export type { Batch, Change, ChangeType, Conflict, Effect, FieldImage, Merged, RowImage, Stamp } from './change.js'
export { Clock, clockEpochMs, stampAt, wallMsOf } from './clock.js'
export type { Column } from './column.js'
export { StoreError, type StoreErrorCode, UsageError, type UsageErrorCode } from './errors.js'
export { type EraId, type LedgerId, type Random, type RecordId, randomId } from './ids.js'
export { Ledger, maxLedgerNames, type OmitWriter } from './ledger.js'
export { defaultScriberLimits, type ScriberLimits } from './limits.js'
export { MemoryStore } from './memory-store.js'
export { compareStamps, compareValues } from './order.js'
export {
  checkId,
  type Place,
  type Remembered,
  Scriber,
  type ScriberEvents,
  type ScriberOptions,
  type Step,
} from './scriber.js'
export type {
  Cursor,
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
export type { Table } from './table.js'
export {
  admitValue,
  canonicalBytes,
  encodedBytes,
  equalValues,
  freezeValue,
  handOut,
  isForbiddenKey,
  type Value,
} from './value.js'
export type { Writers } from './writers.js'
