/** The classes of the board: in both forms, and one in an older version. Made anew for each program, since classes remember who binds them. */
import type { Bindable } from '@syncro/core'
import { type Collection, field, Model, synced, t } from '@syncro/model'

/** A class, whatever its form; `syncro.collection` gives its records. */
type ClassOf<M> = Bindable<Collection<M>>

interface Todo extends Model {
  title: string
  done: boolean
  priority: number
  due: Date | null
  tags: readonly string[]
  size: bigint
  icon: Uint8Array
}

interface Note extends Model {
  text: string
  about: string
  seen: boolean
}

interface Counter extends Model<number> {
  value: number
}

interface Piece extends Model {
  token: string
  note: string
}

function decoratedTodo() {
  @synced({ name: 'Todo' })
  class Todo extends Model {
    @field() accessor title = ''
    @field() accessor done = false
    @field(t.integer({ min: 0, max: 9 })) accessor priority = 3
    @field(t.date().nullable()) accessor due: Date | null = null
    @field(t.json<readonly string[]>()) accessor tags: readonly string[] = []
    @field(t.bigint()) accessor size = 0n
    @field(t.bytes()) accessor icon: Uint8Array = new Uint8Array()
  }
  return Todo
}

function listedTodo() {
  class Todo extends Model {
    declare title: string
    declare done: boolean
    declare priority: number
    declare due: Date | null
    declare tags: readonly string[]
    declare size: bigint
    declare icon: Uint8Array
    static {
      synced(this, {
        name: 'Todo',
        fields: {
          title: t.string({ default: '' }),
          done: t.boolean({ default: false }),
          priority: t.integer({ min: 0, max: 9, default: 3 }),
          due: t.date().nullable(),
          tags: t.json<readonly string[]>({ default: [] }),
          size: t.bigint({ default: 0n }),
          icon: t.bytes({ default: () => new Uint8Array() }),
        },
      })
    }
  }
  return Todo
}

/** As it was before it had more than two fields. */
function olderTodo() {
  @synced({ name: 'Todo' })
  class Todo extends Model {
    @field() accessor title = ''
    @field() accessor done = false
  }
  return Todo
}

function notes() {
  class Note extends Model {
    declare text: string
    declare about: string
    declare seen: boolean
    static {
      synced(this, {
        name: 'Note',
        fields: {
          text: t.string({ default: '' }),
          about: t.string({ default: '' }),
          seen: t.boolean({ default: false }),
        },
      })
    }
  }
  return Note
}

function counters() {
  @synced({ name: 'Counter', id: 'integer' })
  class Counter extends Model<number> {
    @field() accessor value = 0
  }
  return Counter
}

/** Three of them belong together: their tokens are only ever written in one transaction. */
function pieces() {
  @synced({ name: 'Piece' })
  class Piece extends Model {
    @field() accessor token = ''
    @field() accessor note = ''
  }
  return Piece
}

export type TodoForm = 'decorated' | 'listed' | 'older'

export const todoFields = {
  decorated: ['title', 'done', 'priority', 'due', 'tags', 'size', 'icon'],
  listed: ['title', 'done', 'priority', 'due', 'tags', 'size', 'icon'],
  older: ['title', 'done'],
} as const

export interface Classes {
  readonly Todo: ClassOf<Todo>
  readonly Note: ClassOf<Note>
  readonly Counter: ClassOf<Counter>
  readonly Piece: ClassOf<Piece>
}

/** All forms of a class are handled as the newest: whoever has an older one leaves alone what it does not have. */
export function makeClasses(form: TodoForm): Classes {
  const makeTodo = { decorated: decoratedTodo, listed: listedTodo, older: olderTodo }[form]
  return { Todo: makeTodo() as ClassOf<Todo>, Note: notes(), Counter: counters(), Piece: pieces() }
}
