/**
 * What a field can hold: JSON values, `Date`, `bigint` and `Uint8Array`. Arrays and objects are frozen copies; dates and bytes, which
 * cannot be frozen, are handed out as copies: nobody changes a value behind the recorder's back.
 */

/** A value that can be recorded, stored and sent. */
export type Value =
  | null
  | boolean
  | number
  | string
  | bigint
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value }

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** True for the names that would reach an object's prototype: no field, class or key may have one. */
export function isForbiddenKey(key: string): boolean {
  return forbiddenKeys.has(key)
}

/** A date inside a value: like the frozen arrays around it, it throws rather than changing without being recorded. */
export class FrozenDate extends Date {}
for (const name of Object.getOwnPropertyNames(Date.prototype)) {
  if (!name.startsWith('set')) continue
  Object.defineProperty(FrozenDate.prototype, name, {
    value() {
      throw new TypeError('This date is part of a recorded value: assign a new value to the field instead.')
    },
  })
}

/**
 * Copies and freezes a value that came from a peer or a store: it was checked there. What is deeply frozen already, since another ledger of
 * this process has it, is shared.
 */
export function freezeValue(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof Uint8Array) return value.slice()
  return Array.isArray(value) ? freezeArray(value) : freezeObject(value as { readonly [key: string]: Value })
}

/** What an accessor hands out: dates and bytes as copies, since those cannot be frozen. */
export function handOut(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof Uint8Array) return value.slice()
  return holdingBytes.has(value) ? freezeValue(value) : value
}

/** Arrays and objects with bytes somewhere inside, which freezing does not reach. */
const holdingBytes = new WeakSet<object>()

/** Freezes what was just built of settled parts, and remembers if there are bytes in it. */
export function settled<Holder extends readonly Value[] | { readonly [key: string]: Value }>(holder: Holder): Holder {
  for (const part of Object.values<Value>(holder))
    if (typeof part === 'object' && part !== null && (part instanceof Uint8Array || holdingBytes.has(part))) {
      holdingBytes.add(holder)
      break
    }
  return Object.freeze(holder)
}

function freezeArray(items: readonly Value[]): Value {
  const copy = items.map(freezePart)
  return Object.isFrozen(items) && copy.every((part, at) => Object.is(part, items[at])) ? items : settled(copy)
}

function freezeObject(object: { readonly [key: string]: Value }): Value {
  let same = Object.isFrozen(object)
  const copy: Record<string, Value> = {}
  for (const key of Object.keys(object)) {
    const part = object[key]!
    copy[key] = freezePart(part)
    same &&= Object.is(copy[key], part)
  }
  return same ? object : settled(copy)
}

function freezePart(part: Value): Value {
  return part instanceof Date ? (part instanceof FrozenDate ? part : new FrozenDate(part.getTime())) : freezeValue(part)
}
