/** What is to be measured: one work of one subject, in one amount. */
import type { Options } from './options.js'
import type { Subject } from './subject.js'
import { reasonAgainst } from './subjects.js'
import type { Amounts, Workload } from './workload.js'
import { withRecords } from './workload.js'

export interface Job {
  readonly workload: Workload
  readonly subject: Subject
  readonly amounts: Amounts
  /** Less than the others get, since it would take over a minute. */
  readonly isLess: boolean
}

const quickPart = 100

export function jobsOf({ workloads, subjects, records, quick }: Options): readonly Job[] {
  return workloads.flatMap((workload) => {
    const count = records[0] ?? (quick ? workload.full.records / quickPart : workload.full.records)
    return jobsOfWork(workload, subjects, withRecords(workload.full, count))
  })
}

export function jobsOfWork(workload: Workload, subjects: readonly Subject[], amounts: Amounts): readonly Job[] {
  return subjects
    .filter((subject) => reasonAgainst(subject, workload.name) === undefined)
    .map((subject) => jobOf(workload, subject, amounts))
}

function jobOf(workload: Workload, subject: Subject, amounts: Amounts): Job {
  const less = subject.less?.[workload.name]
  const records = Math.min(amounts.records, less?.records ?? amounts.records)
  const updates = Math.min(amounts.updates, less?.updates ?? amounts.updates)
  const isLess = records < amounts.records || updates < amounts.updates
  return { workload, subject, amounts: { ...amounts, records, updates }, isLess }
}
