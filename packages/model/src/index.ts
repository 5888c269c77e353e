/** Classes whose instances stay in step: declare a class, and assign. */
export type { SyncState } from '@syncro/core'
export type { Collection } from './collection.js'
export type { Made } from './construction.js'
export type { ModelErrorCode } from './errors.js'
export type { MisfitEvent, RecordEvent, RecordEventName, RecordEvents } from './events.js'
export { type BareFieldDecorator, field, type TypedFieldDecorator } from './field.js'
export type { FieldType } from './field-type.js'
export { Model } from './model.js'
export type { StandardResult, StandardSchema } from './standard-schema.js'
export { type Declaration, type FieldTypes, type SyncedOptions, synced } from './synced.js'
export { type FieldOptions, type IntegerOptions, t } from './t.js'
export type {
  AnyModel,
  Conditions,
  CreateParameters,
  CreateValues,
  Draft,
  FieldName,
  FieldValues,
  ModelClass,
  PlainRecord,
  WhereParameters,
} from './types.js'
