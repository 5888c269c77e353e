import type { Bindable } from '@syncro/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { codeOf, errorOf, World } from '../test/world.js'
import { field, Model, synced, t } from './index.js'
import { metadataKey } from './metadata.js'

describe('declaring a class', () => {
  let world: World

  beforeEach(() => {
    world = new World()
  })

  /** The error of a first use in a Syncro. */
  const bindingOf = (target: Bindable) => errorOf(() => world.client('alice', { models: [target] }))

  describe('with a name', () => {
    class Unnamed extends Model {
      declare title: string
      static {
        synced(this, { fields: { title: t.string({ default: '' }) } })
      }
    }

    test('that is missing is warned of in development, and refused in production', () => {
      world.client('alice', { models: [Unnamed] })
      expect(world.warnings.map(({ code }) => code)).toEqual(['SYNCRO_CLASS_UNNAMED'])
      expect(world.warnings[0]?.message).toContain("synced({ name: 'Unnamed' })")
      expect(codeOf(() => world.client('bob', { models: [Unnamed], mode: 'production' }))).toBe('SYNCRO_CLASS_UNNAMED')
    })

    test('given twice in one Syncro is refused, and leaves both classes free', () => {
      const [One, Two] = [1, 2].map(() => {
        @synced({ name: 'Todo' })
        class Todo extends Model {
          @field() accessor title = ''
        }
        return Todo
      })
      expect(codeOf(() => world.client('alice', { models: [One!, Two!] }))).toBe('SYNCRO_CLASS_TAKEN')
      expect(codeOf(() => One!.create())).toBe('SYNCRO_CLASS_UNBOUND')
      world.client('alice', { models: [One!] })
      expect(One!.create({ title: 'x' }).title).toBe('x')
    })

    test('that cannot travel is refused', () => {
      @synced({ name: '__proto__' })
      class Bad extends Model {}
      expect(bindingOf(Bad)?.message).toContain('cannot name a class')
    })
  })

  test('that is used without a Syncro, or that nobody declared, says so', () => {
    @synced({ name: 'Free' })
    class Free extends Model {}
    class Bare extends Model {}
    class Child extends Free {}
    expect(codeOf(() => Free.all())).toBe('SYNCRO_CLASS_UNBOUND')
    expect(codeOf(() => Bare.all())).toBe('SYNCRO_CLASS_UNDECLARED')
    expect(bindingOf(Child)?.message).toContain("@synced({ name: 'Child' })")
  })

  test('refuses names of fields that Syncro uses', () => {
    for (const name of [
      '$title',
      'id',
      'update',
      'save',
      'toString',
      'constructor',
      '__proto__',
      '',
      'x'.repeat(257),
    ]) {
      const error = errorOf(() => {
        class Bad extends Model {}
        synced(Bad, { name: 'Bad', fields: Object.fromEntries([[name, t.string({ default: '' })]]) as never })
      })
      expect(error?.code, name).toBe('SYNCRO_FIELD_INVALID')
    }
    const decorated = errorOf(() => {
      class Bad extends Model {
        @field() accessor $title = ''
      }
      return Bad
    })
    expect(decorated?.message).toContain('"$title" cannot name a field')
  })

  test('refuses a plain class field that hides a synced one, at the first construction', () => {
    class Listed extends Model {
      title = ''
      static {
        synced(this, { name: 'Listed', fields: { title: t.string({ default: '' }) } })
      }
    }
    class Parent extends Model {
      @field() accessor title = ''
    }
    @synced({ name: 'Child' })
    class Child extends Parent {
      // @ts-expect-error TypeScript sees it too.
      override title = 'mine'
    }
    for (const target of [Listed, Child]) {
      const error = bindingOf(target)
      expect(error?.code).toBe('SYNCRO_FIELD_SHADOWED')
      expect(error?.message).toMatch(/^(Listed|Child)\.title is also a plain class field/)
      expect(error?.message).toContain('@field() accessor title')
    }
  })

  test('refuses defaults that are missing, wrong, or given twice', () => {
    const refused = (fields: object) => {
      class Bad extends Model {
        declare x: never
        static {
          synced(this, { name: 'Bad', fields: fields as never })
        }
      }
      return bindingOf(Bad)
    }
    expect(refused({ x: t.string() })?.message).toContain('Bad.x has no default')
    expect(refused({ x: t.integer({ default: 11, max: 9 }) })?.message).toContain(
      'Bad.x takes a whole number up to 9, and its default is 11',
    )
    expect(refused({ x: t.integer({ default: 1, min: 2 }) })?.code).toBe('SYNCRO_FIELD_INVALID')
    expect(refused({ x: t.json({ default: new Map() as never }) })?.message).toContain('Bad.x is an instance of Map')
    @synced({ name: 'Twice' })
    class Twice extends Model {
      @field(t.string({ default: 'a' })) accessor title = 'b'
    }
    expect(bindingOf(Twice)?.message).toContain('Twice.title has an initial value and a { default } as well')
  })

  test('refuses types that say nothing', () => {
    expect(codeOf(() => t.integer({ min: 2, max: 1 }))).toBe('SYNCRO_FIELD_INVALID')
    expect(codeOf(() => t.integer({ min: 0.5 }))).toBe('SYNCRO_FIELD_INVALID')
    expect(codeOf(() => t.enum([]))).toBe('SYNCRO_FIELD_INVALID')
    expect(codeOf(() => t.enum([1] as never))).toBe('SYNCRO_FIELD_INVALID')
  })

  test('says what is wrong with misused decorators', () => {
    const misuses: Record<string, () => unknown> = {
      'synced without a call': () => {
        // @ts-expect-error What is wrong here.
        @synced
        class Bad extends Model {}
        return Bad
      },
      'field without a call': () => {
        class Bad extends Model {
          // @ts-expect-error What is wrong here.
          @field accessor title = ''
        }
        return Bad
      },
      'a plain property': () => {
        class Bad extends Model {
          // @ts-expect-error What is wrong here.
          @field() title = ''
        }
        return Bad
      },
      'a static accessor': () => {
        class Bad extends Model {
          // @ts-expect-error What is wrong here.
          @field() static accessor title = ''
        }
        return Bad
      },
      'a private accessor': () => {
        class Bad extends Model {
          @field() accessor #title = ''
          get shown() {
            return this.#title
          }
        }
        return Bad
      },
      'legacy decorators': () => (field() as unknown as (target: object, key: string) => void)({}, 'title'),
      'legacy class decorators': () =>
        (synced({ name: 'Bad' }) as unknown as (target: object) => void)(class extends Model {}),
      'no metadata': () =>
        (field() as unknown as (target: object, context: object) => void)(
          {},
          { kind: 'accessor', name: 'title', static: false, private: false },
        ),
      'a name that is no text': () => synced({ name: 5 as never }),
      'ids of no kind': () => synced({ id: 'uuid' as never }),
    }
    for (const [name, misuse] of Object.entries(misuses)) expect(codeOf(misuse), name).toBe('SYNCRO_DECORATOR_MISUSED')
  })

  test('refuses a bare field whose initial value tells no type', () => {
    @synced({ name: 'Bad' })
    class Bad extends Model {
      @field() accessor due: string = null as never
    }
    expect(bindingOf(Bad)?.message).toContain('name a type, like @field(t.date())')
  })

  test('refuses what is no model, and what is declared twice', () => {
    expect(codeOf(() => synced(class {} as never, { name: 'Bad', fields: {} }))).toBe('SYNCRO_CLASS_UNDECLARED')
    expect(codeOf(() => synced({ name: 'Bad' })(class {} as never, { kind: 'class', metadata: {} } as never))).toBe(
      'SYNCRO_CLASS_UNDECLARED',
    )
    class Twice extends Model {}
    synced(Twice, { name: 'Twice', fields: {} })
    expect(codeOf(() => synced(Twice, { name: 'Twice', fields: {} }))).toBe('SYNCRO_CLASS_UNDECLARED')
    expect(codeOf(() => synced(class Bad extends Model {}, { name: 'Bad' } as never))).toBe('SYNCRO_FIELD_INVALID')
    const typeless = () => synced(class Bad extends Model {}, { name: 'Bad', fields: { title: 'string' } as never })
    expect(codeOf(typeless)).toBe('SYNCRO_FIELD_INVALID')
  })

  test('refuses both forms in one class', () => {
    class Mixed extends Model {
      @field() accessor title = ''
      declare note: string
    }
    const Plain = class extends Mixed {}
    synced(Plain, { name: 'Plain', fields: { note: t.string({ default: '' }) } })
    world.client('alice', { models: [Plain] })
    expect(Plain.create({ title: 'x', note: 'y' }).toObject()).toMatchObject({ title: 'x', note: 'y' })

    class Stray extends Model {
      @field() accessor title = ''
      declare note: string
    }
    // As a static block would find it: the decorators' metadata is not there yet.
    Object.defineProperty(Stray, metadataKey, { value: Object.create(null), configurable: true })
    synced(Stray, { name: 'Stray', fields: { note: t.string({ default: '' }) } })
    expect(bindingOf(Stray)?.message).toContain('Stray.title is marked with @field')
  })

  describe('as a subclass', () => {
    class Base extends Model {
      @field() accessor createdBy = 'nobody'
      @field() accessor title = 'base'
    }

    @synced({ name: 'Task' })
    class Task extends Base {
      @field() accessor hours = 1
      @field() override accessor title = 'task'
    }

    @synced({ name: 'Note' })
    class Note extends Base {
      @field() accessor text = 'text'
    }

    class Memo extends Note {
      declare pinned: boolean
      static {
        synced(this, { name: 'Memo', fields: { pinned: t.boolean({ default: true }) } })
      }
    }

    @synced({ name: 'Letter' })
    class Letter extends Memo {
      @field() accessor to = 'somebody'
    }

    test('inherits fields, replaces some, and gives none to its parent or its sisters', () => {
      const alice = world.client('alice', { models: [Task, Note, Memo, Letter] })
      const id = 'x'
      expect(Task.create({ id }).toObject()).toEqual({ id, createdBy: 'nobody', title: 'task', hours: 1 })
      expect(Note.create({ id }).toObject()).toEqual({ id, createdBy: 'nobody', title: 'base', text: 'text' })
      expect(Memo.create({ id }).toObject()).toEqual({
        id,
        createdBy: 'nobody',
        title: 'base',
        text: 'text',
        pinned: true,
      })
      expect(Letter.create({ id }).toObject()).toEqual({
        id,
        createdBy: 'nobody',
        title: 'base',
        text: 'text',
        pinned: true,
        to: 'somebody',
      })
      const letter = Letter.find(id)!
      letter.update({ to: 'Ann', pinned: false, createdBy: 'Bob' })
      letter.title = 'Dear'
      expect(letter.toObject()).toEqual({ id, createdBy: 'Bob', title: 'Dear', text: 'text', pinned: false, to: 'Ann' })
      expect([...alice.scriber.ledger.table('Note').columns.keys()]).toEqual(['createdBy', 'title', 'text'])
      expect([Task.count(), Note.count(), Memo.count(), Letter.count()]).toEqual([1, 1, 1, 1])
    })
  })

  describe('with integer ids', () => {
    @synced({ name: 'Row', id: 'integer' })
    class Row extends Model<number> {
      @field() accessor title = ''
    }

    test('takes them, and makes none up', () => {
      const alice = world.client('alice', { models: [Row] })
      const row = Row.create({ id: 7, title: 'seven' })
      expect([row.id, Row.find(7), Row.where({ id: 7 })]).toEqual([7, row, [row]])
      expect(codeOf(() => Row.create({ title: 'x' } as never))).toBe('SYNCRO_ID_INVALID')
      expect(codeOf(() => Row.create({ id: '7' as never }))).toBe('SYNCRO_ID_INVALID')
      expect(codeOf(() => Row.create({ id: 1.5 }))).toBe('SYNCRO_ID_INVALID')
      alice.record('Row', 'create', '8', { title: 'eight' })
      expect(Row.all()).toEqual([row])
      expect(world.warnings.map(({ code }) => code)).toEqual(['SYNCRO_ID_MISFIT'])
    })
  })

  test('runs initialisers and constructors for new records only, as far as values go', () => {
    let runs = 0
    @synced({ name: 'Counted' })
    class Counted extends Model {
      @field() accessor number = runs++
      @field() accessor note = ''
      constructor(...made: ConstructorParameters<typeof Model>) {
        super(...made)
        this.note = `made ${this.number}`
      }
    }
    const alice = world.client('alice', { models: [Counted] })
    const steps: unknown[] = []
    alice.scriber.on('step', ({ batch }) => steps.push(batch?.changes.length))
    expect(Counted.create({ id: 'a' }).toObject()).toEqual({ id: 'a', number: 1, note: 'made 1' })
    alice.record('Counted', 'create', 'b', { note: 'theirs' })
    expect(Counted.find('b')?.toObject()).toEqual({ id: 'b', number: 0, note: 'theirs' })
    expect(steps).toEqual([1, 1])
  })
})
