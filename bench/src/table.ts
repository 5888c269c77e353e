/** The results in Markdown: a row for each goal, and below it a table for each workload. */
import type { Board } from './board.js'
import { type Goal, goals, isMet } from './goals.js'
import { number, shown } from './numbers.js'
import { subjectNamed } from './subjects.js'
import type { Metric } from './workload.js'

const lessMark = '°'

/** A row for each goal whose work was measured. */
export function goalsTable(boards: readonly Board[]): string {
  const head = [
    'work',
    'figure',
    'json',
    'msgpackr',
    'best peer',
    'syncro',
    '÷ best',
    '÷ json',
    '÷ msgpackr',
    'goal',
    '',
  ]
  const rows = goals.flatMap((goal) => {
    const board = boards.find(({ workload }) => workload.name === goal.work)
    return board === undefined ? [] : [goalRow(goal, board)]
  })
  return tableOf([head, ...rows])
}

function goalRow(goal: Goal, board: Board): string[] {
  const metric = board.workload.metrics.find(({ key }) => key === goal.metric)!
  const { subject = 'syncro' } = goal
  const value = board.median(subject, metric.key)
  const best = board.best(metric)
  const bound = goal.bound(board, metric)
  const cell = (name: string) => numberOr(board.median(name, metric.key))
  const over = (other: number | undefined) => (value === undefined || other === undefined ? '–' : number(value / other))
  const verdict = value === undefined || bound === undefined ? '–' : isMet(metric, value, bound) ? 'met' : '**missed**'
  return [
    `${board.workload.number} ${board.workload.name}`,
    `${metric.label}, ${metric.unit}${subject === 'syncro' ? '' : ` (${subject})`}`,
    cell('json'),
    cell('msgpackr'),
    best === undefined ? '–' : `${number(best.summary.median)} ${best.subject.name}`,
    numberOr(value),
    over(best?.summary.median),
    over(board.median('json', metric.key)),
    over(board.median('msgpackr', metric.key)),
    goal.words,
    verdict,
  ]
}

/** One workload: a line for each subject, a column for each figure. */
export function workTable(board: Board): string {
  const metrics = board.workload.metrics
  const head = ['', ...metrics.map(({ label, unit }) => (unit === '' ? label : `${label}, ${unit}`))]
  const rows = board.results.map(({ subject, isLess, failures, runs }) => [
    `${subject}${isLess ? ` ${lessMark}` : ''}`,
    ...metrics.map((metric) => cellOf(board, subject, metric)),
    ...(failures.length > 0 ? [`${failures.length} of ${runs.length + failures.length} runs failed`] : []),
  ])
  const width = Math.max(head.length, ...rows.map((row) => row.length))
  const lines = [head, ...rows].map((row) => [...row, ...Array.from({ length: width - row.length }, () => '')])
  return [tableOf(lines), ...notesOf(board)].join('\n\n')
}

function cellOf(board: Board, subject: string, { key }: Metric): string {
  const summary = board.summary(subject, key)
  return summary === undefined ? '–' : shown(summary)
}

/** Why somebody got less to do, or nothing. */
function notesOf({ workload, results }: Board): string[] {
  return results.flatMap(({ subject, isLess, amounts }) => {
    if (!isLess) return []
    const { records, updates } = amounts
    const why = subjectNamed(subject).less?.[workload.name]?.why ?? ''
    return [
      `${lessMark} ${subject}: ${records.toLocaleString('en-US')} records, ${updates.toLocaleString('en-US')} updates, since ${why}.`,
    ]
  })
}

function numberOr(value: number | undefined): string {
  return value === undefined ? '–' : number(value)
}

/** In Markdown, which people can read as it is. The first row is the head. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(1, ...rows.map((cells) => cells[column]!.length)))
  const [head, ...body] = rows.map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  )
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n')
}
