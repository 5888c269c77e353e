/** The values that fields hold, as types. */

/** A value of a field: JSON's values, `Date`, `bigint` and `Uint8Array`. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Date
  | bigint
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value }

/** A value of version 1: what JSON has, with integers beyond 2^53 kept whole as `bigint`. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject

/** An object of version 1. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** What a record is known by within its class: 1 to 256 UTF-16 units, or a safe integer. `7` and `'7'` are two records. */
export type RecordId = string | number

/** A stamp's two parts: its time, a safe integer of at least 0, and its writer, the 24 lower-case hex digits of an era. */
export type WrittenStamp = readonly [stamp: number, writer: string]
