/** Who did what, as a server's store has it: over real connections, in a real file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Syncro } from '@syncro/core'
import { field, Model, synced } from '@syncro/model'
import { sqlite } from '@syncro/store-sqlite'
import { tcp } from '@syncro/transport-net'
import { expect, onTestFinished, test } from 'vitest'
import { when } from './when.js'

function declare() {
  @synced({ name: 'Todo' })
  class Todo extends Model {
    @field() accessor title = ''
    @field() accessor done = false
  }
  return Todo
}

function client(uid: string, options: Partial<ConstructorParameters<typeof Syncro>[0]> = {}) {
  const Todo = declare()
  const syncro = new Syncro({ uid, models: [Todo], ...options })
  onTestFinished(() => syncro.close())
  return { syncro, Todo }
}

test('a server tells who changed a record, whoever it was, also after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncro-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const open = () => sqlite(join(folder, 'data.db'), { history: true })
  const { syncro: server, Todo: Kept } = client('server', { store: open() })
  const listening = await server.listen(tcp({ host: '127.0.0.1', port: 0 }))
  const address = { host: '127.0.0.1', port: listening.port! }
  const [alice, bob] = [client('alice'), client('bob')]
  await Promise.all([alice, bob].map(({ syncro }) => syncro.dial(tcp(address)).ready))

  const { id } = alice.Todo.create({ title: 'Buy milk' })
  await when(bob.syncro, () => bob.Todo.find(id) !== undefined)
  bob.Todo.find(id)!.done = true
  await when(server, () => Kept.find(id)?.done === true)
  Kept.find(id)!.title = 'Buy oat milk'
  await when(alice.syncro, () => alice.Todo.find(id)?.title === 'Buy oat milk')
  alice.Todo.find(id)!.destroy()
  await when(server, () => Kept.find(id) === undefined)

  const expected = [
    { uid: 'alice', type: 'create', before: {}, after: { title: 'Buy milk', done: false } },
    { uid: 'bob', type: 'update', before: { done: false }, after: { done: true } },
    { uid: 'server', type: 'update', before: { title: 'Buy milk' }, after: { title: 'Buy oat milk' } },
    { uid: 'alice', type: 'destroy', before: { title: 'Buy oat milk', done: true }, after: {} },
  ]
  const history = await server.history('Todo', id)
  expect(history).toMatchObject(expected)
  for (const { at } of history) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000)
  await server.close()

  const { syncro: again } = client('server', { store: open() })
  await again.ready
  expect(await again.history('Todo', id)).toEqual(history)
})

test('a record tells its own history, and a client without one says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'syncro-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { syncro, Todo } = client('alice', { store: sqlite(join(folder, 'data.db'), { history: true }) })
  await syncro.ready
  const todo = Todo.create({ title: 'Milk' })
  todo.update({ title: 'Bread', done: true })
  expect(await syncro.history(todo)).toMatchObject([{ type: 'create' }, { after: { title: 'Bread', done: true } }])
  const { syncro: other, Todo: Other } = client('bob')
  await expect(other.history(Other.create())).rejects.toMatchObject({
    name: 'UsageError',
    code: 'SYNCRO_HISTORY_OFF',
  })
})
