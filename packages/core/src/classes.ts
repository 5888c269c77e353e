/** The classes that a Syncro keeps in step: bound when it is made, told of each step, let go at its end. */
import { type Scriber, type Step, UsageError } from '@syncro/scriber'
import {
  type Bindable,
  type Binding,
  bind,
  isBindable,
  type Player,
  type Registrable,
  type StepOrigin,
} from './binding.js'
import type { CoreUsageErrorCode } from './errors.js'
import { PlayerBinding } from './player-binding.js'
import type { Syncro } from './syncro.js'

export class Classes {
  readonly #scriber: Scriber
  readonly #report: (error: unknown) => void
  readonly #bindings = new Map<string, Binding>()
  readonly #collections = new Map<object, unknown>()

  /** @param report takes what a class throws when it is told. */
  constructor(scriber: Scriber, report: (error: unknown) => void) {
    this.#scriber = scriber
    this.#report = report
  }

  /**
   * Binds classes to a Syncro. All or none: a class left bound to a Syncro that could not be made would be thought to have two ever after.
   *
   * @throws UsageError `SYNCRO_CLASS_INVALID`, `SYNCRO_CLASS_TAKEN`, and what binding a class throws.
   */
  register(models: readonly Registrable[], syncro: Syncro): void {
    if (!Array.isArray(models))
      throw usageError('SYNCRO_CLASS_INVALID', '`models` is a list of classes: `new Syncro({ uid, models: [Todo] })`.')
    const bound: Binding[] = []
    try {
      for (const model of models) {
        const binding: Binding = isBindable(model)
          ? model[bind](syncro)
          : new PlayerBinding(checkedPlayer(model), this.#scriber)
        bound.push(binding)
        this.#add(model, binding)
      }
    } catch (error) {
      for (const binding of bound) binding.release()
      throw error
    }
  }

  /** @throws UsageError `SYNCRO_CLASS_UNKNOWN` */
  collection<Collection>(bindable: Bindable<Collection>, uid: string): Collection {
    const collection = this.#collections.get(bindable)
    if (collection === undefined)
      throw usageError(
        'SYNCRO_CLASS_UNKNOWN',
        `This Syncro does not know the class: name it in \`new Syncro({ uid: ${JSON.stringify(uid)}, models: […] })\`.`,
      )
    return collection as Collection
  }

  /** Tells each class what a step did to its records. */
  tell({ effects }: Step, origin: StepOrigin): void {
    // Most steps are one change: they need no sorting.
    if (effects.length === 1) this.#told(effects[0]!.name, effects, origin)
    else for (const [name, group] of byName(effects)) this.#told(name, group, origin)
  }

  release(): void {
    for (const binding of this.#bindings.values()) binding.release()
  }

  #add(model: Registrable, binding: Binding): void {
    this.#scriber.checkName(binding.name)
    if (this.#bindings.has(binding.name))
      throw usageError(
        'SYNCRO_CLASS_TAKEN',
        `Two classes of this Syncro are named ${JSON.stringify(binding.name)}: the name tells them apart on the wire, so give each its own.`,
      )
    this.#bindings.set(binding.name, binding)
    this.#collections.set(model, binding.collection)
  }

  #told(name: string, effects: Step['effects'], origin: StepOrigin): void {
    try {
      this.#bindings.get(name)?.told(effects, origin)
    } catch (error) {
      this.#report(error)
    }
  }
}

function byName(effects: Step['effects']): Map<string, Step['effects']> {
  const first = effects[0]
  const groups = new Map<string, Step['effects'][number][]>()
  if (first !== undefined && effects.every(({ name }) => name === first.name)) return new Map([[first.name, effects]])
  for (const effect of effects) {
    const group = groups.get(effect.name)
    if (group === undefined) groups.set(effect.name, [effect])
    else group.push(effect)
  }
  return groups
}

function checkedPlayer(player: Player): Player {
  if (typeof player?.name === 'string' && typeof player.play === 'function') return player
  const name =
    typeof player === 'function' ? `The class ${String((player as { readonly name: unknown }).name)}` : 'What was given'
  throw usageError(
    'SYNCRO_CLASS_INVALID',
    `${name} is no model: declare it with synced() of @syncro/model, or give an object with \`name\` and \`play(change)\`.`,
  )
}

function usageError(code: CoreUsageErrorCode, message: string): UsageError<CoreUsageErrorCode> {
  return new UsageError(code, message)
}
