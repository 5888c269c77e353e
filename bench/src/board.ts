/** Everybody's figures on one workload. */
import { type Summary, summaryOf } from './numbers.js'
import type { Result } from './runs.js'
import type { Subject } from './subject.js'
import { subjectNamed } from './subjects.js'
import type { Metric, Workload } from './workload.js'

export interface Standing {
  readonly subject: Subject
  readonly summary: Summary
}

export class Board {
  readonly workload: Workload
  readonly results: readonly Result[]

  constructor(workload: Workload, results: readonly Result[]) {
    this.workload = workload
    this.results = results.filter(({ work }) => work === workload.name)
  }

  /** Of a subject's runs; undefined where it has no such figure. */
  summary(name: string, key: string): Summary | undefined {
    const result = this.results.find(({ subject }) => subject === name)
    const values = result?.runs.flatMap((figures) => figures[key] ?? []) ?? []
    return values.length === 0 ? undefined : summaryOf(values)
  }

  median(name: string, key: string): number | undefined {
    return this.summary(name, key)?.median
  }

  /** The best peer that did as much as everybody, where that matters; whoever merges nothing counts, unless the filter leaves it out. */
  best(metric: Metric, filter: (subject: Subject) => boolean = () => true): Standing | undefined {
    const standings = this.standings(metric).filter(
      ({ subject }) => subject.kind === 'peer' && filter(subject) && !this.#isNoMatch(subject, metric),
    )
    const sign = metric.better === 'more' ? -1 : 1
    return standings.sort((a, b) => (a.summary.median - b.summary.median) * sign)[0]
  }

  /** All who have a figure, in the order of the list. */
  standings(metric: Metric): Standing[] {
    return this.results.flatMap(({ subject }) => {
      const summary = this.summary(subject, metric.key)
      return summary === undefined ? [] : [{ subject: subjectNamed(subject), summary }]
    })
  }

  isLess(name: string): boolean {
    return this.results.some(({ subject, isLess }) => subject === name && isLess)
  }

  #isNoMatch({ name }: Subject, { isSum }: Metric): boolean {
    return isSum === true && this.isLess(name)
  }
}
