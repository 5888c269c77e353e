/** `@field()`: the decorator for fields. */
import { accessorOf } from './accessor.js'
import { usageError } from './errors.js'
import { checkFieldName } from './field-name.js'
import { FieldType } from './field-type.js'
import { declareField, type FieldDeclaration } from './metadata.js'
import { stateOf } from './record-state.js'
import { Building } from './staging.js'
import { t } from './t.js'
import type { AnyModel } from './types.js'

type IsAny<T> = 0 extends 1 & T ? true : false
type Same<A, B> = IsAny<A> extends true ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** The decorator that `field(type)` gives: it fits accessors of exactly that type, in classes that extend `Model`. */
export type TypedFieldDecorator<Value> = <This extends AnyModel, Declared>(
  target: ClassAccessorDecoratorTarget<This, Declared>,
  context: Same<Declared, Value> extends true
    ? ClassAccessorDecoratorContext<This, Declared>
    : { readonly 'the accessor is declared': Declared; readonly 'its field type takes': Value },
) => ClassAccessorDecoratorResult<This, Declared>

/** The decorator that `field()` gives: it fits accessors of `string`, `number` and `boolean`. */
export type BareFieldDecorator = <This extends AnyModel, Declared>(
  target: ClassAccessorDecoratorTarget<This, Declared>,
  context: true extends Same<Declared, string> | Same<Declared, number> | Same<Declared, boolean>
    ? ClassAccessorDecoratorContext<This, Declared>
    : 'field() without a type is for string, number and boolean: name a type, like field(t.date())',
) => ClassAccessorDecoratorResult<This, Declared>

/**
 * Makes an accessor a field: `@field() accessor title = ''`, `@field(t.integer({ min: 0 })) accessor priority = 0`. The initial value is the
 * field's default.
 *
 * @param type what the field takes. Without one it is that of the initial value: text, a number or a boolean.
 * @throws UsageError, where the class is declared: `SYNCRO_DECORATOR_MISUSED`, `SYNCRO_FIELD_INVALID` for the name.
 */
export function field(): BareFieldDecorator
export function field<Value>(type: FieldType<Value>): TypedFieldDecorator<Value>
export function field(type?: unknown): (target: unknown, context: unknown) => object {
  if (type !== undefined && !(type instanceof FieldType)) {
    throw misused(
      '@field takes a type made with t, and is called even without one: write `@field() accessor title = …`',
    )
  }
  return (_target, context) => {
    const { name, metadata } = checkedContext(context)
    checkFieldName(name)
    return decorated(declareField(metadata, name, type))
  }
}

/** What is known of the accessor that a field is put on. */
interface FieldContext {
  readonly name: string
  readonly metadata: object
}

function checkedContext(context: unknown): FieldContext {
  if (typeof context !== 'object' || context === null)
    throw misused('the class was compiled with legacy decorators: turn `experimentalDecorators` off')
  const {
    kind,
    name,
    static: isStatic,
    private: isPrivate,
    metadata,
  } = context as Partial<ClassAccessorDecoratorContext>
  if (kind !== 'accessor' || isStatic || isPrivate || typeof name !== 'string')
    throw misused(
      `@field is for public accessors of instances, not for ${String(name)}: write \`@field() accessor ${String(name)} = …\``,
    )
  if (metadata === undefined)
    throw misused(
      'the class was compiled without decorator metadata: import @syncro/model before it is evaluated, and look for modules that import each other',
    )
  return { name, metadata }
}

function decorated(declaration: FieldDeclaration): object {
  return {
    ...accessorOf(declaration),
    init(this: AnyModel, value: unknown): undefined {
      learnType(declaration, value)
      const { binding, staging } = stateOf(this)
      binding.checkDeclared(declaration)
      if (staging instanceof Building) staging.write(declaration.index, value)
      // The accessor's own slot stays empty: values lie in the ledger.
      return undefined
    },
  }
}

function learnType(declaration: FieldDeclaration, value: unknown): void {
  if (declaration.type !== undefined) return
  if (typeof value === 'string') declaration.type = t.string() as FieldType<unknown>
  else if (typeof value === 'number') declaration.type = t.number() as FieldType<unknown>
  else if (typeof value === 'boolean') declaration.type = t.boolean() as FieldType<unknown>
  else
    throw usageError(
      'SYNCRO_FIELD_INVALID',
      `@field() takes its type from the initial value, and that of ${declaration.name} is no text, number or boolean: name a type, like @field(t.date()).`,
    )
}

function misused(problem: string) {
  return usageError('SYNCRO_DECORATOR_MISUSED', `A field cannot be declared: ${problem}.`)
}
