import { expect, test } from 'vitest'
import { createLocal } from './create-local.js'
import { withSection } from './results-file.js'
import type { Result } from './runs.js'
import { subjects } from './subjects.js'
import { sectionsOf, summaryOf, tableOf } from './table.js'

test('takes the middle run, or the mean of the two in the middle', () => {
  expect(summaryOf([3, 1, 100])).toEqual({ median: 3, least: 1, most: 100 })
  expect(summaryOf([4, 1, 2, 100])).toEqual({ median: 3, least: 1, most: 100 })
})

test('puts ours beside the floor, with their ratio', () => {
  const rates = [
    [50, 60, 70],
    [100, 120, 140],
  ]
  const results: Result[] = subjects.map((subject, at) => ({
    workload: createLocal,
    subject,
    runs: rates[at]!.map((rate) => ({ rate, bytes: 10 })),
  }))
  const sections = sectionsOf(results, { ours: subjects[0]!.name, floor: subjects[1]!.name })
  expect(sections[0]!.rows[0]).toMatchObject({ ours: { median: 60 }, floor: { median: 120 }, ratio: 0.5 })
  expect(tableOf(sections)).toMatch(/records created +\| \/s +\| 60.0 \(50.0–70.0\) +\| 120 \(100–140\) +\| 0.50 ×/)
})

test('writes between the markers, and nowhere else', () => {
  const file = 'before\n<!-- workloads: written by `pnpm bench` -->\nold\n<!-- /workloads -->\nafter\n'
  expect(withSection(file, 'new')).toBe(
    'before\n<!-- workloads: written by `pnpm bench` -->\n\nnew\n\n<!-- /workloads -->\nafter\n',
  )
  expect(withSection(withSection(file, 'new'), 'newer')).toBe(withSection(file, 'newer'))
})

test('refuses a file without markers', () => {
  expect(() => withSection('nothing here', 'new')).toThrow('lacks the markers')
})
