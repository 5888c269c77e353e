/** One figure of everybody as bars from zero, with the range of the runs, and the goal where there is one. */
import type { Board } from './board.js'
import { goals } from './goals.js'
import { number } from './numbers.js'
import { drawing, line, round, text, width } from './svg.js'
import type { Metric } from './workload.js'

const left = 130
const right = width - 110
const top = 58
const rowHeight = 26
const barHeight = 16

export function barPlot(board: Board, metric: Metric): string {
  const standings = board.standings(metric)
  const goal = goals.find(({ work, metric: key }) => work === board.workload.name && key === metric.key)
  const bound = goal?.bound(board, metric)
  const most = Math.max(bound ?? 0, ...standings.map(({ summary }) => summary.most))
  const x = (value: number) => left + (value / most) * (right - left)
  const bottom = top + standings.length * rowHeight
  const title = `${board.workload.number} ${board.workload.name}: ${metric.label}`
  const unit = metric.unit === '' ? '' : `${metric.unit}, `
  const bars = standings.flatMap(({ subject, summary: { median, least, most: greatest } }, at) => {
    const y = top + at * rowHeight
    const middle = y + barHeight / 2
    const mark = board.isLess(subject.name) ? ' °' : ''
    return [
      text(left - 8, middle + 4, `${subject.name}${mark}`, { anchor: 'end' }),
      `<rect class="${subject.kind}" x="${left}" y="${y}" width="${round(x(median) - left)}" height="${barHeight}"/>`,
      line('range', [x(least), middle], [x(greatest), middle]),
      text(Math.max(x(greatest), x(median)) + 8, middle + 4, number(median)),
    ]
  })
  return drawing(title, bottom + 12, [
    text(12, 22, title, { kind: 'title' }),
    text(12, 40, `${unit}${metric.better} is better`, { kind: 'soft' }),
    line('axis', [left, top - 6], [left, bottom]),
    ...bars,
    ...(goal === undefined || bound === undefined ? [] : goalLine(x(bound), bottom, goal.words)),
  ])
}

function goalLine(x: number, bottom: number, words: string): string[] {
  const anchor = x > width / 2 ? 'end' : 'start'
  return [line('goal', [x, top - 6], [x, bottom]), text(x, top - 10, `goal ${words}`, { kind: 'goal-text', anchor })]
}
