/**
 * Where a class carries its fields: in the metadata of standard decorators, an object per class that inherits from its parent's.
 *
 * No platform has `Symbol.metadata` yet, and code lowered by tsc makes no metadata without it. A class with fields extends `Model`, so this
 * module has always run before such a class is evaluated, whatever else is imported and in whatever order. The symbol that another library
 * may have put there first is kept.
 */
import type { FieldType } from './field-type.js'

/** `Symbol.metadata`, defined where the platform has none. Whoever needs metadata uses this, so that no bundler drops the definition. */
export const metadataKey: symbol = definedMetadataKey()

/** A field as its class declares it. */
export interface FieldDeclaration {
  readonly name: string
  /** Its place among the fields of its class, the same in every subclass. */
  readonly index: number
  /** Undefined for `@field()` until the first initial value tells it. */
  type: FieldType<unknown> | undefined
}

const fieldsKey = Symbol('syncro.fields')

interface Metadata {
  [fieldsKey]?: FieldDeclaration[]
}

/** The metadata of a class, made where no decorator has. */
export function metadataOf(target: object): object {
  if (Object.hasOwn(target, metadataKey)) return (target as Record<symbol, object>)[metadataKey]!
  const inherited = (Object.getPrototypeOf(target) as Record<symbol, object | undefined>)[metadataKey]
  const metadata = Object.create(inherited ?? null) as object
  Object.defineProperty(target, metadataKey, { value: metadata, configurable: true, writable: true })
  return metadata
}

/** The fields of a class, inherited ones first. */
export function fieldsIn(metadata: object): readonly FieldDeclaration[] {
  return (metadata as Metadata)[fieldsKey] ?? []
}

/** Adds a field to a class, or replaces the inherited one of that name; the parent's list stays as it is. */
export function declareField(metadata: Metadata, name: string, type: FieldType<unknown> | undefined): FieldDeclaration {
  if (!Object.hasOwn(metadata, fieldsKey)) metadata[fieldsKey] = [...fieldsIn(metadata)]
  const fields = metadata[fieldsKey]!
  const inherited = fields.findIndex((field) => field.name === name)
  const index = inherited < 0 ? fields.length : inherited
  const declaration: FieldDeclaration = { name, index, type }
  fields[index] = declaration
  return declaration
}

function definedMetadataKey(): symbol {
  const symbols = Symbol as { metadata?: symbol }
  symbols.metadata ??= Symbol.for('Symbol.metadata')
  return symbols.metadata
}
