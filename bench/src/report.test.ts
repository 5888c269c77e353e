import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jobsOfGrowth } from './growth.js'
import { Report } from './report.js'
import type { Result } from './runs.js'
import { subjectNamed } from './subjects.js'
import type { Figures, WorkloadName } from './workload.js'
import { create } from './workloads/create.js'
import { read } from './workloads/read.js'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'syncro-bench-'))
  const sections = ['workloads: written by `pnpm bench`', 'growth: written by `pnpm bench --growth`']
  const marked = sections.map((name) => `<!-- ${name} -->\n<!-- /${name.split(':')[0]} -->\n`)
  writeFileSync(join(folder, 'RESULTS.md'), `# Results\n${marked.join('')}By hand.\n`)
})

afterEach(() => rmSync(folder, { recursive: true }))

const results = () => readFileSync(join(folder, 'RESULTS.md'), 'utf8')

function measured(circumstances: string, figures: { readonly [Name in WorkloadName]?: Figures }) {
  const amounts = { records: 10, updates: 0, others: 0 }
  const list = Object.entries(figures).flatMap(([work, run]) =>
    ['syncro', 'yjs'].map((subject): Result => ({ work, subject, amounts, isLess: false, runs: [run], failures: [] })),
  )
  return { circumstances, results: list }
}

test('writes a row for each goal, a table for each workload, and a plot', () => {
  new Report(folder).take([create], measured('Today.', { create: { rate: 1234, bytes: 20 } }))
  expect(results()).toMatch(/^\| W1 create \| records created, \/s .* \*\*missed\*\* \|$/m)
  expect(results()).toMatch(/^### W1 create$/m)
  expect(results()).toMatch(/^\| yjs +\| 1,230 +\| 20.0 +\|$/m)
  expect(results()).toMatch('![create: records created](plots/create-rate.svg)')
  expect(results()).toMatch('By hand.')
  expect(readFileSync(join(folder, 'plots', 'create-rate.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
})

test('takes one workload anew, keeps the others, and says when each was measured', () => {
  const report = new Report(folder)
  const first = measured('Yesterday.', { create: { rate: 1, bytes: 2 }, read: { ms: 7.5, rate: 8 } })
  report.take([create, read], first)
  report.take([create], measured('Today.', { create: { rate: 3000, bytes: 4 } }))
  expect(results()).toMatch(/^\| syncro \| 3,000 +\| 4.00/m)
  expect(results()).toMatch(/^\| syncro \| 7.50 +\| 8.00/m)
  expect(results()).toMatch(/### W1 create.*Today\..*### W10 read.*Yesterday\./s)
})

test('writes a table and a plot for each cost that grows, and why something did not fit', () => {
  const jobs = jobsOfGrowth([subjectNamed('syncro'), subjectNamed('automerge')], [1000, 2000])
  const list = jobs.map(({ workload, subject, amounts, isLess }): Result => {
    const fits = subject.name === 'syncro' || amounts.records < 2000
    const runs = fits ? [{ rate: 1e6, ms: 2, bytes: 1 }] : []
    return { work: workload.name, subject: subject.name, amounts, isLess, runs, failures: fits ? [] : ['no memory'] }
  })
  new Report(folder).takeGrowth({ circumstances: 'Today.', results: list })
  expect(results()).toMatch(/^\| bootstrapping, each record, µs \| 1,000 \| 2,000 +\|$/m)
  expect(results()).toMatch(/^\| automerge +\| 2.00 +\| – +\|$/m)
  expect(results()).toMatch('automerge at 2,000 records: no memory')
  expect(readdirSync(join(folder, 'plots'))).toEqual([
    'growth-bootstrap.svg',
    'growth-catch-up.svg',
    'growth-update.svg',
  ])
})
