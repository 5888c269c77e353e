/** What is timed: one piece of work, the same for each subject. */
import type { Subject } from './subject.js'

export interface Workload {
  readonly name: WorkloadName
  readonly title: string
  readonly metrics: readonly Metric[]
  /** Does the work once; whoever calls is a fresh process. */
  measure(subject: Subject, size: Size): Promise<Figures>
}

type WorkloadName = 'create-local' | 'update-stream-tcp' | 'catch-up' | 'memory'

/** `quick` shows that everything works; its figures say nothing. */
export type Size = 'full' | 'quick'

/** By the keys of metrics. */
export type Figures = { readonly [key: string]: number }

export interface Metric {
  readonly key: string
  readonly label: string
  readonly unit: string
  readonly better: 'more' | 'less'
}
