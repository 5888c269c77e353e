/** A copy of what all objects inherit, to be compared when hostile input has been read. */
import { FrameDecoder, ProtocolError, V1Reader } from '@syncro/protocol'

type Class = { readonly name: string; readonly prototype: object }
type Parts = ReadonlyMap<PropertyKey, PropertyDescriptor>

const shared: readonly Class[] = [
  ...[
    Object,
    Array,
    Function,
    String,
    Number,
    Boolean,
    BigInt,
    Symbol,
    Date,
    RegExp,
    Error,
    Map,
    Set,
    WeakMap,
    Promise,
  ],
  ...[
    Uint8Array,
    Uint32Array,
    Float64Array,
    ArrayBuffer,
    TextEncoder,
    TextDecoder,
    FrameDecoder,
    V1Reader,
    ProtocolError,
  ],
]

/** Notes everything about classes and their prototypes; the result throws if any of it is not what it was. */
export function watchPrototypes(classes: readonly Class[] = []): () => void {
  const watched = [...shared, ...classes].flatMap((one) => [
    { name: one.name, object: one as object, before: partsOf(one) },
    { name: `${one.name}.prototype`, object: one.prototype, before: partsOf(one.prototype) },
  ])
  return () => {
    for (const { name, object, before } of watched) {
      const after = partsOf(object)
      const keys = new Set([...before.keys(), ...after.keys()])
      for (const key of keys)
        if (!isSame(before.get(key), after.get(key))) throw new Error(`${name}.${String(key)} has changed`)
    }
  }
}

function partsOf(object: object): Parts {
  return new Map(Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)!]))
}

function isSame(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined): boolean {
  return Object.is(a?.value, b?.value) && a?.get === b?.get && a?.set === b?.set && a?.writable === b?.writable
}
