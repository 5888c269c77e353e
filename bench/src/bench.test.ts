/** The bench as a whole: bundled from the sources, since its processes need files to run, and run in small sizes. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { workloads } from './workloads.js'

const run = promisify(execFile)
const bench = fileURLToPath(new URL('..', import.meta.url))
const root = join(bench, '..')
const packages = join(root, 'packages')
let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'syncro-bench-'))
  cpSync(join(bench, 'RESULTS.md'), join(folder, 'RESULTS.md'))
  const entries = ['main', 'measure', 'host-process'].map((name) => [name, join(bench, 'src', `${name}.ts`)])
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: {
      alias: [
        { find: /^@syncro\/([^/]+)\/testing$/, replacement: `${packages}/$1/src/testing/index.ts` },
        { find: /^@syncro\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
      ],
    },
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20',
      outDir: join(folder, 'dist'),
      emptyOutDir: false,
      rollupOptions: {
        input: Object.fromEntries(entries),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  })
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function runBench(...args: readonly string[]): Promise<{ readonly output: string; readonly code: number }> {
  const done = run(process.execPath, ['--expose-gc', join(folder, 'dist', 'main.js'), ...args])
  return done.then(
    ({ stdout }) => ({ output: stdout, code: 0 }),
    ({ stdout, stderr, code }: { readonly stdout: string; readonly stderr: string; readonly code: number }) => ({
      output: stdout + stderr,
      code,
    }),
  )
}

test('measures every workload on equal replicas, and prints a row for each figure', { timeout: 120_000 }, async () => {
  const { output, code } = await runBench('--quick')
  expect(output).not.toMatch(/Error|NaN|Infinity/)
  expect(code).toBe(0)
  const rows = output.split('\n').filter((line) => line.startsWith('| '))
  expect(rows).toHaveLength(2 + workloads.flatMap(({ metrics }) => metrics).length)
})

test('leaves the results as they are after a quick run', { timeout: 120_000 }, async () => {
  await runBench('--quick', 'create-local')
  expect(readFileSync(join(folder, 'RESULTS.md'), 'utf8')).toBe(readFileSync(join(bench, 'RESULTS.md'), 'utf8'))
})

test('says what it can do when it does not understand', async () => {
  const { output, code } = await runBench('no-such-work')
  expect(code).toBe(2)
  expect(output).toMatch('There is no workload "no-such-work".')
  expect(output).toMatch('Usage: pnpm bench')
})
