// The code samples of the documentation, as whole modules that can be checked and run.
import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { readMarkdown } from './markdown.mjs'
import { listFiles } from './source.mjs'

/**
 * @typedef {object} Sample
 * @property {string} file the Markdown file, from the root
 * @property {number} line where its code begins there
 * @property {string} name a file name for it, without extension
 * @property {string} extension ts or tsx
 * @property {string} code
 * @property {number[]} lines for each line of `code`, its line in the Markdown file
 * @property {boolean} fragment shown but not checked: no whole module
 * @property {boolean} runs executed by a test
 * @property {string | undefined} output what it prints, from the `text output` block that follows it
 */

/** Files whose samples are held to be true. @param {string} root */
function documents(root) {
  const markdown = (/** @type {string} */ path) => path.endsWith('.md')
  const packages = listFiles(join(root, 'packages'), (path) => path.endsWith(`${sep}README.md`))
  const top = listFiles(root, (path) => path === join(root, 'README.md'))
  return [...top, ...packages, ...listFiles(join(root, 'docs'), markdown)]
}

/**
 * Every `ts` or `tsx` block. Tags after the language: `fragment` (not checked), `run` (executed too, and compared with the
 * block tagged `text output` after it), `continued` (begins with everything of the sample before it in the same file).
 *
 * @param {string} root
 * @returns {Sample[]}
 */
export function readSamples(root) {
  return documents(root).flatMap((path) => {
    const file = relative(root, path).split(sep).join('/')
    /** @type {Sample[]} */
    const samples = []
    for (const { language, tags, code, line } of readMarkdown(readFileSync(path, 'utf8')).blocks) {
      const last = samples.at(-1)
      if (language === 'text' && tags.includes('output') && last !== undefined) last.output = code
      if (!['ts', 'tsx', 'typescript'].includes(language)) continue
      const before = tags.includes('continued') ? last : undefined
      const own = code.split('\n').slice(0, -1)
      samples.push({
        file,
        line,
        name: `${file.replace(/\.md$/, '').replaceAll(/[^\w-]/g, '-')}-${line}`,
        extension: language === 'tsx' ? 'tsx' : 'ts',
        code: (before?.code ?? '') + code,
        lines: [...(before?.lines ?? []), ...own.map((_, index) => line + index)],
        fragment: tags.includes('fragment'),
        runs: tags.includes('run'),
        output: undefined,
      })
    }
    return samples
  })
}
