import { inspect } from 'node:util'
import type { Syncro } from '@syncro/core'
import { MemoryStore } from '@syncro/scriber'
import { SlowStore } from '@syncro/scriber/testing'
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { forms, type Status, type Todo, type TodoClass, untouched } from './todo-forms.js'
import { codeOf, errorOf, World } from './world.js'

describe.each(forms)('a class declared with %s', (_form, declare) => {
  let world: World
  let Todo: TodoClass
  let alice: Syncro
  let events: unknown[]

  beforeEach(() => {
    world = new World()
    Todo = declare()
    alice = world.client('alice', { models: [Todo] })
    events = []
  })

  /** A second client with a class of its own. */
  function bob(): { readonly Todo: TodoClass; readonly syncro: Syncro } {
    const Other = declare()
    const syncro = world.client('bob', { models: [Other] })
    world.join(syncro, alice)
    world.settle()
    return { Todo: Other, syncro }
  }

  describe('create', () => {
    test('records every field, those with their initial values too', () => {
      const todo = Todo.create({ title: 'Buy milk', done: true })
      expect(todo.toObject()).toEqual({ id: todo.id, ...untouched, title: 'Buy milk', done: true })
      const table = alice.scriber.ledger.table('Todo')
      expect([...table.columns.values()].every((column) => column.has(table.slot(todo.id)!))).toBe(true)
    })

    test('makes ids that sort by time and differ', () => {
      const ids = Array.from({ length: 100 }, () => Todo.create().id)
      world.nowMs += 1
      ids.push(Todo.create().id)
      expect([...ids].sort()).toEqual(ids)
      expect(new Set(ids).size).toBe(101)
      expect(ids[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    })

    test('takes an id, and null where null is a value', () => {
      const todo = Todo.create({ id: 'mine', note: null })
      expect(todo.id).toBe('mine')
      expect(todo.note).toBeNull()
    })

    test('merges into the record of a living id, initial values included', () => {
      const first = Todo.create({ id: 'one', title: 'first', done: true })
      const again = Todo.create({ id: 'one', title: 'second' })
      expect(again).toBe(first)
      expect(again.toObject()).toEqual({ id: 'one', ...untouched, title: 'second' })
      expect(Todo.count()).toBe(1)
    })

    test('refuses what is no field, wrong values and wrong ids, and records nothing', () => {
      const create = (values: object) => () => Todo.create(values as never)
      expect(codeOf(create({ label: 'x' }))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(codeOf(create({ isEdited: true }))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(codeOf(create({ percent: 5 }))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(codeOf(create({ shout: () => '' }))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(codeOf(create({ title: 5 }))).toBe('SYNCRO_VALUE_INVALID')
      expect(codeOf(create({ title: undefined }))).toBe('SYNCRO_VALUE_INVALID')
      expect(codeOf(create({ id: 7 }))).toBe('SYNCRO_ID_INVALID')
      expect(codeOf(create({ id: '' }))).toBe('SYNCRO_ID_INVALID')
      expect(codeOf(() => Todo.create('Buy milk' as never))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(Todo.count()).toBe(0)
    })

    test('gives each record initial values of its own', () => {
      const [one, two] = [Todo.create(), Todo.create()]
      one.isEdited = true
      one.icon[0] = 7
      expect(two.isEdited).toBe(false)
      expect(one.icon).toEqual(new Uint8Array())
    })
  })

  describe('assignment', () => {
    test('records one change of one field', () => {
      const todo = Todo.create({ id: 'one' })
      const batches: unknown[] = []
      alice.scriber.on('step', (step) => batches.push(step.batch?.changes))
      todo.title = 'Buy milk'
      todo.title = 'Buy milk'
      expect(todo.title).toBe('Buy milk')
      expect(batches).toEqual([[{ name: 'Todo', id: 'one', type: 'update', fields: { title: 'Buy milk' } }]])
    })

    test.each<[string, unknown, string]>([
      ['title', 5, 'Todo.title takes text, and was given 5'],
      ['done', 'yes', 'Todo.done takes true or false, and was given "yes"'],
      ['priority', 10, 'Todo.priority takes a whole number from 0 to 9, and was given 10'],
      ['priority', 1.5, 'and was given 1.5'],
      ['weight', Number.NaN, 'Todo.weight takes a finite number, and was given NaN'],
      ['status', 'lost', 'Todo.status takes one of "open", "doing", "done", and was given "lost"'],
      ['due', new Date(Number.NaN), 'Todo.due takes a Date or null, and was given an invalid date'],
      ['due', 5, 'Todo.due takes a Date or null, and was given 5'],
      ['tags', undefined, 'Todo.tags takes a JSON value, a Date, a bigint or a Uint8Array, and was given undefined'],
      ['tags', [() => 1], 'Todo.tags[0] is a function'],
      ['size', 5, 'Todo.size takes a bigint, and was given 5'],
      ['icon', [1], 'Todo.icon takes a Uint8Array, and was given an array of 1'],
      ['title', '\ud800', 'Todo.title'],
    ])('of a wrong value to %s throws, and records nothing', (name, value, message) => {
      const todo = Todo.create()
      const before = todo.toObject()
      const error = errorOf(() => Object.assign(todo, { [name]: value }))
      expect(error?.code).toBe('SYNCRO_VALUE_INVALID')
      expect(error?.message).toContain(message)
      expect(todo.toObject()).toEqual(before)
    })

    test('copies and freezes, and hands dates and bytes out fresh', () => {
      const tags = ['a']
      const due = new Date(0)
      const icon = new Uint8Array([1])
      const todo = Todo.create({ tags, due, icon })
      tags.push('b')
      due.setTime(1)
      icon[0] = 2
      expect([todo.tags, todo.due, todo.icon]).toEqual([['a'], new Date(0), new Uint8Array([1])])
      expect(() => (todo.tags as string[]).push('c')).toThrow(TypeError)
      todo.due?.setTime(5)
      todo.icon[0] = 5
      expect([todo.due, todo.icon]).toEqual([new Date(0), new Uint8Array([1])])
    })

    test('inside a transaction is one batch, and is taken back when it throws', () => {
      const todo = Todo.create({ title: 'before' })
      const steps: unknown[] = []
      alice.scriber.on('step', (step) => steps.push(step))
      alice.transact(() => {
        todo.title = 'after'
        todo.done = true
      })
      expect(steps).toHaveLength(1)
      expect(() =>
        alice.transact(() => {
          todo.title = 'never'
          throw new Error('no')
        }),
      ).toThrow('no')
      expect(todo.title).toBe('after')
    })

    test('through a setter and a private member of the class works', () => {
      const todo = Todo.create({ title: 'Milk' })
      todo.percent = 25
      expect([todo.weight, todo.label, todo.shout(), todo.shout()]).toEqual([0.25, 'Milk (3)', 'Milk!', 'Milk!!'])
    })
  })

  describe('an instance', () => {
    test('is the only one of its record while it is held', () => {
      const todo = Todo.create({ id: 'one' })
      expect(Todo.find('one')).toBe(todo)
      expect(Todo.all()[0]).toBe(todo)
      todo.isEdited = true
      expect(Todo.findBy({ id: 'one' })?.isEdited).toBe(true)
    })

    test('of a record that was rolled back shows defaults, takes no changes, and lives again with its record', () => {
      let lost: Todo | undefined
      expect(() =>
        alice.transact(() => {
          lost = Todo.create({ id: 'one', title: 'lost' })
          throw new Error('no')
        }),
      ).toThrow('no')
      const other = Todo.create({ id: 'two', title: 'other' })
      expect([lost!.title, lost!.$destroyed]).toEqual(['', true])
      expect(codeOf(() => (lost!.title = 'x'))).toBe('SYNCRO_GONE')
      expect(codeOf(() => lost!.destroy())).toBe('SYNCRO_GONE')
      expect(other.title).toBe('other')
      expect(Todo.create({ id: 'one', title: 'again' })).toBe(lost)
      expect(lost!.title).toBe('again')
    })

    test('shows its fields as an object, as JSON and to inspect', () => {
      const todo = Todo.create({ id: 'one', title: 'Milk', due: new Date(0), size: 12n, icon: new Uint8Array([1, 2]) })
      expect(todo.toObject()).toEqual({
        id: 'one',
        ...untouched,
        title: 'Milk',
        due: new Date(0),
        size: 12n,
        icon: new Uint8Array([1, 2]),
      })
      expect(JSON.parse(JSON.stringify(todo))).toEqual({
        id: 'one',
        ...untouched,
        title: 'Milk',
        due: '1970-01-01T00:00:00.000Z',
        size: '12',
        icon: 'AQI=',
      })
      expect(inspect(todo)).toMatch(/^Todo \{\n {2}id: 'one',\n {2}title: 'Milk',/)
      expect(inspect({ todo: [{ todo }] }, { depth: 1 })).toContain('[Object]')
      expect(inspect([todo], { depth: 0 })).toBe('[ [Todo] ]')
      expect(inspect(Todo.prototype)).toContain('Model')
      expect(Object.keys(todo)).toEqual(['isEdited'])
    })

    test('cannot be made by hand', () => {
      const error = errorOf(() => new (Todo as unknown as new () => Todo)())
      expect(error?.code).toBe('SYNCRO_NEW_BY_HAND')
      expect(error?.message).toContain('Todo.create(')
    })

    test('that is made for a record from elsewhere writes nothing to it', () => {
      const other = bob()
      const steps: unknown[] = []
      const theirs = other.Todo.create({ id: 'one', title: 'theirs', priority: 7 })
      world.settle()
      alice.scriber.on('step', (step) => steps.push(step))
      expect(Todo.find('one')?.toObject()).toEqual(theirs.toObject())
      world.settle()
      expect(steps).toEqual([])
    })

    test('tells whether its changes are with somebody', () => {
      const todo = Todo.create()
      expect(todo.$sync).toBe('pending')
      bob()
      expect(todo.$sync).toBe('synced')
      todo.done = true
      expect(todo.$sync).toBe('pending')
      world.settle()
      expect(todo.$sync).toBe('synced')
    })
  })

  describe('finding', () => {
    beforeEach(() => {
      Todo.create({ id: 'a', title: 'Milk', priority: 1 })
      Todo.create({ id: 'b', title: 'Bread', priority: 1, due: new Date(5), tags: ['x'] })
      Todo.create({ id: 'c', title: 'Milk', priority: 2 }).destroy()
    })

    const ids = (todos: readonly Todo[]) => todos.map(({ id }) => id)

    test('by id gives the record, or undefined for one that is unknown or destroyed', () => {
      expect(Todo.find('a')?.title).toBe('Milk')
      expect(Todo.find('c')).toBeUndefined()
      expect(Todo.find('d')).toBeUndefined()
      expect(Todo.find(undefined as never)).toBeUndefined()
    })

    test('by values compares what the fields show', () => {
      expect(ids(Todo.where({ title: 'Milk' }))).toEqual(['a'])
      expect(ids(Todo.where({ priority: 1, due: new Date(5) }))).toEqual(['b'])
      expect(ids(Todo.where({ tags: ['x'] }))).toEqual(['b'])
      expect(ids(Todo.where({ id: 'b', title: 'Milk' }))).toEqual([])
      expect(ids(Todo.where({}))).toEqual(['a', 'b'])
      expect(Todo.findBy({ priority: 1, title: 'Bread' })?.id).toBe('b')
      expect(Todo.findBy({ priority: 9 })).toBeUndefined()
    })

    test('by a predicate, or both', () => {
      expect(ids(Todo.where((todo) => todo.title.startsWith('B')))).toEqual(['b'])
      expect(ids(Todo.where({ priority: 1 }, (todo) => todo.due === null))).toEqual(['a'])
      expect(Todo.findBy((todo) => todo.due !== null)?.id).toBe('b')
    })

    test('counts without making instances', () => {
      expect([Todo.count(), Todo.count({ title: 'Milk' }), Todo.count((todo) => todo.priority === 1)]).toEqual([
        2, 1, 2,
      ])
    })

    test('refuses conditions that no record could meet', () => {
      expect(codeOf(() => Todo.where({ label: 'x' } as never))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(codeOf(() => Todo.where({ priority: 10 }))).toBe('SYNCRO_VALUE_INVALID')
      expect(codeOf(() => Todo.where({ title: undefined } as never))).toBe('SYNCRO_VALUE_INVALID')
      expect(codeOf(() => Todo.where({ id: undefined } as never))).toBe('SYNCRO_VALUE_INVALID')
    })
  })

  describe('life', () => {
    test('ends with destroy and begins again with restore, on the same instance', () => {
      const todo = Todo.create({ id: 'one', title: 'Milk', priority: 7 })
      todo.destroy()
      expect([todo.$destroyed, todo.title, Todo.count(), Todo.find('one')]).toEqual([true, 'Milk', 0, undefined])
      expect(inspect(todo)).toMatch(/^Todo \(destroyed\) /)
      expect(todo.restore()).toBe(todo)
      expect([todo.$destroyed, todo.priority, Todo.find('one')]).toEqual([false, 7, todo])
      todo.destroy()
      expect(Todo.restore('one')).toBe(todo)
    })

    test('of a destroyed record takes no changes', () => {
      const todo = Todo.create()
      todo.destroy()
      expect(codeOf(() => (todo.title = 'x'))).toBe('SYNCRO_GONE')
      expect(codeOf(() => todo.update({ title: 'x' }))).toBe('SYNCRO_GONE')
      expect(codeOf(() => todo.destroy())).toBe('SYNCRO_GONE')
      expect(codeOf(() => Todo.restore('unknown'))).toBe('SYNCRO_GONE')
    })
  })

  describe('update', () => {
    test('assigns several fields in one batch', () => {
      const todo = Todo.create()
      Todo.on('changed', ({ fields }) => events.push(fields))
      todo.update({ title: 'Milk', done: true })
      expect([todo.title, todo.done]).toEqual(['Milk', true])
      expect(events).toEqual([['title', 'done']])
    })

    test('assigns none if one of the values does not fit', () => {
      const todo = Todo.create()
      expect(codeOf(() => todo.update({ title: 'Milk', priority: 10 }))).toBe('SYNCRO_VALUE_INVALID')
      expect(codeOf(() => todo.update({ title: 'Milk', id: 'x' } as never))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(codeOf(() => todo.update('Milk' as never))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(codeOf(() => todo.update(null as never))).toBe('SYNCRO_FIELD_UNKNOWN')
      expect(todo.title).toBe('')
    })
  })

  describe('a draft', () => {
    test('of a new record is recorded by save alone, in one batch', () => {
      const draft = Todo.draft({ title: 'Mil' })
      draft.title += 'k'
      draft.done = true
      expect([draft.title, draft.label, draft.priority, draft.$sync, draft.$destroyed]).toEqual([
        'Milk',
        'Milk (3)',
        3,
        'pending',
        false,
      ])
      expect(Todo.count()).toBe(0)
      Todo.on('created', ({ fields }) => events.push(fields.length))
      const todo = draft.save()
      expectTypeOf(todo).toEqualTypeOf<Todo>()
      expect(todo).toBe(Todo.find(draft.id))
      expect(todo.toObject()).toEqual({ id: draft.id, ...untouched, title: 'Milk', done: true })
      expect(events).toEqual([10])
    })

    test('of a record writes what was changed in it, and leaves the rest to others', () => {
      const other = bob()
      const todo = Todo.create({ id: 'one', title: 'Milk', priority: 1 })
      world.settle()
      const draft = todo.draft()
      draft.title = 'Oat milk'
      draft.note = null
      world.settle()
      expect([todo.title, other.Todo.find('one')?.title]).toEqual(['Milk', 'Milk'])
      other.Todo.find('one')!.priority = 9
      world.settle()
      expect(draft.priority).toBe(9)
      Todo.on('changed', ({ fields }) => events.push(fields))
      expect(draft.save()).toBe(todo)
      world.settle()
      expect(events).toEqual([['title', 'note']])
      expect(other.Todo.find('one')?.toObject()).toEqual({
        id: 'one',
        ...untouched,
        title: 'Oat milk',
        note: null,
        priority: 9,
      })
    })

    test('whose value is put back overwrites nobody', () => {
      const todo = Todo.create({ title: 'Milk' })
      const draft = todo.draft()
      draft.title = 'Milkk'
      draft.title = 'Milk'
      todo.title = 'Bread'
      draft.save()
      expect([todo.title, draft.title]).toEqual(['Bread', 'Bread'])
    })

    test('checks values where they are assigned', () => {
      const draft = Todo.draft()
      expect(codeOf(() => (draft.priority = 10))).toBe('SYNCRO_VALUE_INVALID')
      expect(codeOf(() => draft.update({ title: 'x', priority: 10 }))).toBe('SYNCRO_VALUE_INVALID')
      expect(draft.title).toBe('')
      draft.update({ title: 'x' })
      expect(draft.title).toBe('x')
    })

    test('can be used on after save', () => {
      const draft = Todo.draft({ title: 'Milk' })
      const todo = draft.save()
      draft.title = 'Bread'
      expect(todo.title).toBe('Milk')
      expect(draft.save()).toBe(todo)
      expect(todo.title).toBe('Bread')
    })

    test('of a record that was destroyed meanwhile is not saved', () => {
      const todo = Todo.create({ title: 'Milk' })
      const draft = todo.draft()
      draft.title = 'Bread'
      todo.destroy()
      expect(draft.$destroyed).toBe(true)
      expect(codeOf(() => draft.save())).toBe('SYNCRO_GONE')
      todo.restore()
      expect(draft.save().title).toBe('Bread')
    })

    test('is no record: it is neither destroyed nor listened on', () => {
      const draft = Todo.draft()
      expect(codeOf(() => draft.destroy())).toBe('SYNCRO_DRAFT_LIMITED')
      expect(codeOf(() => draft.restore())).toBe('SYNCRO_DRAFT_LIMITED')
      expect(codeOf(() => draft.draft())).toBe('SYNCRO_DRAFT_LIMITED')
      expect(codeOf(() => draft.on('changed', () => undefined))).toBe('SYNCRO_DRAFT_LIMITED')
      expect(inspect(draft)).toMatch(/^Todo \(draft\) /)
    })
  })

  describe('events', () => {
    test('tell the class and the instance once for each batch, with the fields and where it came from', () => {
      const other = bob()
      const note =
        (from: string) =>
        (event: {
          readonly type: string
          readonly record: Todo
          readonly fields: readonly string[]
          readonly remote: boolean
          readonly uid: string | undefined
        }) =>
          events.push([
            from,
            event.type,
            event.record.id,
            event.fields.length > 3 ? event.fields.length : event.fields,
            event.remote,
            event.uid,
          ])
      for (const name of ['created', 'changed', 'destroyed'] as const) Todo.on(name, note('class'))
      const todo = Todo.create({ id: 'one' })
      todo.on('changed', note('record'))
      todo.on('destroyed', note('record'))
      alice.transact(() => {
        todo.title = 'Milk'
        todo.done = true
        todo.title = 'Bread'
      })
      world.settle()
      other.Todo.find('one')!.update({ title: 'Oat milk', priority: 1 })
      world.settle()
      other.Todo.find('one')!.destroy()
      world.settle()
      expect(events).toEqual([
        ['class', 'created', 'one', 10, false, undefined],
        ['record', 'changed', 'one', ['title', 'done'], false, undefined],
        ['class', 'changed', 'one', ['title', 'done'], false, undefined],
        ['record', 'changed', 'one', ['title', 'priority'], true, 'bob'],
        ['class', 'changed', 'one', ['title', 'priority'], true, 'bob'],
        ['record', 'destroyed', 'one', [], true, 'bob'],
        ['class', 'destroyed', 'one', [], true, 'bob'],
      ])
    })

    test('hand over the record as it is, and the instance that is held', () => {
      const todo = Todo.create()
      Todo.on('changed', ({ record }) => events.push(record === todo, record.title))
      todo.title = 'Milk'
      expect(events).toEqual([true, 'Milk'])
    })

    test('end with what `on` gave, however often it is called', () => {
      const todo = Todo.create()
      const off = todo.on('changed', () => events.push('first'))
      todo.on('changed', () => events.push('second'))
      off()
      off()
      todo.title = 'Milk'
      expect(events).toEqual(['second'])
    })

    test('come twice to a listener given twice, and each end is its own', () => {
      const todo = Todo.create()
      const listener = () => events.push('told')
      const ends = [todo.on('changed', listener), todo.on('changed', listener)]
      const classEnds = [Todo.on('changed', listener), Todo.on('changed', listener)]
      todo.title = 'Milk'
      expect(events).toHaveLength(4)
      ends[0]!()
      classEnds[0]!()
      todo.title = 'Bread'
      expect(events).toHaveLength(6)
    })

    test('of one listener that throws are reported, and the others told', () => {
      const todo = Todo.create()
      const failure = new Error('listener')
      todo.on('changed', () => {
        throw failure
      })
      todo.on('changed', () => events.push('record'))
      Todo.on('changed', () => events.push('class'))
      todo.title = 'Milk'
      world.settle()
      expect(events).toEqual(['record', 'class'])
      expect(world.reported).toEqual([failure])
    })

    test('let listeners write: their changes are local ones, told after', () => {
      const other = bob()
      Todo.on('created', ({ record, remote }) => {
        events.push(['created', remote])
        record.note = 'seen'
      })
      Todo.on('changed', ({ fields, remote }) => events.push(['changed', fields, remote]))
      const theirs = other.Todo.create({ title: 'Milk' })
      world.settle()
      expect(events).toEqual([
        ['created', true],
        ['changed', ['note'], false],
      ])
      expect(theirs.note).toBe('seen')
    })

    test('of a transaction that is rolled back are not told', () => {
      Todo.on('created', () => events.push('created'))
      expect(() =>
        alice.transact(() => {
          Todo.create()
          throw new Error('no')
        }),
      ).toThrow('no')
      expect(events).toEqual([])
    })

    test('are refused by names that do not exist', () => {
      expect(codeOf(() => Todo.on('change' as 'changed', () => undefined))).toBe('SYNCRO_EVENT_UNKNOWN')
      expect(() => Todo.on('changed', undefined as never)).toThrow(TypeError)
    })
  })

  describe('what arrives', () => {
    test('and does not fit is kept and passed on; the default is shown and an event names it', () => {
      const other = bob()
      const todo = Todo.create({ id: 'one', status: 'doing' })
      world.settle()
      todo.on('changed', ({ fields }) => events.push(['changed', fields]))
      todo.on('misfit', ({ type, fields, value, uid }) => events.push([type, fields, value, uid]))
      other.syncro.record('Todo', 'update', 'one', { status: 'archived', title: 'Milk' })
      world.settle()
      expect([todo.status, todo.title]).toEqual(['open', 'Milk'])
      expect(events).toEqual([
        ['changed', ['status', 'title']],
        ['misfit', ['status'], 'archived', 'bob'],
      ])
      expect(Todo.where({ status: 'open' })).toEqual([todo])
      const carol = world.client('carol', { models: [] })
      world.join(carol, alice)
      world.settle()
      expect(carol.scriber.ledger.table('Todo').get(0, 'status')).toBe('archived')
      todo.status = 'open'
      world.settle()
      expect(other.Todo.find('one')?.status).toBe('open')
    })

    test('in fields that the class does not know is kept, and no event tells of it', () => {
      const other = bob()
      const todo = Todo.create({ id: 'one' })
      world.settle()
      Todo.on('changed', ({ fields }) => events.push(fields))
      other.syncro.record('Todo', 'update', 'one', { colour: 'red' })
      world.settle()
      other.syncro.record('Todo', 'update', 'one', { colour: 'blue', title: 'Milk' })
      world.settle()
      expect(events).toEqual([['title']])
      expect('colour' in todo).toBe(false)
      expect(alice.scriber.ledger.table('Todo').get(0, 'colour')).toBe('blue')
    })

    test('without a field that a newer class has shows its default', () => {
      alice.record('Todo', 'create', 'old', { title: 'Milk' })
      expect(Todo.find('old')?.toObject()).toEqual({ id: 'old', ...untouched, title: 'Milk' })
      expect(Todo.where({ priority: 3 })).toHaveLength(1)
    })

    test('with an id of the other kind is kept and not shown, and a warning says so', () => {
      const other = bob()
      Todo.on('created', () => events.push('created'))
      other.syncro.record('Todo', 'create', 7, { title: 'Milk' })
      world.settle()
      expect([Todo.all(), Todo.count(), Todo.find(7 as never), events]).toEqual([[], 0, undefined, []])
      expect(world.warnings.map(({ code }) => code)).toContain('SYNCRO_ID_MISFIT')
    })
  })

  describe('a stored ledger', () => {
    test('gives its records back, to a class that was bound before it was open', async () => {
      const store = new MemoryStore()
      await alice.close()
      const first = world.client('alice', { models: [Todo], store })
      const id = Todo.create({ title: 'Milk', due: new Date(5), size: 7n }).id
      await first.close()
      expect(codeOf(() => Todo.count())).toBe('SYNCRO_CLASS_UNBOUND')
      const second = world.client('alice', { models: [Todo], store })
      await second.ready
      expect(Todo.find(id)?.toObject()).toEqual({ id, ...untouched, title: 'Milk', due: new Date(5), size: 7n })
    })

    test('is neither read nor written before it is open or after it is closed', async () => {
      const slow = new SlowStore(new MemoryStore())
      const Other = declare()
      const syncro = world.client('slow', { models: [Other], store: slow })
      for (const use of [
        () => Other.create(),
        () => Other.find('x'),
        () => Other.all(),
        () => Other.count(),
        () => Other.where({}),
        () => Other.draft(),
        () => Other.restore('x'),
      ])
        expect(codeOf(use)).toBe('SYNCRO_NOT_READY')
      await syncro.ready
      const todo = Other.create({ title: 'Milk' })
      const todos = syncro.collection(Other)
      await slow.release()
      await syncro.close()
      expect(todo.title).toBe('Milk')
      expect(codeOf(() => (todo.title = 'x'))).toBe('SYNCRO_NOT_READY')
      expect(codeOf(() => todos.all())).toBe('SYNCRO_NOT_READY')
    })
  })

  describe('in several Syncros', () => {
    test('is used through the collection of one of them', () => {
      const second = world.client('second', { models: [Todo] })
      expect(codeOf(() => Todo.create())).toBe('SYNCRO_CLASS_AMBIGUOUS')
      expect(errorOf(() => Todo.all())?.message).toContain('syncro.collection(Todo)')
      const todos = second.collection(Todo)
      const todo = todos.create({ title: 'Milk' })
      expectTypeOf(todo).toEqualTypeOf<Todo>()
      const mine = alice.collection(Todo).create({ title: 'Bread' })
      todo.done = true
      expect([todos.count(), todos.find(todo.id)?.done, todos.find(mine.id), mine.done]).toEqual([
        1,
        true,
        undefined,
        false,
      ])
      expect(todos.where({ status: 'open' satisfies Status }).map(({ title }) => title)).toEqual(['Milk'])
      todos.draft({ title: 'x' }).save()
      todo.destroy()
      expect([todos.restore(todo.id), todos.findBy({ title: 'x' })?.title, todos.all().length]).toEqual([todo, 'x', 2])
    })

    test('is used directly again once the others have closed', async () => {
      const second = world.client('second', { models: [Todo] })
      second.collection(Todo).on('created', () => events.push('told'))
      await second.close()
      expect(Todo.create({ title: 'Milk' }).title).toBe('Milk')
      expect(events).toEqual([])
    })
  })
})
