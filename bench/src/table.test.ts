import { expect, test } from 'vitest'
import { barPlot } from './bar-plot.js'
import { Board } from './board.js'
import { linePlot } from './line-plot.js'
import { summaryOf } from './numbers.js'
import { withSection } from './results-file.js'
import type { Result } from './runs.js'
import { goalsTable, workTable } from './table.js'
import type { Amounts, Figures } from './workload.js'
import { bootstrap } from './workloads/bootstrap.js'
import { create } from './workloads/create.js'
import { read } from './workloads/read.js'

const amounts: Amounts = { records: 10, updates: 0, others: 0 }

function result(work: string, subject: string, ...runs: readonly Figures[]): Result {
  return { work, subject, amounts, isLess: false, runs: [...runs], failures: [] }
}

const rates = (...values: readonly number[]) => values.map((rate) => ({ rate }))

test('takes the middle run, or the mean of the two in the middle', () => {
  expect(summaryOf([3, 1, 100])).toEqual({ median: 3, least: 1, most: 100 })
  expect(summaryOf([4, 1, 2, 100])).toEqual({ median: 3, least: 1, most: 100 })
})

test('holds ours against the goal, with its ratios to the best peer and to the floors', () => {
  const results = [
    result('create', 'syncro', ...rates(50, 60, 70)),
    result('create', 'yjs', ...rates(20)),
    result('create', 'loro', ...rates(10)),
    result('create', 'json', ...rates(120)),
  ]
  const table = goalsTable([new Board(create, results)])
  expect(table.split('\n')).toHaveLength(3)
  expect(table).toMatch(/\| 120 +\| – +\| 20.0 yjs +\| 60.0 +\| 3.00 +\| 0.50 +\| – +\| ≥ 3 × the best peer \| met/)
})

test('says where a goal is missed', () => {
  const board = new Board(create, [result('create', 'syncro', ...rates(59)), result('create', 'yjs', ...rates(20))])
  expect(goalsTable([board])).toMatch('**missed**')
})

test('lets no sum of less work be the best, but a rate', () => {
  const less = { ...result('read', 'automerge', { ms: 1, rate: 9 }), isLess: true }
  const board = new Board(read, [less, result('read', 'yjs', { ms: 5, rate: 7 })])
  const [ms, rate] = read.metrics
  expect(board.best(ms!)?.subject.name).toBe('yjs')
  expect(board.best(rate!)?.subject.name).toBe('automerge')
})

test('counts nobody who does not merge where those who merge are asked for', () => {
  const board = new Board(create, [result('create', 'colyseus', ...rates(90)), result('create', 'yjs', ...rates(20))])
  const [rate] = create.metrics
  expect(board.best(rate!)?.subject.name).toBe('colyseus')
  expect(board.best(rate!, ({ merges }) => merges)?.subject.name).toBe('yjs')
})

test('has a line for each subject, with the range of its runs, what failed, and why it did less', () => {
  const failed = { ...result('bootstrap', 'yjs', { ms: 4 }), failures: ['it is too large'] }
  const less = { ...result('bootstrap', 'automerge', { ms: 1 }, { ms: 3 }), isLess: true }
  const table = workTable(new Board(bootstrap, [failed, less]))
  expect(table).toMatch(/^\| yjs +\| 4.00 +\|.*\| 1 of 2 runs failed \|$/m)
  expect(table).toMatch(/^\| automerge ° \| 2.00 \(1.00–3.00\)/m)
  expect(table).toMatch('° automerge: 10 records, 0 updates, since each change copies the map of records')
})

test('draws a bar for everybody, and the goal', () => {
  const svg = barPlot(
    new Board(create, [result('create', 'syncro', ...rates(60)), result('create', 'yjs', ...rates(20))]),
    create.metrics[0]!,
  )
  expect(svg.match(/<rect class="(ours|peer)"/g)).toEqual(['<rect class="ours"', '<rect class="peer"'])
  expect(svg).toMatch('goal ≥ 3 × the best peer')
  expect(svg).toMatch('prefers-color-scheme: dark')
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})

test('draws a line for each subject, whatever its sizes are', () => {
  const series = [
    { name: 'a & b', points: [[1000, 0.5] as const, [10_000, 5] as const] },
    { name: 'c', points: [[1000, 1] as const] },
    { name: 'none', points: [] },
  ]
  const svg = linePlot({ title: 'growth', unit: 'ms', series })
  expect(svg.match(/<polyline class="line /g)).toHaveLength(2)
  expect(svg).toMatch('a &amp; b')
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})

test('writes between the markers of a section, and nowhere else', () => {
  const file = 'before\n<!-- workloads: written by `pnpm bench` -->\nold\n<!-- /workloads -->\nafter\n'
  expect(withSection(file, 'workloads', 'new')).toBe(
    'before\n<!-- workloads: written by `pnpm bench` -->\n\nnew\n\n<!-- /workloads -->\nafter\n',
  )
  expect(withSection(withSection(file, 'workloads', 'new'), 'workloads', 'newer')).toBe(
    withSection(file, 'workloads', 'newer'),
  )
})

test('refuses a file without markers', () => {
  expect(() => withSection('nothing here', 'growth', 'new')).toThrow('lacks the markers')
})
