/** One class in both forms, made anew for each test. That both fit one type proves their static side equal. */
import { field, Model, synced, t } from '@syncro/model'

export type Status = 'open' | 'doing' | 'done'

function decorated() {
  @synced({ name: 'Todo' })
  class Todo extends Model {
    @field() accessor title = ''
    @field() accessor done = false
    @field(t.integer({ min: 0, max: 9 })) accessor priority = 3
    @field() accessor weight = 0.5
    @field(t.enum(['open', 'doing', 'done'])) accessor status: Status = 'open'
    @field(t.date().nullable()) accessor due: Date | null = null
    @field(t.json<readonly string[]>()) accessor tags: readonly string[] = []
    @field(t.bigint()) accessor size = 0n
    @field(t.bytes()) accessor icon: Uint8Array = new Uint8Array()
    @field(t.string().nullable()) accessor note: string | null = 'none yet'
    isEdited = false
    #shouts = 0
    get label(): string {
      return `${this.title} (${this.priority})`
    }
    get percent(): number {
      return this.weight * 100
    }
    set percent(percent: number) {
      this.weight = percent / 100
    }
    shout(): string {
      this.#shouts += 1
      return `${this.title}${'!'.repeat(this.#shouts)}`
    }
  }
  return Todo
}

function listed() {
  class Todo extends Model {
    declare title: string
    declare done: boolean
    declare priority: number
    declare weight: number
    declare status: Status
    declare due: Date | null
    declare tags: readonly string[]
    declare size: bigint
    declare icon: Uint8Array
    declare note: string | null
    isEdited = false
    #shouts = 0
    get label(): string {
      return `${this.title} (${this.priority})`
    }
    get percent(): number {
      return this.weight * 100
    }
    set percent(percent: number) {
      this.weight = percent / 100
    }
    shout(): string {
      this.#shouts += 1
      return `${this.title}${'!'.repeat(this.#shouts)}`
    }
    static {
      synced(this, {
        name: 'Todo',
        fields: {
          title: t.string({ default: '' }),
          done: t.boolean({ default: false }),
          priority: t.integer({ min: 0, max: 9, default: 3 }),
          weight: t.number({ default: 0.5 }),
          status: t.enum(['open', 'doing', 'done'], { default: 'open' }),
          due: t.date().nullable(),
          tags: t.json<readonly string[]>({ default: [] }),
          size: t.bigint({ default: 0n }),
          icon: t.bytes({ default: () => new Uint8Array() }),
          note: t.string({ default: 'none yet' }).nullable(),
        },
      })
    }
  }
  return Todo
}

/** The fields of a to-do that nothing was set in. */
export const untouched = {
  title: '',
  done: false,
  priority: 3,
  weight: 0.5,
  status: 'open',
  due: null,
  tags: [],
  size: 0n,
  icon: new Uint8Array(),
  note: 'none yet',
}

export type TodoClass = ReturnType<typeof decorated>
export type Todo = InstanceType<TodoClass>

export const forms: readonly (readonly [form: string, declare: () => TodoClass])[] = [
  ['decorators', decorated],
  ['a static block', listed as () => unknown as () => TodoClass],
]
