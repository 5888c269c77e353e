/** What a recorder tells its listeners. */
import type { Batch, Conflict, Effect, RowImage } from './change.js'
import type { StoreError } from './errors.js'

/** One step of the ledger: a transaction recorded here, something replayed, or only that rows are to be sent back. */
export interface Step {
  /** A batch, recorded here or replayed; undefined for rows. */
  readonly batch: Batch | undefined
  /** Replayed rows that held anything newer. */
  readonly rows: readonly RowImage[]
  readonly effects: readonly Effect[]
  /** Rows that are to be sent back whole: see `Merged`. */
  readonly outlived: readonly number[]
  /** Where it came from, as given to `replay`; undefined for what was recorded here. */
  readonly origin: unknown
  /** The newest position once the step was in the ledger. */
  readonly position: number
  /** The step may leave this client once this many transactions are stored: see `stored`. */
  readonly kept: number
}

/** How far the store has been read. */
export interface OpeningProgress {
  readonly rows: number
  /** Absent where the store does not know it before. */
  readonly of?: number
}

export interface ScriberEvents {
  /** Each step, once, in order. */
  step: (step: Step) => void
  /** More transactions are stored: all up to this number. */
  stored: (kept: number) => void
  /** Rows that are forgotten: their numbers may soon be other records'. */
  trimmed: (rows: readonly number[]) => void
  conflict: (conflict: Conflict) => void
  /** How many rows of the store have been read, of how many where it knows: after each part of what takes its time. */
  opening: (progress: OpeningProgress) => void
  /** The store keeps nothing for the time being, or any more until it is opened anew; with undefined: it does again. */
  'store-problem': (problem: StoreError | undefined) => void
}
