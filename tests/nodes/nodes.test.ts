/**
 * The tests of stores and WebSockets on each version of Node that we name: a store stands on a binary, and the platform's WebSocket differs. They run where CI is true, and by `pnpm test:nodes`. The
 * Node at hand is used as it is, the others come from the npm registry; what cannot be had here is skipped by name.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const execute = promisify(execFile)

const majors = [20, 22, 24, 26]
const suites = ['packages/store-sqlite', 'packages/scriber/src/memory-store.test.ts', 'packages/transport-ws']
const isFull = process.env['CI'] === 'true'

/** Each takes some seconds; a registry or a run that has not ended by then hangs. */
const patienceMs = 100_000

const options = {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  // Without what vitest tells its workers: they are not of that run.
  env: {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))),
    NO_COLOR: '1',
  },
  timeout: patienceMs,
  maxBuffer: 2 ** 26,
}

interface Failed {
  readonly message: string
  readonly stdout: string
  readonly stderr: string
}

/** Where a Node is, or why there is none. */
async function nodeOf(major: number): Promise<{ readonly path: string } | { readonly whyNot: string }> {
  if (process.versions.node.startsWith(`${major}.`)) return { path: process.execPath }
  const isWindows = process.platform === 'win32'
  const ask = ['--yes', '--package', `node@${major}`, '--', 'node', '-p', 'process.version+process.execPath']
  try {
    const { stdout } = await execute(isWindows ? 'npx.cmd' : 'npx', ask, { ...options, shell: isWindows })
    const [, version, path] = /^v(\d+\.\d+\.\d+)(.+)$/m.exec(stdout) ?? []
    if (path !== undefined && version!.startsWith(`${major}.`)) return { path }
    return { whyNot: `npx gives Node ${version}` }
  } catch (error) {
    const { message, stderr } = error as Failed
    return { whyNot: `npx does not give it: ${/npm error .+/.exec(stderr)?.[0] ?? message.split('\n')[0]}` }
  }
}

for (const major of majors) {
  const title = `stores and WebSockets pass their tests on Node ${major}`
  const node = isFull ? await nodeOf(major) : { whyNot: 'runs where CI is true, and by pnpm test:nodes' }
  if ('whyNot' in node) {
    // What the registry does not give cannot be tested here, and whoever reads the summary is told so by name.
    test.skip(`${title} (skipped: ${node.whyNot})`)
    continue
  }
  test(title, { timeout: 1.1 * patienceMs }, async () => {
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--no-file-parallelism', ...suites]
    const { stdout } = await execute(node.path, vitest, options).catch((error: Failed) => {
      throw new Error(`${error.stdout}\n${error.stderr}`, { cause: error })
    })
    const [, passed, all] = / Tests +(\d+) passed \((\d+)\)/.exec(stdout) ?? []
    expect(passed, stdout).toBe(all)
    expect(Number(all), stdout).toBeGreaterThan(100)
    console.log(`Node ${major}: ${all} tests of stores and WebSockets passed`)
  })
}
