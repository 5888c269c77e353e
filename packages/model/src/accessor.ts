/** What both forms put in a field's place: a getter and a setter that go straight to the field's column. */
import type { FieldDeclaration } from './metadata.js'
import { findState, stateOf } from './record-state.js'

export interface FieldAccessor {
  get(this: object): unknown
  set(this: object, value: unknown): void
}

/**
 * Reads through the state's binding, so that one class can belong to several Syncros. The value lies outside the instance: a framework's
 * proxy around it makes no difference.
 */
export function accessorOf({ index }: Pick<FieldDeclaration, 'index'>): FieldAccessor {
  return {
    get() {
      // Undefined where a tool looks at the prototype.
      const state = findState(this)
      if (state === undefined) return undefined
      const { binding, slot } = state
      if (state.staging !== undefined || binding.table.id(slot) !== state.id) return state.read(index)
      return binding.fields[index]!.read(slot)
    },
    set(value) {
      stateOf(this).write(index, value)
    },
  }
}
