/** The classes of the records, as a program would declare them. */
import { field, Model, synced, t } from '@syncro/model'

/** Form A, decorators: what the documentation shows, lowered by tsc. */
@synced({ name: 'Todo' })
export class Todo extends Model {
  @field() accessor title = ''
  @field() accessor done = false
  @field(t.integer({ min: 0, max: 9 })) accessor priority = 0
  @field(t.integer()) accessor updatedAt = 0
}

/** Form B, plain JavaScript: the same by every compiler. */
export class TodoOfFormB extends Model {
  declare title: string
  declare done: boolean
  declare priority: number
  declare updatedAt: number
  static {
    synced(this, {
      name: 'Todo',
      fields: {
        title: t.string({ default: '' }),
        done: t.boolean({ default: false }),
        priority: t.integer({ default: 0, min: 0, max: 9 }),
        updatedAt: t.integer({ default: 0 }),
      },
    })
  }
}

/** A record that one side writes and the other writes back: what was written before it has arrived. */
export class Barrier extends Model {
  declare asked: number
  declare answered: number
  static {
    synced(this, {
      name: 'Barrier',
      fields: { asked: t.integer({ default: 0 }), answered: t.integer({ default: 0 }) },
    })
  }
}
