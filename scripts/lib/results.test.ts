import { expect, test } from 'vitest'
import { countVitest, sentence } from './results.mjs'

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
})

test('counts what passed, failed and was skipped', () => {
  const testResults = [file('failed', 'passed', 'failed', 'pending'), file('passed', 'passed', 'todo')]
  expect(countVitest({ testResults }, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 })
})

test('counts a file that does not load as a failure', () => {
  expect(countVitest({ testResults: [file('failed')] }, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('counts a run that ended badly though every test passed as a failure', () => {
  expect(countVitest({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

test('mentions what was skipped only where something was', () => {
  expect(sentence({ passed: 2, failed: 0, skipped: 0 })).toBe('2 passed, 0 failed')
  expect(sentence({ passed: 2, failed: 0, skipped: 1 })).toBe('2 passed, 0 failed, 1 skipped')
})
