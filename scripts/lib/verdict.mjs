// The end of every check-*.mjs: when it is run as a program, print what it found and exit by it.
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { root } from './setup.mjs'

/**
 * Does nothing where the module of `url` was only imported, as its test does.
 *
 * @param {string} url the check's own `import.meta.url`
 * @param {(root: string) => string[]} check
 */
export function finish(url, check) {
  if (argv[1] !== fileURLToPath(url)) return
  const problems = check(argv[2] ?? root)
  for (const problem of problems) console.error(problem)
  process.exit(problems.length > 0 ? 1 : 0)
}
