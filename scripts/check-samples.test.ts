import { expect, test } from 'vitest'
import { checkSamples } from './check-samples.mjs'
import { tree } from './testing/tree.js'

const fence = (tag: string, code: string) => `\`\`\`${tag}\n${code}\n\`\`\`\n`

test('accepts samples that compile, and does not look at fragments and other languages', () => {
  const text = [
    fence('ts', "import { createServer } from 'node:net'\nconst unused = createServer()"),
    fence('ts run', 'const a = 1\nconsole.log(a)'),
    fence('ts continued', 'const b: number = a + 1'),
    fence('ts fragment', 'whatever this(is'),
    fence('js', 'whatever this(is'),
  ].join('\n')
  expect(checkSamples(tree({ 'README.md': text }))).toEqual([])
})

test('refuses a sample that does not compile, at its place in the page', () => {
  const text = `# Page\n\n${fence('ts', 'const a = 1')}\n${fence('ts continued', 'const b: string = a')}`
  expect(checkSamples(tree({ 'docs/guide.md': text }))).toEqual([
    expect.stringMatching(/^docs\/guide\.md:8 error TS2322/),
  ])
})

test('refuses a package that is not there', () => {
  const text = fence('ts', "import { nothing } from '@syncro/nothing'")
  expect(checkSamples(tree({ 'packages/core/README.md': text }))).toEqual([
    expect.stringContaining('packages/core/README.md:2'),
  ])
})

test('refuses too many fragments', () => {
  const text = fence('ts fragment', 'a').repeat(11)
  expect(checkSamples(tree({ 'README.md': text }))).toEqual([expect.stringContaining('11 samples are fragments')])
})
