/** What is timed: one piece of work, the same for each subject. */
import type { Library, Subject } from './subject.js'

export interface Workload {
  readonly name: WorkloadName
  /** As the definitions number it. */
  readonly number: string
  /** One sentence: what the clock runs over. */
  readonly about: string
  readonly metrics: readonly Metric[]
  readonly full: Amounts
  /** Does the work once; whoever calls is a fresh process. */
  measure(library: Library, work: Work): Promise<Figures>
}

export interface Work {
  readonly subject: Subject
  readonly amounts: Amounts
}

export type WorkloadName =
  | 'create'
  | 'create-apply'
  | 'update'
  | 'update-tcp'
  | 'update-coalesced'
  | 'bootstrap'
  | 'catch-up'
  | 'merge'
  | 'memory'
  | 'cold-start'
  | 'read'
  | 'fan-out'

/** How much of it. */
export interface Amounts {
  readonly records: number
  readonly updates: number
  /** What else is counted: round trips, updates that were missed, readers. */
  readonly others: number
}

/** By the keys of metrics; those that a subject has not are left out. */
export type Figures = { readonly [key: string]: number }

export interface Metric {
  readonly key: string
  readonly label: string
  readonly unit: string
  readonly better: 'more' | 'less'
  /** Grows with the amount of work: where a subject gets less of it, it is no match for the others. */
  readonly isSum?: boolean
}

/** The same work with another number of records, and as many updates of each. */
export function withRecords(full: Amounts, records: number): Amounts {
  const part = records / full.records
  return {
    records,
    updates: Math.round(full.updates * part),
    others: part < 1 ? Math.ceil(full.others * part) : full.others,
  }
}
