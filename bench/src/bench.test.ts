/** The bench as a whole: bundled from the sources, since its processes need files to run, and run in small sizes. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reasonAgainst, subjects } from './subjects.js'
import type { Figures } from './workload.js'
import { workloads } from './workloads.js'

const run = promisify(execFile)
const bench = fileURLToPath(new URL('..', import.meta.url))
const packages = join(bench, '..', 'packages')
let folder = ''

beforeAll(async () => {
  // Inside of the package, so that the peers are found: they are not bundled.
  const cache = join(bench, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(join(cache, 'bench-test-'))
  cpSync(join(bench, 'RESULTS.md'), join(folder, 'RESULTS.md'))
  const entries = ['main', 'measure', 'host-process', 'cold-start-process', 'smoke-process'].map((name) => [
    name,
    join(bench, 'src', `${name}.ts`),
  ])
  await build({
    root: bench,
    configFile: false,
    logLevel: 'warn',
    resolve: {
      alias: [
        { find: /^@syncro\/([^/]+)\/testing$/, replacement: `${packages}/$1/src/testing/index.ts` },
        { find: /^@syncro\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
      ],
    },
    // Decorators have to be lowered.
    esbuild: { target: 'es2022' },
    ssr: { noExternal: [/^@syncro\//] },
    build: {
      ssr: true,
      target: 'node20',
      outDir: join(folder, 'dist'),
      emptyOutDir: false,
      rollupOptions: {
        input: Object.fromEntries(entries),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  readonly output: string
  readonly code: number
}

async function runProgram(name: string, ...args: readonly string[]): Promise<Ran> {
  const done = run(process.execPath, ['--expose-gc', join(folder, 'dist', `${name}.js`), ...args])
  return done.then(
    ({ stdout }) => ({ output: stdout, code: 0 }),
    ({ stdout, stderr, code }: { readonly stdout: string; readonly stderr: string; readonly code: number }) => ({
      output: stdout + stderr,
      code,
    }),
  )
}

const results = (folder: string) => readFileSync(join(folder, 'RESULTS.md'), 'utf8')

// A hundred measurements, and fifty processes for those that need others: on a busy machine that takes a while.
test('has every subject do every work that it is asked for, with equal and right replicas', {
  timeout: 300_000,
}, async () => {
  const { output, code } = await runProgram('smoke-process')
  expect(code, output).toBe(0)
  const done = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly work: string; readonly subject: string; readonly figures: Figures })
  const asked = workloads.flatMap(({ name }) =>
    subjects
      .filter((subject) => reasonAgainst(subject, name) === undefined)
      .map((subject) => `${name} ${subject.name}`),
  )
  expect(done.map(({ work, subject }) => `${work} ${subject}`)).toEqual(asked)
  for (const { work, figures } of done) {
    const keys = workloads.find(({ name }) => name === work)!.metrics.map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(Object.keys(figures)))
    expect(Object.values(figures).every(Number.isFinite)).toBe(true)
  }
})

test('measures one work of few, each in processes of its own, and prints a line for each', async () => {
  const { output, code } = await runProgram(
    'main',
    '--work',
    'update-tcp',
    '--peers',
    'yjs,syncro',
    '--quick',
    '--runs',
    '2',
  )
  expect(code, output).toBe(0)
  expect(output.match(/^run [12] {2}update-tcp {2}(yjs|syncro) {2}rate /gm)).toHaveLength(4)
  expect(output).toMatch(/^\| syncro +\| [\d,.]+ \(/m)
  expect(output).toMatch(/^\| W4 update-tcp +\| updates, \/s /m)
})

test('leaves the results as they are where not everything was measured', async () => {
  const { output } = await runProgram('main', '--work', 'W1', '--peers', 'json', '--records', '100', '--runs', '1')
  expect(output).toMatch('RESULTS.md stays as it was')
  expect(results(folder)).toBe(results(bench))
})

test('tells how costs grow with the records', async () => {
  const { output, code } = await runProgram(
    'main',
    '--growth',
    '--peers',
    'syncro,json',
    '--records',
    '50,100',
    '--runs',
    '1',
  )
  expect(code, output).toBe(0)
  expect(output).toMatch(/^\| catching up with 1,000 missed updates, ms +\| 50 +\| 100 +\|$/m)
  expect(output).toMatch(/^\| syncro +\| [\d.]+ +\| [\d.]+ +\|$/m)
})

test.each([
  [['--work', 'no-such-work'], 'There is no work "no-such-work"; there is create, create-apply,'],
  [['--peers', 'no-such-peer'], 'There is no "no-such-peer" to measure; there are syncro,'],
  [['--runs', 'few'], '--runs takes a whole number from 1, and this is few.'],
  [['--records', '1,2'], '--records takes one number, but with --growth.'],
  [['--growth', '--quick'], '--growth takes its sizes from --records'],
  [['create'], "Unexpected argument 'create'"],
])('says what it can do when it does not understand %j', async (args, problem) => {
  const { output, code } = await runProgram('main', ...args)
  expect(code).toBe(2)
  expect(output).toMatch(problem)
  expect(output).toMatch('Usage: pnpm bench')
})

test('says so where nobody does the work', async () => {
  const { output, code } = await runProgram('main', '--work', 'merge', '--peers', 'json')
  expect(code).toBe(2)
  expect(output).toMatch('None of these does any of this work.')
})
