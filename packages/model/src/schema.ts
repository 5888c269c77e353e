/** What a class says of itself: its name, its fields, the kind of its ids, and the Syncros that it is bound to. */
import { admitValue, defaultScriberLimits, UsageError, type Value } from '@syncro/scriber'
import type { ModelBinding } from './binding.js'
import { shown, usageError } from './errors.js'
import type { FieldType } from './field-type.js'
import { type FieldDeclaration, fieldsIn } from './metadata.js'
import type { AnyModel } from './types.js'

export interface SchemaOptions {
  readonly name?: string | undefined
  readonly id?: 'integer' | undefined
}

/** A field whose type and default are known. */
export interface SettledField {
  readonly name: string
  readonly type: FieldType<unknown>
  /** Shown where no value is set. */
  readonly default: Value
}

export class Schema {
  /** The class's name on the wire, and in messages: minifiers leave it alone. */
  readonly name: string
  /** False if the name is only what the program calls the class. */
  readonly isNamed: boolean
  readonly idType: 'string' | 'number'
  readonly declarations: readonly FieldDeclaration[]
  readonly bindings = new Set<ModelBinding>()
  #settled: readonly SettledField[] | undefined

  constructor(className: string, metadata: object, { name, id }: SchemaOptions) {
    this.name = name ?? className
    this.isNamed = name !== undefined
    this.idType = id === 'integer' ? 'number' : 'string'
    this.declarations = fieldsIn(metadata)
  }

  /**
   * The fields with types and defaults: what initial values say of them is learnt once, from an instance that is no record's.
   *
   * @param probe makes that instance, and returns it with the initial values.
   * @throws UsageError `SYNCRO_FIELD_INVALID`, `SYNCRO_FIELD_SHADOWED`.
   */
  settle(probe: () => { readonly model: AnyModel; readonly initial: readonly unknown[] }): readonly SettledField[] {
    if (this.#settled !== undefined) return this.#settled
    const { model, initial } = probe()
    this.#settled = this.declarations.map((declaration) =>
      this.#settleOne(declaration, model, initial[declaration.index]),
    )
    return this.#settled
  }

  #settleOne({ name, type }: FieldDeclaration, model: AnyModel, initial: unknown): SettledField {
    const where = `${this.name}.${name}`
    if (Object.hasOwn(model, name))
      throw usageError(
        'SYNCRO_FIELD_SHADOWED',
        `${where} is also a plain class field, which hides the synced one: what is assigned to it would never be sent. Write \`@field() accessor ${name} = …\`, or \`declare ${name}: …\` where synced() lists the fields.`,
      )
    if (type === undefined)
      throw usageError(
        'SYNCRO_FIELD_INVALID',
        `${where} has neither a type nor an initial value: write \`@field() accessor ${name} = …\`.`,
      )
    const { makeDefault, accepts, expected } = type.parts
    if (makeDefault !== undefined && initial !== undefined && !type.parts.isNullDefault)
      throw usageError(
        'SYNCRO_FIELD_INVALID',
        `${where} has an initial value and a { default } as well: drop one of them.`,
      )
    const value = initial === undefined ? makeDefault?.() : initial
    if (value === undefined)
      throw usageError(
        'SYNCRO_FIELD_INVALID',
        `${where} has no default, and clients that never set it have to show something: give it an initial value or { default: … }, or make it .nullable().`,
      )
    if (!accepts(value))
      throw usageError('SYNCRO_FIELD_INVALID', `${where} takes ${expected}, and its default is ${shown(value)}.`)
    return { name, type, default: admitDefault(value, where) }
  }
}

const schemaKey = Symbol('syncro.schema')

/** Gives a class its schema. @throws UsageError `SYNCRO_CLASS_UNDECLARED` if it has one. */
export function attachSchema(target: { readonly name: string }, metadata: object, options: SchemaOptions): void {
  if (Object.hasOwn(target, schemaKey))
    throw usageError(
      'SYNCRO_CLASS_UNDECLARED',
      `${target.name} is declared twice: use @synced, or call synced(this, …) in a static block, not both.`,
    )
  const schema = new Schema(target.name, metadata, options)
  Object.defineProperty(target, schemaKey, { value: schema })
}

/** The schema of a class itself; its parent's is another class's. @throws UsageError `SYNCRO_CLASS_UNDECLARED`. */
export function schemaOf(target: { readonly name: string }): Schema {
  if (Object.hasOwn(target, schemaKey))
    return (target as { readonly name: string; readonly [schemaKey]: Schema })[schemaKey]
  throw usageError(
    'SYNCRO_CLASS_UNDECLARED',
    `${target.name} is not declared: put @synced({ name: '${target.name}' }) above the class, or synced(this, { name: '${target.name}', fields: { … } }) into a static block.`,
  )
}

function admitDefault(value: unknown, where: string): Value {
  try {
    return admitValue(value, where, defaultScriberLimits)
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause
    throw new UsageError<'SYNCRO_FIELD_INVALID'>(
      'SYNCRO_FIELD_INVALID',
      `The default cannot be recorded: ${cause.message}`,
      { cause },
    )
  }
}
