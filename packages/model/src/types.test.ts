/** What must not compile, above all. The functions below are compiled, never called. */
import type { Syncro } from '@syncro/core'
import type { Value } from '@syncro/scriber'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type Draft, type FieldName, field, Model, type PlainRecord, synced, t } from './index.js'

type Status = 'open' | 'done'

interface Point {
  x: number
  y?: number
}

/** `any`, as it comes from elsewhere. */
type Anything = ReturnType<typeof JSON.parse>

interface Tree {
  readonly name: string
  readonly branches: readonly Tree[]
}

@synced({ name: 'Todo' })
class Todo extends Model {
  @field() accessor title = ''
  @field() accessor done = false
  @field(t.integer({ min: 0 })) accessor priority = 0
  @field(t.enum(['open', 'done'])) accessor status: Status = 'open'
  @field(t.date().nullable()) accessor due: Date | null = null
  @field(t.json<Point>()) accessor point: Point = { x: 0 }
  @field(t.json<Tree>()) accessor tree: Tree = { name: '', branches: [] }
  @field(t.json<[number, number] | null>()) accessor pair: [number, number] | null = null
  @field(t.json()) accessor anything: Value = null
  get label() {
    return this.title
  }
  get both() {
    return 1
  }
  set both(_value: number) {}
  shout() {
    return this.title
  }
  touch() {
    this.title = 'x'
    return Todo.create({ title: this.title })
  }
}

class Listed extends Model {
  declare title: string
  declare status: Status
  declare due: Date | null
  declare point: Point
  get label() {
    return this.title
  }
  static {
    synced(this, {
      name: 'Listed',
      fields: {
        title: t.string({ default: '', validate: z.string().max(9) }),
        status: t.enum(['open', 'done'], { default: 'open' }),
        due: t.date().nullable(),
        point: t.json<Point>({ default: () => ({ x: 1 }) }),
      },
    })
  }
}

@synced({ name: 'Row', id: 'integer' })
class Row extends Model<number> {
  @field() accessor title = ''
}

/** Compiled only. */
function compiles(_run: () => void): void {}

describe('the types of a class', () => {
  test('tell fields from the rest', () => {
    expectTypeOf<FieldName<Todo>>().toEqualTypeOf<
      'title' | 'done' | 'priority' | 'status' | 'due' | 'point' | 'tree' | 'pair' | 'anything' | 'both'
    >()
    expectTypeOf<FieldName<Listed>>().toEqualTypeOf<'title' | 'status' | 'due' | 'point'>()
    expectTypeOf<FieldName<Model>>().toEqualTypeOf<never>()
  })

  test('follow the instance through every static and every member', () => {
    compiles(() => {
      const todo = Todo.create({ title: 'x', due: new Date(0), point: { x: 1 } })
      expectTypeOf(todo).toEqualTypeOf<Todo>()
      expectTypeOf(todo.id).toEqualTypeOf<string>()
      expectTypeOf(Todo.find('x')).toEqualTypeOf<Todo | undefined>()
      expectTypeOf(Todo.findBy({ done: true })).toEqualTypeOf<Todo | undefined>()
      expectTypeOf(Todo.where({ done: true }, (one) => one.title === '')).toEqualTypeOf<Todo[]>()
      expectTypeOf(Todo.where((one) => one.done)).toEqualTypeOf<Todo[]>()
      expectTypeOf(Todo.all()).toEqualTypeOf<Todo[]>()
      expectTypeOf(Todo.count({ status: 'open' })).toEqualTypeOf<number>()
      expectTypeOf(Todo.draft({ title: 'x' })).toEqualTypeOf<Draft<Todo>>()
      expectTypeOf(todo.draft().save()).toEqualTypeOf<Todo>()
      expectTypeOf(todo.restore()).toEqualTypeOf<Todo>()
      expectTypeOf(todo.$sync).toEqualTypeOf<'synced' | 'pending' | 'refused' | 'unstored'>()
      expectTypeOf(todo.toObject()).toEqualTypeOf<PlainRecord<Todo>>()
      expectTypeOf(todo.toObject().due).toEqualTypeOf<Date | null>()
      todo.on('changed', ({ fields, record }) => {
        expectTypeOf(fields).toEqualTypeOf<readonly FieldName<Todo>[]>()
        expectTypeOf(record).toEqualTypeOf<Todo>()
      })
      Todo.on('misfit', ({ record, value }) => {
        expectTypeOf(record).toEqualTypeOf<Todo>()
        expectTypeOf(value).toEqualTypeOf<unknown>()
      })
      todo.update({ title: 'x', status: 'done' })
      const models: Model[] = [todo, Listed.create()]
      return models
    })
  })

  test('are the same through the collection of a Syncro', () => {
    compiles(() => {
      const todos = ({} as Syncro).collection(Todo)
      expectTypeOf(todos.create({ title: 'x' })).toEqualTypeOf<Todo>()
      expectTypeOf(todos.where({ done: true })).toEqualTypeOf<Todo[]>()
      expectTypeOf(({} as Syncro).collection(Row).find(7)).toEqualTypeOf<Row | undefined>()
      // @ts-expect-error A wrong value.
      todos.create({ title: 1 })
      // @ts-expect-error An id of the other kind.
      todos.find(1)
      // @ts-expect-error A getter.
      todos.where({ label: 'x' })
    })
  })

  test('refuse getters, methods, unknown names and wrong values', () => {
    compiles(() => {
      // @ts-expect-error A getter.
      Todo.create({ label: 'x' })
      // @ts-expect-error A method.
      Todo.create({ shout: () => 'x' })
      // @ts-expect-error A member of Model.
      Todo.create({ $sync: 'synced' })
      // @ts-expect-error An unknown name.
      Todo.create({ titel: 'x' })
      // @ts-expect-error A wrong value.
      Todo.create({ title: 1 })
      // @ts-expect-error Undefined is no value: leave it out.
      Todo.create({ title: undefined })
      // @ts-expect-error No member of the enum.
      Todo.create({ status: 'lost' })
      // @ts-expect-error An id of the other kind.
      Todo.create({ id: 1 })
      // @ts-expect-error A getter.
      Listed.create({ label: 'x' })
      // @ts-expect-error A wrong value.
      Listed.create({ status: 'lost' })
      // @ts-expect-error A wrong value.
      Todo.where({ due: 'today' })
      // @ts-expect-error A getter.
      Todo.where({ label: 'x' })
      // @ts-expect-error A getter.
      Todo.findBy({ label: 'x' })
      // @ts-expect-error A wrong value.
      Todo.count({ done: 'yes' })
      // @ts-expect-error A wrong value.
      Todo.draft({ done: 'yes' })
      // @ts-expect-error An id of the other kind.
      Todo.find(1)
      // @ts-expect-error The id cannot change.
      Todo.create().update({ id: 'x' })
      // @ts-expect-error A wrong value.
      Todo.create().update({ title: 1 })
      // @ts-expect-error A wrong value.
      Todo.create().title = null
      // @ts-expect-error The id cannot change.
      Todo.create().id = 'x'
      // @ts-expect-error Records are made by create.
      new Todo()
      // @ts-expect-error Only drafts are saved.
      Todo.create().save()
      // @ts-expect-error No such event.
      Todo.on('change', () => undefined)
    })
  })

  test('want integers for ids exactly where the class says so', () => {
    compiles(() => {
      expectTypeOf(Row.create({ id: 7 }).id).toEqualTypeOf<number>()
      // @ts-expect-error Nobody makes integers up.
      Row.create()
      // @ts-expect-error Nobody makes integers up.
      Row.create({ title: 'x' })
      // @ts-expect-error Text is no integer.
      Row.find('7')

      // @ts-expect-error The class does not say so.
      @synced({ name: 'One' })
      class One extends Model<number> {}
      // @ts-expect-error The instance does not say so.
      @synced({ name: 'Two', id: 'integer' })
      class Two extends Model {}
      class Three extends Model<number> {
        static {
          // @ts-expect-error The class does not say so.
          synced(this, { name: 'Three', fields: {} })
        }
      }
      class Four extends Model {
        static {
          // @ts-expect-error The instance does not say so.
          synced(this, { name: 'Four', id: 'integer', fields: {} })
        }
      }
      return [One, Two, Three, Four]
    })
  })

  test('agree with the types of fields that decorators declare', () => {
    compiles(() => {
      class Refused extends Model {
        // @ts-expect-error A bare field is for string, number and boolean.
        @field() accessor a: string | null = null
        // @ts-expect-error Not for unions.
        @field() accessor b: string | number = ''
        // @ts-expect-error Not for literals.
        @field() accessor c: 'x' | 'y' = 'x'
        // @ts-expect-error Not for objects.
        @field() accessor d: Point = { x: 0 }
        // @ts-expect-error Not for arrays.
        @field() accessor e: string[] = []
        // @ts-expect-error Not for dates.
        @field() accessor f = new Date(0)
        // @ts-expect-error Not for bigints.
        @field() accessor g = 0n
        // @ts-expect-error Not for any.
        @field() accessor h: Anything = ''
        // @ts-expect-error The accessor takes more than the enum.
        @field(t.enum(['open', 'done'])) accessor i = 'open'
        // @ts-expect-error The accessor takes null as well.
        @field(t.string()) accessor j: string | null = ''
        // @ts-expect-error The type takes null as well.
        @field(t.string().nullable()) accessor k = ''
        // @ts-expect-error Another type.
        @field(t.number()) accessor l = ''
        // @ts-expect-error Another type.
        @field(t.date()) accessor m = 0
        // @ts-expect-error Another object.
        @field(t.json<Point>()) accessor n: { x: string } = { x: '' }
        // @ts-expect-error The accessor takes undefined as well.
        @field(t.string()) accessor o: string | undefined = ''
        // @ts-expect-error There is no initial value.
        @field(t.string()) accessor p: string
        // @ts-expect-error Any is no type.
        @field(t.string()) accessor q: Anything = ''
      }
      class Stranger {
        // @ts-expect-error The class is no model.
        @field() accessor title = ''
      }
      // @ts-expect-error The class is no model.
      @synced({ name: 'Stray' })
      class Stray {}
      return [Refused, Stranger, Stray]
    })
  })

  test('agree with the types of fields that are listed', () => {
    compiles(() => {
      class Refused extends Model {
        declare title: string
        declare status: Status
        declare due: Date
        get label() {
          return this.title
        }
        shout() {
          return this.title
        }
        static {
          // @ts-expect-error Another type.
          synced(this, { name: 'Refused', fields: { title: t.number({ default: 0 }) } })
          // @ts-expect-error No default.
          synced(this, { name: 'Refused', fields: { title: t.string() } })
          // @ts-expect-error No default.
          synced(this, { name: 'Refused', fields: { due: t.date() } })
          // @ts-expect-error The type takes null as well.
          synced(this, { name: 'Refused', fields: { title: t.string().nullable() } })
          // @ts-expect-error The enum has fewer members.
          synced(this, { name: 'Refused', fields: { status: t.enum(['open'], { default: 'open' }) } })
          // @ts-expect-error A getter.
          synced(this, { name: 'Refused', fields: { label: t.string({ default: '' }) } })
          // @ts-expect-error A method.
          synced(this, { name: 'Refused', fields: { shout: t.string({ default: '' }) } })
          // @ts-expect-error No such property.
          synced(this, { name: 'Refused', fields: { titel: t.string({ default: '' }) } })
          // @ts-expect-error A member of Model.
          synced(this, { name: 'Refused', fields: { id: t.string({ default: '' }) } })
          // @ts-expect-error No fields.
          synced(this, { name: 'Refused' })
        }
      }
      return Refused
    })
  })

  test('keep types of fields to what can be recorded', () => {
    compiles(() => {
      // @ts-expect-error A function.
      t.json<{ run(): void }>()
      // @ts-expect-error Undefined inside.
      t.json<{ x: number | undefined }>()
      // @ts-expect-error An instance of a class.
      t.json<Map<string, string>>()
      // @ts-expect-error Undefined.
      t.json<Point | undefined>()
      // @ts-expect-error A wrong default.
      t.json<Point>({ default: { x: '' } })
      // @ts-expect-error A wrong default.
      t.string({ default: 1 })
      // @ts-expect-error No member of the enum.
      t.enum(['a', 'b'], { default: 'c' })
      // @ts-expect-error A validator for something else.
      t.number({ default: 0, validate: z.string() })
      // @ts-expect-error Limits are for integers.
      t.number({ min: 0 })
      return [
        t.string({ default: () => 'x' }),
        t.string({ validate: z.string().min(1) }),
        t.enum(['a', 'b'], { validate: z.enum(['a', 'b']) }),
        t.json<Tree>({ default: { name: '', branches: [] } }),
        t.json<Record<string, readonly Date[]>>(),
      ]
    })
  })

  test('keep promises out of transactions', () => {
    compiles(() => {
      const syncro = {} as Syncro
      expectTypeOf(syncro.transact(() => Todo.create().title)).toEqualTypeOf<string>()
      syncro.transact(() => {
        Todo.create().title = 'x'
      })
      // @ts-expect-error Await first.
      syncro.transact(async () => Todo.create())
    })
  })
})
