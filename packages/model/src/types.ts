/** What the type of an instance says of its class: which properties are fields, and what can be given for them. */
import type { SyncState } from '@syncro/core'
import type { RecordId } from '@syncro/scriber'
import type { Made } from './construction.js'
import type { Model } from './model.js'

/** What every instance has, whatever its fields and the type of its id. */
export interface AnyModel {
  readonly id: RecordId
  readonly $sync: SyncState
  readonly $destroyed: boolean
}

/** A class of records. */
export type ModelClass<M extends AnyModel> = abstract new (madeByCreate: Made) => M

type AnyFunction = (...values: never) => unknown
type Identical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type IsReadonly<M, Key extends keyof M> = Identical<Pick<M, Key>, Readonly<Pick<M, Key>>>
type OwnKey<M> = Exclude<keyof M, keyof Model> & string

/** The names of an instance's fields: what can be written and is no function. Getters, methods and what `Model` brings are none. */
export type FieldName<M> = {
  [Key in OwnKey<M>]: Key extends `$${string}`
    ? never
    : NonNullable<M[Key]> extends AnyFunction
      ? never
      : IsReadonly<M, Key> extends true
        ? never
        : Key
}[OwnKey<M>]

/** Values for some of an instance's fields. */
export type FieldValues<M> = { readonly [Key in FieldName<M>]?: M[Key] }

type IdOf<M> = M extends { readonly id: infer Id } ? Id : never

/** What `create` takes: values for fields, and the id, which has to be given where ids are integers. */
export type CreateValues<M> = FieldValues<M> &
  (IdOf<M> extends number ? { readonly id: IdOf<M> } : { readonly id?: IdOf<M> })

/** The parameters of `create` and `draft`: nothing has to be given where ids are text. */
export type CreateParameters<M> = IdOf<M> extends number ? [values: CreateValues<M>] : [values?: CreateValues<M>]

/** What records are looked for by: each field given has to be equal. */
export type Conditions<M> = FieldValues<M> & { readonly id?: IdOf<M> }

/** The parameters of `where` and `count`: conditions, a predicate, or both. */
export type WhereParameters<M> =
  | [conditions: Conditions<M>, predicate?: (record: M) => boolean]
  | [predicate: (record: M) => boolean]

/** A record's id and all its fields, as a plain object. */
export type PlainRecord<M> = { readonly id: IdOf<M> } & { readonly [Key in FieldName<M>]: M[Key] }

/** An instance whose changes stay with it until `save`. */
export type Draft<M> = M & {
  /**
   * Records what was changed in the draft, in one batch; a draft of a new record creates it. Values that others have changed since stay as
   * they are unless the draft changed them too. The draft can be used on, as one of the record.
   *
   * @returns the record.
   * @throws UsageError `SYNCRO_GONE` if the record was destroyed meanwhile, `SYNCRO_VALUE_INVALID` for a default that a validator refuses.
   */
  save(): M
}
