import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type * as Fixture from './fixtures/decorated.js'
import { World } from './world.js'

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url))
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')

describe('a decorated class compiled by tsc', () => {
  let folder: string
  let compiled: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'syncro-model-'))
    await promisify(execFile)(process.execPath, [tsc, '-p', fixtures, '--outDir', folder])
    compiled = join(folder, 'decorated.js')
  }, 60_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('is lowered: no decorator and no accessor is left in it', async () => {
    const code = await readFile(compiled, 'utf8')
    expect(code).toContain('__esDecorate')
    expect(code).not.toMatch(/^\s*@|\baccessor\s+title\b/m)
  })

  test('works as one compiled by esbuild does', async () => {
    const { Todo, Note } = (await import(/* @vite-ignore */ pathToFileURL(compiled).href)) as typeof Fixture
    const world = new World()
    const alice = world.client('alice', { models: [Todo, Note] })
    const todo = Todo.create({ id: 'one', title: 'Milk', due: new Date(0) })
    todo.priority = 7
    expect(todo.toObject()).toEqual({ id: 'one', createdBy: 'nobody', title: 'Milk', priority: 7, due: new Date(0) })
    expect(new Proxy(todo, {}).title).toBe('Milk')
    expect(() => (todo.priority = 10)).toThrow('Todo.priority takes a whole number from 0 to 9')
    expect(Note.create({ id: 'one' }).toObject()).toEqual({ id: 'one', createdBy: 'nobody', text: 'text' })
    expect([...alice.scriber.ledger.table('Note').columns.keys()]).toEqual(['createdBy', 'text'])
    const draft = todo.draft()
    draft.title = 'Bread'
    expect([todo.title, draft.save().title]).toEqual(['Milk', 'Bread'])
  })
})
