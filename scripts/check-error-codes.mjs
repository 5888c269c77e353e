// Each error code that a package can produce is explained in docs/errors.md, and nothing else is.
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { readMarkdown } from './lib/markdown.mjs'
import { lineAt, listFiles } from './lib/source.mjs'
import { finish } from './lib/verdict.mjs'

const CODE = /\bSYNCRO_[A-Z\d]+(?:_[A-Z\d]+)*\b/g
const PAGE = 'docs/errors.md'

/**
 * @param {string} root
 * @returns {string[]} codes without a heading, and headings without a code
 */
export function checkErrorCodes(root) {
  const page = join(root, PAGE)
  if (!existsSync(page)) return [`${PAGE} is missing`]
  const explained = readMarkdown(readFileSync(page, 'utf8')).headings.flatMap(
    (heading) => heading.match(CODE)?.[0] ?? [],
  )
  const used = codesInSources(root)
  return [
    ...[...used]
      .filter(([code]) => !explained.includes(code))
      .map(([code, place]) => `${place} uses ${code}, which has no "## ${code}" in ${PAGE}`),
    ...explained.filter((code) => !used.has(code)).map((code) => `${PAGE} explains ${code}, which no package produces`),
    ...explained
      .filter((code, index) => explained.indexOf(code) !== index)
      .map((code) => `${PAGE} explains ${code} twice`),
  ]
}

/** Each code with the first place that has it. @param {string} root */
function codesInSources(root) {
  const sources = listFiles(
    join(root, 'packages'),
    (path) => path.includes(`${sep}src${sep}`) && /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path),
  )
  /** @type {Map<string, string>} */
  const places = new Map()
  for (const path of sources) {
    const text = readFileSync(path, 'utf8')
    for (const match of text.matchAll(CODE)) {
      const place = `${relative(root, path).split(sep).join('/')}:${lineAt(text, match.index)}`
      if (!places.has(match[0])) places.set(match[0], place)
    }
  }
  return places
}

finish(import.meta.url, checkErrorCodes)
