/** How a cost grows with the number of records: both axes in powers of ten, a line for each subject. */
import { number } from './numbers.js'
import { drawing, line, text, width } from './svg.js'

export interface Series {
  readonly name: string
  /** Records, and the cost at so many. */
  readonly points: readonly (readonly [number, number])[]
}

export interface LinePlot {
  readonly title: string
  readonly unit: string
  readonly series: readonly Series[]
}

const left = 80
const right = width - 120
const top = 58
const bottom = 300

export function linePlot({ title, unit, series }: LinePlot): string {
  const points = series.flatMap((one) => one.points)
  const x = scale(
    points.map(([records]) => records),
    left,
    right,
  )
  const y = scale(
    points.map(([, cost]) => cost),
    bottom,
    top,
  )
  const lines = series.flatMap(({ name, points: own }, at) => {
    const last = own.at(-1)
    if (last === undefined) return []
    const placed = own.map(([records, cost]) => [x.place(records), y.place(cost)] as const)
    const dots = placed.map(
      ([px, py]) => `<circle class="p${at % 5}" cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3"/>`,
    )
    return [line(`line s${at % 5}`, ...placed), ...dots, text(x.place(last[0]) + 8, y.place(last[1]) + 4, name)]
  })
  return drawing(title, bottom + 44, [
    text(12, 22, title, { kind: 'title' }),
    text(12, 40, `${unit}, less is better`, { kind: 'soft' }),
    ...x.marks.flatMap((mark) => [
      line('axis', [x.place(mark), top], [x.place(mark), bottom]),
      text(x.place(mark), bottom + 18, mark.toLocaleString('en-US'), { kind: 'soft', anchor: 'middle' }),
    ]),
    ...y.marks.flatMap((mark) => [
      line('axis', [left, y.place(mark)], [right, y.place(mark)]),
      text(left - 8, y.place(mark) + 4, number(mark), { kind: 'soft', anchor: 'end' }),
    ]),
    text((left + right) / 2, bottom + 36, 'records', { kind: 'soft', anchor: 'middle' }),
    ...lines,
  ])
}

/** Whole powers of ten around the values, at least one step. */
function scale(values: readonly number[], from: number, to: number) {
  const least = Math.floor(Math.log10(Math.min(...values)))
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    marks: Array.from({ length: most - least + 1 }, (_, at) => 10 ** (least + at)),
    place: (value: number) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
  }
}
