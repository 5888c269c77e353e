import { effect, reactive, shallowReactive } from '@vue/reactivity'
import { beforeEach, describe, expect, test } from 'vitest'
import { forms, type Todo, type TodoClass } from '../test/todo-forms.js'
import { World } from '../test/world.js'

describe.each(forms)('a proxy around an instance declared with %s', (_form, declare) => {
  let Todo: TodoClass
  let todo: Todo

  beforeEach(() => {
    Todo = declare()
    new World().client('alice', { models: [Todo] })
    todo = Todo.create({ title: 'Milk', tags: ['a'] })
  })

  const wrappers: readonly (readonly [name: string, wrap: (todo: Todo) => Todo])[] = [
    ['one without traps', (todo) => new Proxy(todo, {})],
    [
      'one that hands itself on',
      (todo) =>
        new Proxy(todo, {
          get: (target, key, receiver) => Reflect.get(target, key, receiver),
          set: (target, key, value, receiver) => Reflect.set(target, key, value, receiver),
        }),
    ],
    ["Vue's reactive", (todo) => reactive(todo) as Todo],
    ["Vue's shallowReactive", (todo) => shallowReactive(todo) as Todo],
    ['two of them', (todo) => reactive(new Proxy(todo, {})) as Todo],
  ]

  test.each(wrappers)('%s reads and writes the record', (_name, wrap) => {
    const proxy = wrap(todo)
    expect([proxy.title, proxy.label, proxy.id, proxy.tags]).toEqual(['Milk', 'Milk (3)', todo.id, ['a']])
    proxy.title = 'Bread'
    proxy.update({ priority: 1 })
    expect([todo.title, todo.priority]).toEqual(['Bread', 1])
    const told: unknown[] = []
    const off = proxy.on('changed', ({ record }) => told.push(record === todo))
    proxy.done = true
    off()
    const draft = wrap(proxy.draft())
    draft.title = 'Oat milk'
    expect(todo.title).toBe('Bread')
    expect((draft as ReturnType<Todo['draft']>).save()).toBe(todo)
    proxy.destroy()
    expect([told, todo.title, proxy.$destroyed, proxy.toObject().id]).toEqual([[true], 'Oat milk', true, todo.id])
  })

  test("Vue's reactive runs its effects when a field is assigned through it", () => {
    const proxy = reactive(todo) as Todo
    const seen: string[] = []
    effect(() => seen.push(proxy.title))
    proxy.title = 'Bread'
    expect(seen).toEqual(['Milk', 'Bread'])
  })
})
