// Relative links in Markdown lead to files that are there, and their anchors to headings that are there.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { readMarkdown } from './lib/markdown.mjs'
import { listFiles } from './lib/source.mjs'
import { finish } from './lib/verdict.mjs'

/**
 * @param {string} root
 * @returns {string[]} the links that lead nowhere
 */
export function checkLinks(root) {
  /** @type {Map<string, ReturnType<typeof readMarkdown>>} */
  const read = new Map()
  const document = (/** @type {string} */ path) => {
    const known = read.get(path) ?? readMarkdown(readFileSync(path, 'utf8'))
    read.set(path, known)
    return known
  }
  return listFiles(root, (path) => path.endsWith('.md')).flatMap((path) => {
    const name = relative(root, path).split(sep).join('/')
    return document(path).links.flatMap(({ target, line }) => {
      const problem = judge(root, path, target, (other) => document(other).anchors)
      return problem === undefined ? [] : [`${name}:${line} links to ${target}: ${problem}`]
    })
  })
}

/** @param {string} root @param {string} from @param {string} target @param {(path: string) => Set<string>} anchorsOf */
function judge(root, from, target, anchorsOf) {
  if (/^[a-z][a-z\d+.-]*:/i.test(target) || target.startsWith('//')) return undefined
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : resolve(file.startsWith('/') ? root : dirname(from), `./${decodeURI(file)}`)
  if (path !== resolve(root) && !path.startsWith(resolve(root) + sep)) return 'outside the repository'
  if (!existsSync(path)) return 'no such file'
  if (anchor === undefined || anchor === '') return undefined
  const page = statSync(path).isDirectory() ? join(path, 'README.md') : path
  if (!page.endsWith('.md') || !existsSync(page))
    return /^L\d+/.test(anchor) ? undefined : 'an anchor into something that is no Markdown'
  return anchorsOf(page).has(decodeURIComponent(anchor)) ? undefined : 'no such heading'
}

finish(import.meta.url, checkLinks)
