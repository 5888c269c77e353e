import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, type Rollup } from 'vite'
import { expect, onTestFinished, test } from 'vitest'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The client as a bundler puts it into a page. */
async function bundle(): Promise<readonly Rollup.OutputChunk[]> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@syncro/protocol': source('../../protocol/src/index.ts') } },
    build: {
      write: false,
      modulePreload: false,
      rollupOptions: {
        input: source('../src/client/index.ts'),
        preserveEntrySignatures: 'strict',
        output: { format: 'es' },
      },
    },
  })
  return (built as Rollup.RollupOutput).output.filter((file) => file.type === 'chunk')
}

test('a page that dials is given nothing of the server, of Node, or of ws', async () => {
  const chunks = await bundle()
  expect(chunks).toHaveLength(1)
  const { exports, imports, moduleIds } = chunks[0]!
  expect(exports).toContain('webSocket')
  expect(imports).toEqual([])
  expect(moduleIds.filter((id) => !/\/(transport-ws\/src\/(?!server\/)|protocol\/src\/)/.test(id))).toEqual([])
})

test('where the platform has no WebSocket and there is no ws, dialling says what to give', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncro-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [chunk] = await bundle()
  writeFileSync(join(folder, 'client.mjs'), chunk!.code)
  const program = join(folder, 'page.mjs')
  writeFileSync(
    program,
    `import { webSocket } from './client.mjs'
webSocket('ws://127.0.0.1:1').open().catch(({ code, message }) => console.log(code, message))`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-experimental-websocket', program])
  expect(stdout).toMatch(/^SYNCRO_OPTION_INVALID .*option `WebSocket`/)
})
