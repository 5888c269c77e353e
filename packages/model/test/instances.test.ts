import { beforeEach, describe, expect, test } from 'vitest'
import { collectUntil } from './garbage.js'
import { forms, type TodoClass } from './todo-forms.js'
import { World } from './world.js'

describe.each(forms)('the instance of a record declared with %s', (_form, declare) => {
  let Todo: TodoClass
  let world: World

  beforeEach(() => {
    Todo = declare()
    world = new World()
    world.client('alice', { models: [Todo] })
    Todo.create({ id: 'one', title: 'Milk' })
  })

  /** Marks the instance with what no record has; the mark is gone with the instance. */
  const mark = () => {
    Todo.find('one')!.isEdited = true
  }
  const isMarked = () => {
    const { isEdited } = Todo.find('one')!
    // What was asked for is held for a while.
    world.pass()
    return isEdited
  }

  test('goes when nobody holds it, and the record gets a new one', async () => {
    mark()
    await collectUntil(() => !isMarked())
    expect(isMarked()).toBe(false)
    expect(Todo.find('one')?.title).toBe('Milk')
  })

  test('stays while somebody listens on it', async () => {
    mark()
    const titles: string[] = []
    const off = Todo.find('one')!.on('changed', ({ record }) => titles.push(record.title))
    await collectUntil(() => !isMarked(), 5)
    Todo.find('one')!.title = 'Bread'
    expect([isMarked(), titles]).toEqual([true, ['Bread']])
    off()
    await collectUntil(() => !isMarked())
    expect(isMarked()).toBe(false)
  })
})
