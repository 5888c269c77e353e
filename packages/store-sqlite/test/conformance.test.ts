import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeSuite } from '@syncro/scriber/conformance'
import { describe, test } from 'vitest'
import { sqlite } from '../src/index.js'

describe.each([
  ['os', false],
  ['disk', false],
  ['disk', true],
] as const)('a SQLite store of level %s, with a history: %s', (level, history) => {
  storeSuite(test, { reopens: true, exclusive: true, waits: true, survivesKill: false, history }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'syncro-sqlite-'))
    return {
      store: () => sqlite(join(folder, 'data.db'), { level, history }),
      dispose: () => rmSync(folder, { recursive: true }),
    }
  })
})
