/** Syncro with the class in form A as esbuild lowers it: its accessors go through a WeakMap or a private field of another shape than tsc's. */
import { field, Model, synced, t } from '@syncro/model'
import { transform } from 'esbuild'
import { libraryOfClass, type TodoClass } from './syncro.js'

/** The class of `todo.ts`, with what it imports handed in: so it needs no file to be imported from. */
const source = `
export const classOf = ({ field, Model, synced, t }) => {
  @synced({ name: 'Todo' })
  class Todo extends Model {
    @field() accessor title = ''
    @field() accessor done = false
    @field(t.integer({ min: 0, max: 9 })) accessor priority = 0
    @field(t.integer()) accessor updatedAt = 0
  }
  return Todo
}
`

async function lowered(): Promise<TodoClass> {
  const { code } = await transform(source, { loader: 'ts', target: 'es2022' })
  const { classOf } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  return classOf({ field, Model, synced, t })
}

export const library = libraryOfClass(await lowered())
