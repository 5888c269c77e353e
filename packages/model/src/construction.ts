/** Instances are made by their collection alone: it lays down what the next one is of, and `Model`'s constructor takes it up. */
import { usageError } from './errors.js'
import type { RecordState } from './record-state.js'
import type { AnyModel, ModelClass } from './types.js'

declare const made: unique symbol

/** What only Syncro can hand to a constructor: use `Todo.create({…})`, not `new Todo()`. */
export interface Made {
  readonly [made]: true
}

interface Pending {
  readonly target: unknown
  readonly state: RecordState
}

let pending: Pending | undefined

/** Makes an instance of a class, for a state. */
export function construct(target: ModelClass<AnyModel>, state: RecordState): void {
  const outer = pending
  pending = { target, state }
  try {
    ;new (target as unknown as new () => AnyModel)()
  } finally {
    pending = outer
  }
}

/** What the instance that is being constructed is of. @throws UsageError `SYNCRO_NEW_BY_HAND`. */
export function takeState(target: { readonly name: string }): RecordState {
  const taken = pending
  if (taken?.target !== target)
    throw usageError(
      'SYNCRO_NEW_BY_HAND',
      `new ${target.name}() makes no record. Use ${target.name}.create({ … }), or ${target.name}.draft({ … }) for one that is saved later.`,
    )
  pending = undefined
  return taken.state
}
