// What the root's scripts run: sets up whatever a fresh clone lacks, then does the one thing asked for.
// Needs Node and npm only; nothing from node_modules may be imported here.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithUs, isEnding, run } from './lib/processes.mjs'
import { bold, green, red, seconds } from './lib/progress.mjs'
import { countVitest, report, sentence } from './lib/results.mjs'
import { build, install, nodeProblem, root } from './lib/setup.mjs'

/** @typedef {{ summary: string, built?: boolean, work: (env: NodeJS.ProcessEnv, args: readonly string[]) => Promise<number> }} Command */

/** @type {Record<string, Command>} */
const commands = {
  start: { summary: 'the tour', work: program('apps/demo', ['dist/tour.js']) },
  test: { summary: 'every test', work: test },
  'test:nodes': {
    summary: 'the tests of the stores, on each version of Node',
    work: (env, args) => test({ ...env, CI: 'true' }, ['tests/nodes', ...args]),
  },
  check: { summary: 'every check', built: false, work: program('.', ['scripts/check.mjs']) },
  build: { summary: 'the packages', work: async () => 0 },
  crash: { summary: 'kills, power cuts and failing disks', work: program('tests/crash', ['dist/main.js']) },
  sim: { summary: 'the simulated world', work: program('tests/simulation', ['dist/cli/main.js']) },
  bench: { summary: 'the workloads', work: program('bench', ['--expose-gc', 'dist/main.js']) },
  mutants: {
    summary: 'planted faults, each to be seen by a suite',
    built: false,
    work: program('.', ['scripts/mutants.mjs']),
  },
  'demo:server': { summary: 'the shared to-do list: its server', work: program('apps/demo', ['dist/server.js'], true) },
  'demo:client': { summary: 'the shared to-do list: a client', work: program('apps/demo', ['dist/client.js'], true) },
  'demo:by-hand': {
    summary: 'two clients and a server with sockets alone',
    work: program('apps/demo', ['dist/by-hand.js']),
  },
}

/** @param {string} folder @param {readonly string[]} file @returns {Command['work']} */
function program(folder, file, terminal = false) {
  return async (env, args) => {
    const { code } = await run(process.execPath, [...file, ...args], { cwd: join(root, folder), env, terminal })
    return code
  }
}

/** @type {Command['work']} */
async function test(env, args) {
  const began = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'syncro-test-'))
  const file = join(folder, 'report.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { code } = await run(process.execPath, [vitest, 'run', ...reporters, ...args], { cwd: root, env })
  const text = readReport(file)
  rmSync(folder, { recursive: true, force: true })
  if (isEnding()) return code
  if (text === undefined) {
    console.error(red('\nvitest ended without a report.'))
    report({ passed: 0, failed: 1, skipped: 0 })
    return code || 1
  }
  const counts = countVitest(JSON.parse(text), code)
  report(counts)
  const good = code === 0 && counts.failed === 0 && counts.passed > 0
  console.log(`${good ? green('✓') : red('✗')} ${bold(`Tests: ${sentence(counts)}`)} in ${seconds(began)}`)
  return good ? 0 : code || 1
}

/** @param {string} file */
function readReport(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // vitest was killed, or refused its arguments and has said so; the caller reports that.
    return undefined
  }
}

async function main() {
  const [name = '', ...rest] = process.argv.slice(2)
  const args = rest[0] === '--' ? rest.slice(1) : rest
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    console.error('Usage: node scripts/run.mjs <command> [arguments]\n')
    for (const [known, { summary }] of Object.entries(commands)) console.error(`  ${known.padEnd(12)} ${summary}`)
    return 2
  }
  const problem = nodeProblem()
  if (problem !== undefined) {
    console.error(problem)
    return 2
  }
  const env = await install()
  if (env === undefined || isEnding()) return 1
  if (command.built !== false && !(await build(env))) {
    report({ passed: 0, failed: 1, skipped: 0 })
    return 1
  }
  if (isEnding()) return 1
  return command.work(env, args)
}

endWithUs()
process.exit(await main())
