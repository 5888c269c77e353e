import { expect, test } from 'vitest'
import { checkLinks } from './check-links.mjs'
import { tree } from './testing/tree.js'

const other = '# Some `code` & more\n\n## Twice\n\n## Twice\n\n<a id="by-hand"></a>\n'

test.each([
  '[a file](docs/other.md)',
  '[a folder](docs/)',
  '[a heading](docs/other.md#some-code--more)',
  '[the second of two](docs/other.md#twice-1)',
  '[an anchor by hand](docs/other.md#by-hand)',
  '[this page](#here)\n\n# Here',
  '[elsewhere](https://example.com/nothing#at-all)',
  '`[code](nowhere.md)`',
  '```md\n[code](nowhere.md)\n```',
])('accepts %s', (text) => {
  expect(checkLinks(tree({ 'README.md': text, 'docs/other.md': other }))).toEqual([])
})

test.each([
  ['[a file](docs/gone.md)', 'no such file'],
  ['[a name][n]\n\n[n]: gone.md', 'no such file'],
  ['![a picture](gone.png)', 'no such file'],
  ['<img src="gone.png">', 'no such file'],
  ['[a heading](docs/other.md#gone)', 'no such heading'],
  ['[this page](#gone)', 'no such heading'],
  ['[a heading in a fence](#fenced)\n\n```md\n# Fenced\n```', 'no such heading'],
  ['[next door](../other/README.md)', 'outside the repository'],
])('refuses %s', (text, problem) => {
  expect(checkLinks(tree({ 'README.md': text, 'docs/other.md': other }))).toEqual([expect.stringContaining(problem)])
})
