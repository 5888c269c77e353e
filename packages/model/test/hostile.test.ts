/** Records whose fields bear the names of an instance's members: others may send any name. */
import { describe, expect, test } from 'vitest'
import { forms } from './todo-forms.js'
import { World } from './world.js'

describe.each(forms)('a field of others, in a class declared by %s,', (_form, make) => {
  test('named like a member of the class, or of all objects, stays out of its way', async () => {
    const Todo = make()
    const world = new World()
    const a = world.client('a', { models: [Todo] })
    const other = world.client('other', { models: [{ name: 'Todo', play: () => undefined }] })
    const members = [
      'then',
      'toString',
      'valueOf',
      'toJSON',
      'destroy',
      'update',
      'on',
      'shout',
      'label',
      'percent',
      'id',
      '$sync',
    ]
    const fields = Object.fromEntries(members.map((name) => [name, `not a ${name}`]))
    other.record('Todo', 'create', 'x', { title: 'theirs', ...fields })
    world.join(other, a)
    world.settle()
    const todo = a.collection(Todo).find('x')!
    expect(todo).toBeInstanceOf(Todo)
    expect(await todo).toBe(todo)
    expect([todo.id, todo.label, todo.shout(), `${todo.percent}`]).toEqual(['x', 'theirs (3)', 'theirs!', '50'])
    expect(todo.toJSON()).toMatchObject({ title: 'theirs' })
    todo.destroy()
    expect(a.collection(Todo).find('x')).toBeUndefined()
    expect(world.reported).toEqual([])
  })
})
