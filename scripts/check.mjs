// Every check but the tests. All run even when one fails; each says its name, its time and, when it failed, why.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { endWithUs, isEnding, run } from './lib/processes.mjs'
import { bold, dim, green, red, seconds } from './lib/progress.mjs'
import { report, sentence } from './lib/results.mjs'
import { bin, root } from './lib/setup.mjs'

/** @typedef {{ name: string, command: string, args: readonly string[] }} Check */

/** As many at a time as the smallest machine that we care about has cores. */
const AT_ONCE = 2

/** @param {string} name @param {string} file @returns {Check} */
const own = (name, file) => ({ name, command: process.execPath, args: [join('scripts', file)] })

const packages = readdirSync(join(root, 'packages')).sort()

/** What the others look at; they run after it, whether it succeeded or not. @type {Check} */
const first = { name: 'types: packages, apps, bench', command: bin('tsc'), args: ['-b', '--force'] }

/** @type {Check[]} */
const others = [
  { name: 'types: tests, scripts', command: bin('tsc'), args: ['-p', 'tsconfig.tests.json'] },
  { name: 'lint and format', command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
  own('import layers', 'check-layers.mjs'),
  { name: 'unused code and dependencies', command: bin('knip'), args: [] },
  own('docs: links', 'check-links.mjs'),
  own('docs: error codes', 'check-error-codes.mjs'),
  own('docs: samples', 'check-samples.mjs'),
  ...packages.flatMap((name) => [
    {
      name: `exports: ${name} (publint)`,
      command: bin('publint'),
      args: ['run', join('packages', name), '--strict', '--pack', 'pnpm'],
    },
    {
      name: `exports: ${name} (are the types wrong)`,
      command: bin('attw'),
      args: ['--pack', join('packages', name), '--profile', 'esm-only', '--no-emoji'],
    },
  ]),
]

/** @param {Check} check */
async function perform({ name, command, args }) {
  const began = performance.now()
  const { code, output } = await run(command, args, { cwd: root, output: 'keep' })
  console.log(`${code === 0 ? green('✓') : red('✗')} ${name} ${dim(`(${seconds(began)})`)}`)
  if (code !== 0 && !isEnding()) console.log(output.trimEnd().replaceAll(/^/gm, '    '))
  return code === 0
}

endWithUs()
const began = performance.now()
const results = [await perform(first)]
const queue = [...others]
const worker = async () => {
  for (let next = queue.shift(); next !== undefined && !isEnding(); next = queue.shift())
    results.push(await perform(next))
}
await Promise.all(Array.from({ length: AT_ONCE }, worker))

const passed = results.filter(Boolean).length
const counts = { passed, failed: 1 + others.length - passed, skipped: 0 }
report(counts)
console.log(
  `${counts.failed === 0 ? green('✓') : red('✗')} ${bold(`Checks: ${sentence(counts)}`)} in ${seconds(began)}`,
)
process.exit(counts.failed === 0 ? 0 : 1)
