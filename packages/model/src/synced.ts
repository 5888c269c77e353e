/** `synced`: declares a class, as a decorator or by a call in its static block. */
import { accessorOf } from './accessor.js'
import type { Made } from './construction.js'
import { shown, usageError } from './errors.js'
import { checkFieldName } from './field-name.js'
import { FieldType } from './field-type.js'
import { declareField, metadataOf } from './metadata.js'
import { Model } from './model.js'
import { attachSchema, type SchemaOptions } from './schema.js'
import type { AnyModel, FieldName } from './types.js'

export interface SyncedOptions {
  /**
   * The class's name on the wire: the same on every client, for ever. Without one it is what the program calls the class, which minifiers
   * change: a warning in development, `SYNCRO_CLASS_UNNAMED` in production.
   */
  readonly name?: string
  /** Ids are text; `'integer'` for classes whose ids are whole numbers. Such a class extends `Model<number>`. */
  readonly id?: 'integer'
}

type IdFor<Options> = Options extends { readonly id: 'integer' } ? number : string

/** The types of a class's fields, each the type of the property it is for, with a default. */
export type FieldTypes<M> = { readonly [Key in FieldName<M>]?: FieldType<M[Key], true> }

/** What `synced(this, …)` takes for a class. */
export type Declaration<M extends AnyModel> = {
  readonly name?: string
  readonly fields: FieldTypes<M>
} & (M['id'] extends number ? { readonly id: 'integer' } : { readonly id?: never })

/**
 * Declares a class whose instances are kept in step: `@synced({ name: 'Todo' })`, with its fields marked by `@field()`.
 *
 * @throws UsageError, where the class is declared: `SYNCRO_DECORATOR_MISUSED`, `SYNCRO_CLASS_UNDECLARED` if it is no `Model`.
 */
export function synced<const Options extends SyncedOptions = SyncedOptions>(
  options?: Options,
): <Class extends abstract new (madeByCreate: Made) => AnyModel & { readonly id: IdFor<Options> }>(
  target: Class,
  context: ClassDecoratorContext<Class>,
) => void
/**
 * Declares a class without decorators, in its static block: `static { synced(this, { name: 'Todo', fields: { title: t.string({ default: '' }) } }) }`,
 * with each field declared as a property, like `declare title: string`.
 *
 * @throws UsageError, where the class is declared: `SYNCRO_FIELD_INVALID`, `SYNCRO_CLASS_UNDECLARED` if it is no `Model` or declared already.
 */
export function synced<M extends AnyModel>(
  target: abstract new (madeByCreate: Made) => M,
  declaration: Declaration<M>,
): void
export function synced(first?: unknown, second?: unknown): unknown {
  if (typeof first === 'function') return declare(first, second)
  const options = checkOptions(first)
  return (target: unknown, context: unknown) => {
    if (!isClassContext(context))
      throw misused('@synced is for classes, compiled with standard decorators: turn `experimentalDecorators` off')
    checkModel(target)
    attachSchema(target, context.metadata, options)
  }
}

function declare(target: unknown, declaration: unknown): void {
  if (typeof declaration === 'object' && declaration !== null && 'kind' in declaration)
    throw misused("@synced is called: write `@synced({ name: 'Todo' })`")
  checkModel(target)
  const options = checkOptions(declaration)
  const { fields } = declaration as { readonly fields?: unknown }
  if (typeof fields !== 'object' || fields === null)
    throw usageError(
      'SYNCRO_FIELD_INVALID',
      `synced(${target.name}, …) takes the fields with their types: { name: '${target.name}', fields: { title: t.string({ default: '' }) } }.`,
    )
  const metadata = metadataOf(target)
  for (const [name, type] of Object.entries(fields)) {
    checkFieldName(name)
    if (!(type instanceof FieldType))
      throw usageError(
        'SYNCRO_FIELD_INVALID',
        `${target.name}.${name} is given ${shown(type)} for a type: make one with t, like t.string({ default: '' }).`,
      )
    Object.defineProperty(target.prototype, name, {
      ...accessorOf(declareField(metadata, name, type)),
      configurable: true,
    })
  }
  attachSchema(target, metadata, options)
}

function checkModel(target: unknown): asserts target is typeof Model {
  if (typeof target === 'function' && target.prototype instanceof Model) return
  const name = typeof target === 'function' ? target.name : shown(target)
  throw usageError(
    'SYNCRO_CLASS_UNDECLARED',
    `${name} cannot be synced, since it is no model: write \`class ${name} extends Model\`.`,
  )
}

function checkOptions(options: unknown): SchemaOptions {
  const { name, id } = (options ?? {}) as { readonly name?: unknown; readonly id?: unknown }
  if (name !== undefined && typeof name !== 'string')
    throw misused(`a class's name is text, and this is ${shown(name)}`)
  if (id !== undefined && id !== 'integer') throw misused(`ids are text, or { id: 'integer' }, and not ${shown(id)}`)
  return { name, id }
}

function isClassContext(context: unknown): context is { readonly metadata: object } {
  return (
    typeof context === 'object' &&
    context !== null &&
    'kind' in context &&
    context.kind === 'class' &&
    'metadata' in context &&
    typeof context.metadata === 'object'
  )
}

function misused(problem: string) {
  return usageError('SYNCRO_DECORATOR_MISUSED', `A class cannot be declared: ${problem}.`)
}
