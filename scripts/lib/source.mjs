// Looks into TypeScript sources without a compiler: which modules they import, and their text without comments and strings.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.turbo', '.cache', 'coverage', 'fixtures'])

/**
 * Paths of the files below `folder` whose path passes `wanted`, sorted; `folder` may be missing.
 *
 * @param {string} folder
 * @param {(path: string) => boolean} wanted
 * @returns {string[]}
 */
export function listFiles(folder, wanted) {
  /** @type {string[]} */
  const files = []
  /** @param {string} current */
  const visit = (current) => {
    for (const entry of readdirSync(current, { withFileTypes: true })) {
      const path = join(current, entry.name)
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) visit(path)
      else if (entry.isFile() && wanted(path)) files.push(path)
    }
  }
  try {
    visit(folder)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
  }
  return files.sort()
}

/** A slash after one of these begins a regular expression and is no division. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))\s*$/

/**
 * Blanks out comments and regular expressions, and with `strings` also what is between quotes, keeping every position and
 * line. Code inside `${}` of a template stays.
 *
 * @param {string} text
 * @param {{ strings: boolean }} options
 */
export function mask(text, { strings }) {
  const out = text.split('')
  /** @param {number} from @param {number} to */
  const blank = (from, to) => {
    for (let i = from; i < to; i += 1) if (out[i] !== '\n') out[i] = ' '
  }
  /** Depths of braces at which a template's `${` was opened. @type {number[]} */
  const templates = []
  let depth = 0
  let at = 0

  /** Blanks a template's text up to its end or its next `${`; `from` is after the backtick or the closing brace. @param {number} from */
  const template = (from) => {
    let i = from
    while (i < text.length && text[i] !== '`' && !text.startsWith('${', i)) i += text[i] === '\\' ? 2 : 1
    if (strings) blank(from, Math.min(i, text.length))
    if (text[i] === '$') {
      depth += 1
      templates.push(depth)
      return i + 2
    }
    return i + 1
  }

  while (at < text.length) {
    const two = text.slice(at, at + 2)
    const one = text[at]
    if (two === '//' || two === '/*') {
      const stop = two === '//' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 2
      const end = stop < at ? text.length : stop
      blank(at, end)
      at = end
    } else if (one === "'" || one === '"') {
      let end = at + 1
      while (end < text.length && text[end] !== one && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1
      if (strings) blank(at + 1, end)
      at = end + 1
    } else if (one === '`') {
      at = template(at + 1)
    } else if (one === '/' && BEFORE_REGEX.test(out.slice(Math.max(0, at - 40), at).join(''))) {
      const end = regexEnd(text, at)
      blank(at, end)
      at = end
    } else if (one === '{') {
      depth += 1
      at += 1
    } else if (one === '}') {
      const resumes = templates.at(-1) === depth
      depth -= 1
      if (resumes) templates.pop()
      at = resumes ? template(at + 1) : at + 1
    } else {
      at += 1
    }
  }
  return out.join('')
}

/** @param {string} text @param {number} start */
function regexEnd(text, start) {
  let inClass = false
  for (let i = start + 1; i < text.length && text[i] !== '\n'; i += 1) {
    if (text[i] === '\\') i += 1
    else if (text[i] === '[') inClass = true
    else if (text[i] === ']') inClass = false
    else if (text[i] === '/' && !inClass) return i + 1
  }
  return start + 1
}

const IMPORT =
  /\bimport\s*\(\s*(['"])(?<dynamic>[^'"\n]+)\1|(?:^|[;}\n])[ \t]*(?:import|export)\b(?:[^'"`;=()]*?\bfrom)?\s*(['"])(?<static>[^'"\n]+)\3/g

/**
 * Every module that a source imports or re-exports from, types included, with its line.
 *
 * @param {string} text
 * @returns {{ specifier: string, line: number }[]}
 */
export function importsOf(text) {
  return [...mask(text, { strings: false }).matchAll(IMPORT)].map((match) => {
    const specifier = match.groups?.dynamic ?? match.groups?.static ?? ''
    return { specifier, line: lineAt(text, match.index + match[0].lastIndexOf(specifier)) }
  })
}

/** @param {string} text @param {number} index */
export function lineAt(text, index) {
  return text.slice(0, index).split('\n').length
}
