import { expect, test } from 'vitest'
import { checkErrorCodes } from './check-error-codes.mjs'
import { tree } from './testing/tree.js'

const source = { 'packages/core/src/errors.ts': "export const code = 'SYNCRO_A_B'\n" }

test('accepts a page that explains every code', () => {
  expect(checkErrorCodes(tree({ ...source, 'docs/errors.md': '# Errors\n\n## SYNCRO_A_B\n\nWhy.\n' }))).toEqual([])
})

test('overlooks the codes that only tests name', () => {
  const files = { ...source, 'packages/core/src/a.test.ts': "'SYNCRO_MADE_UP'", 'docs/errors.md': '## SYNCRO_A_B\n' }
  expect(checkErrorCodes(tree(files))).toEqual([])
})

test.each([
  ['a code without a heading', '# Errors\n\nSYNCRO_A_B is only mentioned.\n', 'has no "## SYNCRO_A_B"'],
  ['a heading without a code', '## SYNCRO_A_B\n\n## SYNCRO_GONE\n', 'which no package produces'],
  ['a code explained twice', '## SYNCRO_A_B\n\n## SYNCRO_A_B\n', 'twice'],
])('refuses %s', (_, page, problem) => {
  expect(checkErrorCodes(tree({ ...source, 'docs/errors.md': page }))).toEqual([expect.stringContaining(problem)])
})

test('refuses a project without the page', () => {
  expect(checkErrorCodes(tree(source))).toEqual(['docs/errors.md is missing'])
})
