/** What the property tests draw from: values of every type, and histories written by several clients. */
import fc from 'fast-check'
import { type Batch, type Change, Scriber, type Value } from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'

const wellFormed = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 6 }))
const key = fc
  .oneof(wellFormed, fc.constantFrom('', '0', '1', '10', 'toString', 'hasOwnProperty', '$'))
  .filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(null, true, false, 0, 1, -1, '', '0', 'a'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
  wellFormed,
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE, 1e21),
  fc.oneof(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.constantFrom(10n ** 400n, -(10n ** 400n))),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 4 }),
)

/** Any value that can be recorded. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

/** What acts are about. */
export interface Vocabulary {
  readonly names: readonly string[]
  readonly ids: readonly (string | number)[]
  readonly fields: readonly string[]
}

const ordinary: Vocabulary = { names: ['Note', 'Task'], ids: ['a', 'b', 7, '7'], fields: ['x', 'y', 'z'] }

/** What one client does: some of it may be refused, as in life. */
export interface Act {
  readonly writer: number
  readonly type: Change['type']
  readonly name: string
  readonly id: string | number
  readonly data: { readonly [field: string]: Value }
  /** Whether it begins a batch of its own or goes on with the last one's. */
  readonly alone: boolean
  /** Milliseconds that its clock moves before, either way. */
  readonly afterMs: number
  /** From whom it hears before, and how much of what that one knows, as a fraction. */
  readonly hears: readonly [number, number] | undefined
}

/** Mostly the first of the items. */
function mostly<Item>(items: readonly Item[]): fc.Arbitrary<Item> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(items[0]!) }, { weight: 1, arbitrary: fc.constantFrom(...items) })
}

export function acts(writers: number, { names, ids, fields } = ordinary): fc.Arbitrary<Act[]> {
  const act: fc.Arbitrary<Act> = fc.record({
    writer: fc.nat(writers - 1),
    type: fc.constantFrom<Change['type'][]>('create', 'create', 'update', 'destroy', 'destroy', 'restore', 'restore'),
    // Few records, so that much happens to each.
    name: mostly(names),
    id: mostly(ids),
    data: fc.dictionary(fc.constantFrom(...fields), leaf, { size: 'max', maxKeys: 3, noNullPrototype: true }),
    alone: fc.boolean(),
    afterMs: fc.constantFrom(0, 0, 0, 1, 1000, -1000),
    hears: fc.option(fc.tuple(fc.nat(writers - 1), fc.double({ min: 0, max: 1, noNaN: true })), { nil: undefined }),
  })
  return fc.array(act, { minLength: 1, maxLength: 40, size: 'max' })
}

/** The batches that clients recorded while they heard, in part, from each other. */
export function historyOf(clients: number, todo: readonly Act[]): { batches: Batch[]; scribers: Scriber[] } {
  const batches: Batch[] = []
  const clocks = Array.from({ length: clients }, () => new ManualClock())
  const scribers = clocks.map((clock, at) => {
    const scriber = new Scriber({ now: clock.now, random: new SeededRandom(at + 1).bytes })
    scriber.on('step', ({ batch, origin }) => {
      if (batch !== undefined && origin === undefined) batches.push(batch)
    })
    return scriber
  })
  for (let at = 0; at < todo.length; ) {
    const { writer, afterMs, hears } = todo[at]!
    const scriber = scribers[writer]!
    clocks[writer]!.advance(afterMs)
    if (hears !== undefined && hears[0] !== writer) {
      const known = [...scribers[hears[0]]!.since(0)]
      scriber.replayRows(known.slice(0, Math.ceil(known.length * hears[1])), 'heard')
    }
    scriber.transact(() => {
      do {
        attempt(scriber, todo[at]!)
        at += 1
      } while (at < todo.length && !todo[at]!.alone && todo[at]!.writer === writer)
    })
  }
  return { batches, scribers }
}

/** Does it, unless the record is not there or gone. */
export function attempt(scriber: Scriber, { name, type, id, data }: Act): void {
  try {
    scriber.record(name, type, id, data)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== 'SYNCRO_NOT_FOUND' && code !== 'SYNCRO_GONE') throw error
  }
}

/**
 * Batches that no honest clients write: stamps from a few numbers, so that equal ones meet in every way, writers that repeat themselves with
 * other values (copied data directories), births and destroys in any order.
 */
function wildBatches(): fc.Arbitrary<Batch[]> {
  const writer = fc.constantFrom('a', 'b', 'c').map((letter) => letter.repeat(24))
  const stamp = fc.nat(6)
  const { names, ids, fields } = ordinary
  const change: fc.Arbitrary<Change> = fc.record(
    {
      name: fc.constantFrom(...names),
      id: fc.constantFrom(...ids),
      type: fc.constantFrom<Change['type'][]>('create', 'update', 'destroy', 'restore'),
      fields: fc.dictionary(fc.constantFrom(...fields), leaf, { noNullPrototype: true }),
      after: fc.record({ stamp, writer }),
    },
    { requiredKeys: ['name', 'id', 'type'] },
  )
  return fc.array(fc.record({ stamp, writer, changes: fc.array(change, { minLength: 1, maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 12,
    size: 'max',
  })
}

/** Both kinds of history: what clients write, and what nobody should. */
export const histories: fc.Arbitrary<Batch[]> = fc.oneof(
  acts(4).map((todo) => historyOf(4, todo).batches),
  acts(5).map((todo) => historyOf(5, todo).batches),
  wildBatches(),
)
