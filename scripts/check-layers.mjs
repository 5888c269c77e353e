// The architecture as a check: who may import whom, and what no package may reach for.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { importsOf, lineAt, listFiles, mask } from './lib/source.mjs'
import { finish } from './lib/verdict.mjs'

/** Which of our packages each kind of package may import, nearest first. Adapters import the one contract they adapt. */
const LAYERS = /** @type {const} */ ([
  [/^protocol$/, []],
  [/^scriber$/, []],
  [/^core$/, ['protocol', 'scriber']],
  [/^model$/, ['core', 'scriber']],
  [/^transport-/, ['protocol']],
  [/^store-/, ['scriber']],
])

/** What packages have beside their index: contracts their suites and doubles, transports two ends of which one must not weigh on the other. */
const SUBPATHS = ['testing', 'conformance', 'client', 'server']

/** Packages that must run wherever JavaScript does, and in a simulator: clock, randomness and timers are passed in. */
const NEUTRAL = ['protocol', 'scriber', 'core', 'model']
/** The one module that supplies clock, randomness and timers. */
const SUPPLIER = 'packages/core/src/environment.ts'

const TIMERS = 'setTimeout|setInterval|setImmediate|clearTimeout|clearInterval|clearImmediate|crypto|performance'
const FORBIDDEN = [
  /\bDate\s*\.\s*now\b/g,
  /\bnew\s+Date\b(?!\s*\(\s*[^\s)])/g,
  /(?<![.\w$])(?<!\bnew\s+)Date\s*\(/g,
  /\bMath\s*\.\s*random\b/g,
  new RegExp(`(?<![.\\w$])(?:${TIMERS})\\b(?!\\s*:)`, 'g'),
  new RegExp(`\\bglobalThis\\s*(?:\\?\\.|\\.)\\s*(?:${TIMERS}|Date|Math)\\b`, 'g'),
]

/** @param {string} path */
const isTest = (path) => /\.test\.tsx?$/.test(path) || path.split('/').includes('test')

/**
 * Everything that breaks a rule below `root`, one sentence each.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function checkLayers(root) {
  const isSource = (/** @type {string} */ path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts')
  const folders = ['packages', 'apps', 'bench'].flatMap((folder) => listFiles(join(root, folder), isSource))
  return folders.flatMap((file) => {
    const path = relative(root, file).split(sep).join('/')
    const text = readFileSync(file, 'utf8')
    return [...checkImports(root, path, text), ...checkExports(path, text), ...checkGlobals(path, text)]
  })
}

/** @param {string} root @param {string} path @param {string} text @returns {string[]} */
function checkImports(root, path, text) {
  return importsOf(text).flatMap(({ specifier, line }) => {
    const problem = specifier.startsWith('.') ? nearImport(root, path, specifier) : farImport(path, specifier)
    return problem === undefined ? [] : [`${path}:${line} ${problem}`]
  })
}

/** A module of the same package. @param {string} root @param {string} path @param {string} specifier */
function nearImport(root, path, specifier) {
  const target = relative(root, resolve(root, dirname(path), specifier))
    .split(sep)
    .join('/')
  const home = homeOf(path)
  if (!target.startsWith(`${home}/`)) return `imports ${specifier}, outside its package: use the package's name`
  if (home.startsWith('packages/') && !isTest(path) && /^src\/index\.[jt]s$/.test(target.slice(home.length + 1))) {
    return 'imports its own index: import the module that owns the name'
  }
  return undefined
}

/** A module of another package. @param {string} path @param {string} specifier */
function farImport(path, specifier) {
  const name = packageOf(path)
  const neutral = name !== undefined && NEUTRAL.includes(name) && !isTest(path)
  if (neutral && specifier.startsWith('node:')) return `imports ${specifier}, but ${name} must run outside Node too`
  const [, other, subpath] = /^@syncro\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? []
  if (other === undefined) return undefined
  if (subpath !== undefined && !SUBPATHS.includes(subpath)) {
    return `imports ${specifier}: the only subpaths are ${SUBPATHS.join(', ')}`
  }
  if (name === undefined || isTest(path)) return undefined
  if (other === name) return `imports its own package by name: import the module that owns the name`
  const allowed = LAYERS.find(([pattern]) => pattern.test(name))?.[1]
  if (allowed === undefined) return `belongs to ${name}, which has no layer: give it one in scripts/check-layers.mjs`
  if (!allowed.some((lower) => lower === other)) {
    return `imports ${specifier}, but ${name} may import ${allowed.length > 0 ? `only ${allowed.join(', ')}` : 'no package of ours'}`
  }
  if (subpath !== undefined && !/\/src\/(testing|conformance)\//.test(path)) {
    return `imports ${specifier}, which is for tests, conformance suites and doubles`
  }
  return undefined
}

/** @param {string} path @param {string} text @returns {string[]} */
function checkExports(path, text) {
  if (isTest(path)) return []
  const code = mask(text, { strings: true })
  const found = (/** @type {RegExp} */ pattern, /** @type {string} */ problem) =>
    [...code.matchAll(pattern)].map((match) => `${path}:${lineAt(code, match.index)} ${problem}`)
  return [
    ...found(/\bexport\s+default\b|\bas\s+default\b/g, 'has a default export: name it'),
    ...found(/\bexport\s+(?:type\s+)?\*/g, 'exports *: list the names'),
  ]
}

/** @param {string} path @param {string} text @returns {string[]} */
function checkGlobals(path, text) {
  const name = packageOf(path)
  if (name === undefined || !NEUTRAL.includes(name) || isTest(path) || path === SUPPLIER) return []
  const code = mask(text, { strings: true })
  return FORBIDDEN.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(
      (match) =>
        `${path}:${lineAt(code, match.index)} uses ${match[0].trim()}: clock, randomness and timers are passed in (${SUPPLIER})`,
    ),
  )
}

/** @param {string} path */
const packageOf = (path) => /^packages\/([^/]+)\//.exec(path)?.[1]
/** The folder of the package that a file belongs to. @param {string} path */
const homeOf = (path) => /^(?:packages|apps)\/[^/]+|^[^/]+/.exec(path)?.[0] ?? path

finish(import.meta.url, (root) => checkLayers(root))
