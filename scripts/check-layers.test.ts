import { expect, test } from 'vitest'
import { checkLayers } from './check-layers.mjs'
import { tree } from './testing/tree.js'

/** What the check says of a single file. */
const judge = (path: string, text: string) => checkLayers(tree({ [path]: text }))

test.each([
  [
    'packages/core/src/session.ts',
    "import { encodeFrame } from '@syncro/protocol'\nimport { Ledger } from '@syncro/scriber'",
  ],
  ['packages/model/src/model.ts', "import type { Syncro } from '@syncro/core'"],
  [
    'packages/transport-net/src/tcp.ts',
    "import net from 'node:net'\nimport type { Connection } from '@syncro/protocol'",
  ],
  ['packages/protocol/src/conformance/suite.ts', "import { connectionPair } from '../testing/connection-pair.js'"],
  ['packages/core/src/session.test.ts', "import { connectionPair } from '@syncro/protocol/testing'"],
  ['apps/demo/src/tour.ts', "import { tcp } from '@syncro/transport-net'\nsetTimeout(() => {}, Date.now())"],
  ['packages/core/src/environment.ts', 'export const now = () => Date.now()'],
  ['packages/core/src/session.test.ts', 'setTimeout(() => {}, Math.random())'],
  [
    'packages/scriber/src/clock.ts',
    '// Date.now is not for us\nexport const now = (clock: { now(): number }) => clock.now()',
  ],
  ['packages/scriber/src/clock.ts', "export const hint = 'call setTimeout() yourself'"],
  ['packages/scriber/src/value.ts', 'export const date = (ms: number) => new Date(ms)'],
  ['packages/core/src/link.ts', 'environment.setTimeout(() => {}, 10)'],
])('accepts %s: %s', (path, text) => {
  expect(judge(path, text)).toEqual([])
})

test.each([
  ['packages/protocol/src/frame.ts', "import { Ledger } from '@syncro/scriber'", 'may import no package of ours'],
  ['packages/scriber/src/ledger.ts', "export type { Frame } from '@syncro/protocol'", 'may import no package of ours'],
  [
    'packages/core/src/syncro.ts',
    "import type {\n  Model,\n} from '@syncro/model'",
    'may import only protocol, scriber',
  ],
  ['packages/transport-net/src/tcp.ts', "const core = await import('@syncro/core')", 'may import only protocol'],
  ['packages/transport-ws/src/ws.ts', "import '@syncro/transport-net'", 'may import only protocol'],
  ['packages/store-fs/src/store.ts', "import type { Connection } from '@syncro/protocol'", 'may import only scriber'],
  ['packages/mystery/src/a.ts', "import { a } from '@syncro/protocol'", 'has no layer'],
  ['packages/core/src/link.ts', "import { Frame } from '../../protocol/src/frame.js'", 'outside its package'],
  ['packages/core/src/link.ts', "import { Frame } from '@syncro/protocol/dist/frame.js'", 'the only subpaths'],
  ['packages/core/src/link.ts', "import { connectionPair } from '@syncro/protocol/testing'", 'is for tests'],
  ['packages/core/src/link.ts', "import { Syncro } from './index.js'", 'its own index'],
  ['packages/core/src/link.ts', "import { Syncro } from '@syncro/core'", 'its own package by name'],
  ['packages/core/src/link.ts', "import { hostname } from 'node:os'", 'must run outside Node'],
  ['packages/core/src/link.ts', 'export default class Link {}', 'default export'],
  ['packages/core/src/link.ts', 'class Link {}\nexport { Link as default }', 'default export'],
  ['packages/core/src/index.ts', "export * from './link.js'", 'exports *'],
  ['packages/core/src/index.ts', "export type * from './link.js'", 'exports *'],
  ['packages/scriber/src/clock.ts', 'export const now = Date.now', 'uses Date.now'],
  ['packages/scriber/src/clock.ts', 'const date = new Date()', 'uses new Date'],
  ['packages/scriber/src/clock.ts', 'const date = new Date', 'uses new Date'],
  ['packages/model/src/id.ts', 'const r = Math.random()', 'uses Math.random'],
  ['packages/model/src/id.ts', 'const r = crypto.getRandomValues(new Uint8Array(8))', 'uses crypto'],
  ['packages/core/src/link.ts', 'const t = setTimeout(dial, 1)', 'uses setTimeout'],
  ['packages/core/src/link.ts', 'const t = globalThis.setInterval(dial, 1)', 'uses globalThis.setInterval'],
  ['packages/core/src/link.ts', 'const text = `in ${setImmediate(dial)}`', 'uses setImmediate'],
])('refuses %s: %s', (path, text, problem) => {
  expect(judge(path, text)).toEqual([expect.stringContaining(problem)])
})

test('names the file and the line', () => {
  const text = "/* import '@syncro/model' */\n\nimport { Model } from '@syncro/model'\n"
  expect(judge('packages/core/src/syncro.ts', text)).toEqual([
    expect.stringMatching(/^packages\/core\/src\/syncro\.ts:3 /),
  ])
})
