// Everything between a fresh clone and a project that runs: the package manager, the dependencies, the build.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './processes.mjs'
import { step } from './progress.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))

const { engines, devEngines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** @type {string} */
const pnpmVersion = devEngines.packageManager.version

/** Where `node_modules/.bin` has a program of the project's own. @param {string} name */
export function bin(name) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
}

/** Why this Node cannot run the project, or undefined when it can. */
export function nodeProblem(version = process.versions.node) {
  const wanted = engines.node.replace('>=', '')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined
  return `Syncro needs Node ${wanted} or newer; this is Node ${version}.`
}

/**
 * The environment in which `pnpm` is the version that the lockfile was written for. Turbo and publint look for it in PATH.
 *
 * @returns {Promise<{ code: number, output: string, env: NodeJS.ProcessEnv }>}
 */
async function withPnpm() {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }
  const present = spawnSync('pnpm', ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: 20_000,
    cwd: root,
  })
  if (present.stdout?.trim().split('.')[0] === pnpmVersion.split('.')[0]) return { code: 0, output: '', env }

  // npx keeps pnpm in npm's cache and puts it in PATH for what it runs; all we want of it is that PATH.
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
  const print = ['node', '-p', 'JSON.stringify({path:process.env.PATH})']
  const { code, output } = await run(npx, ['--yes', '--package', `pnpm@${pnpmVersion}`, '--', ...print], {
    cwd: root,
    env,
    output: 'keep',
  })
  const line = output.split('\n').findLast((text) => text.startsWith('{"path":'))
  if (code !== 0 || line === undefined) return { code: code || 1, output, env }
  const found = JSON.parse(line).path.split(delimiter)
  env.PATH = [...found, process.env.PATH ?? ''].join(delimiter)
  return { code: 0, output, env }
}

/**
 * Gets the dependencies in place. Resolves with the environment for what comes next, or undefined when it failed (and has
 * said why).
 *
 * @returns {Promise<NodeJS.ProcessEnv | undefined>}
 */
export async function install() {
  const pnpm = await step(`Looking for pnpm ${pnpmVersion}`, withPnpm)
  if (pnpm.code !== 0) return explain(pnpm.output, 'npx could not get pnpm. Is the npm registry reachable?')

  // CI=true: pnpm must never stop to ask whether it may replace a node_modules of another package manager.
  const env = { ...pnpm.env, CI: 'true' }
  const installed = await step('Installing dependencies', () =>
    run('pnpm', ['install', '--frozen-lockfile'], { cwd: root, env, output: 'keep' }),
  )
  if (installed.code !== 0) return explain(installed.output, 'The dependencies could not be installed.')
  return pnpm.env
}

/** Builds every package. @param {NodeJS.ProcessEnv} env @returns {Promise<boolean>} */
export async function build(env) {
  const built = await step('Building', () =>
    run(bin('turbo'), ['run', 'build', '--output-logs=errors-only'], { cwd: root, env, output: 'keep' }),
  )
  if (built.code !== 0) explain(built.output, 'The build failed.')
  return built.code === 0
}

/** @param {string} output @param {string} problem @returns {undefined} */
function explain(output, problem) {
  console.error(output.trimEnd())
  console.error(`\n${problem}`)
}
