/** The results as a table: medians with their ranges, and ours beside the floor's. */
import type { Result } from './runs.js'
import type { Metric, Workload } from './workload.js'

interface Row {
  readonly metric: Metric
  readonly ours: Summary
  readonly floor: Summary
  /** Ours divided by the floor's. */
  readonly ratio: number
}

export interface Section {
  readonly workload: Workload
  readonly rows: readonly Row[]
}

/** Of several runs. */
export interface Summary {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** @param names ours, and the floor. */
export function sectionsOf(
  results: readonly Result[],
  names: { readonly ours: string; readonly floor: string },
): readonly Section[] {
  const workloads = [...new Set(results.map(({ workload }) => workload))]
  return workloads.map((workload) => {
    const runsOf = (name: string) =>
      results.find((result) => result.workload === workload && result.subject.name === name)!.runs
    const rows = workload.metrics.map((metric): Row => {
      const [ours, floor] = [runsOf(names.ours), runsOf(names.floor)].map((runs) =>
        summaryOf(runs.map((figures) => figures[metric.key]!)),
      )
      return { metric, ours: ours!, floor: floor!, ratio: ours!.median / floor!.median }
    })
    return { workload, rows }
  })
}

/** One table in Markdown, which people can read as it is. */
export function tableOf(sections: readonly Section[]): string {
  const lines = [['work', 'figure', 'unit', 'Syncro', 'JSON floor', 'Syncro ÷ floor', 'better']]
  for (const { workload, rows } of sections)
    for (const [at, { metric, ours, floor, ratio }] of rows.entries())
      lines.push([
        at === 0 ? workload.title : '',
        metric.label,
        metric.unit,
        shown(ours),
        shown(floor),
        `${number(ratio)} ×`,
        metric.better,
      ])
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)))
  const [head, ...body] = lines.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  )
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n')
}

export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, least: sorted[0]!, most: sorted.at(-1)! }
}

function shown({ median, least, most }: Summary): string {
  return least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`
}

/** Three digits that mean something; whole above a hundred. */
function number(value: number): string {
  if (value >= 1000) return Number(value.toPrecision(3)).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
