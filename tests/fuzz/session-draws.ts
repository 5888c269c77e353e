/** The parts of what a hostile client says: mostly as they should be, sometimes odd. */
import type { BatchChange, Cursor, JsonValue, RowImage, Scribe, Value } from '@syncro/protocol'
import { maxStamp, stampAt } from '@syncro/scriber'
import type { SeededRandom } from '@syncro/scriber/testing'
import { hostileUid, type Scene } from './session-scene.js'

/** What a client can know of the one that it talks to, and what it says of itself. */
export interface Known {
  readonly random: SeededRandom
  readonly uid: string
  readonly nowMs: number
  readonly server: { readonly ledger: string; readonly era: string; readonly position: number }
  /** Its own ledger and its open era. */
  ledger: string
  era: string
  position: number
  requests: number
}

const names = ['Todo', 'Todo', 'Todo', 'Unheard', 'toString', 'Object']
const fieldNames = ['title', 'done', 'title', 'extra', 'toString', 'then', 'hasOwnProperty', '0', '$date', 'é']

/** What there is to know before anything was said. */
export function knownOf({ world, server: { scriber } }: Scene, random: SeededRandom): Known {
  const { ledgerId: ledger, era, place } = scriber
  const server = { ledger, era, position: place.position }
  const known = { random, uid: hostileUid, nowMs: world.nowMs, server, ledger, era, position: 0, requests: 0 }
  return { ...known, ledger: idOf(known), era: idOf(known) }
}

/** A list of at least one. */
export function some<Item>(known: Known, most: number, item: (known: Known) => Item): Item[] {
  return Array.from({ length: 1 + known.random.below(most) }, () => item(known))
}

export function few<Item>(known: Known, item: (known: Known) => Item): Item[] {
  return known.random.chance(0.5) ? [] : some(known, 3, item)
}

export function idOf(known: Known): string {
  return hexOf(known, 24, 24)
}

export function rowDigestOf(known: Known): string {
  return hexOf(known, 32, 32)
}

/** Hex digits, so many at the most and at the least. */
export function hexOf({ random }: Known, most: number, least = 0): string {
  return Array.from({ length: least + random.below(most - least + 1) }, () => random.below(16).toString(16)).join('')
}

export function oddly<Kind>({ random }: Known, usual: Kind, odd: readonly Kind[], chance = 0.03): Kind {
  return random.chance(chance) ? random.pick(odd) : usual
}

export function eraOf(known: Known): string {
  return oddly(known, known.era, [known.server.era, idOf(known), '0'.repeat(24), 'f'.repeat(24)])
}

export function serverEraOf(known: Known): string {
  return oddly(known, known.server.era, [known.era, idOf(known)])
}

export function stampOf(known: Known): number {
  const now = stampAt(known.nowMs)
  const far = [
    0,
    1,
    maxStamp,
    maxStamp + 1,
    Number.MAX_SAFE_INTEGER,
    stampAt(known.nowMs + 300_001),
    stampAt(known.nowMs + 86_400_000),
  ]
  return known.random.chance(0.02) ? known.random.pick(far) : now + known.random.below(1_000_000)
}

export function positionOf(known: Known, most: number): number {
  return oddly(known, known.random.below(most + 1), [most + 1, 10_000, Number.MAX_SAFE_INTEGER])
}

export function placesOf(known: Known, position: number): { position: number; since?: number } {
  return known.random.chance(0.1)
    ? { position, since: known.random.below(Math.min(position + 2, 2 ** 31)) }
    : { position }
}

export function cursorOf(known: Known): Cursor {
  const ledger = oddly(known, known.server.ledger, [known.ledger, idOf(known)])
  const places = placesOf(known, positionOf(known, known.server.position))
  return { ledger, era: serverEraOf(known), ...places, view: oddly(known, '', ['a part']) }
}

function recordIdOf({ random }: Known): string | number {
  return random.pick([0, 1, 2, 3, 4, '1', '__proto__', 'constructor', 'x'.repeat(256), -1, 2 ** 53 - 1])
}

export function aValue(known: Known, depth = 0): Value {
  const { random } = known
  const nested = depth < 3 ? [() => [aValue(known, depth + 1)], () => ({ a: aValue(known, depth + 1), $: 1 })] : []
  const plain = [() => 'text', () => random.below(100), () => null, () => true, () => new Date(0), () => 5n ** 40n]
  return random.pick<() => Value>([...plain, () => Uint8Array.of(1, 2), () => ({ $date: 'no date' }), ...nested])()
}

function fieldsOf(known: Known): Record<string, Value> {
  return Object.fromEntries(some(known, 3, () => [known.random.pick(fieldNames), aValue(known)] as const))
}

export function changeOf(known: Known): BatchChange {
  const { random } = known
  const [name, id] = [random.pick(names), recordIdOf(known)]
  const type = random.pick(['create', 'create', 'update', 'update', 'destroy', 'restore'] as const)
  if (type === 'destroy') return { name, id, type }
  if (type === 'update') return { name, id, type, fields: fieldsOf(known) }
  const after = random.chance(0.2) ? { after: [stampOf(known), eraOf(known)] as const } : {}
  return { name, id, type, ...(random.chance(0.8) ? { fields: fieldsOf(known) } : {}), ...after }
}

export function rowOf(known: Known): RowImage {
  const { random } = known
  const life = () => [stampOf(known), random.below(2)] as const
  const fields = Object.entries(fieldsOf(known)).map(([name, value]) => [name, value, ...life()] as const)
  return {
    name: random.pick(names),
    id: recordIdOf(known),
    ...(random.chance(0.7) ? { birth: life() } : {}),
    ...(random.chance(0.2) ? { destroy: life() } : {}),
    fields,
  }
}

export function requestOf(known: Known): { readonly id?: JsonValue } {
  const id: JsonValue = known.random.chance(0.9) ? ++known.requests : known.random.pick([null, 'x', [1], {}])
  return known.random.chance(0.95) ? { id } : {}
}

export function scribeIdOf(known: Known): string {
  return `${oddly(known, known.server.era, [known.era]).slice(0, 12)}${(known.random.below(12) * 2).toString(16).padStart(14, '0')}`
}

export function scribeOf(known: Known): Scribe {
  const { random } = known
  const id: JsonValue = random.pick([1, 2, 3, '1', null, 2 ** 40, { toString: 7 }])
  const fields = { title: random.pick(['a', 'b', null, 1n << 70n]), [random.pick(fieldNames)]: random.below(9) }
  const [type, data] = random.pick<[string | null, JsonValue]>([
    ['create', { ...fields, id }],
    ['update', [id, fields]],
    ['destroy', [id]],
    [null, random.pick([null, [], {}, 'text'])],
  ])
  return {
    data,
    id: random.pick([random.below(5), `${random.below(9)}`.repeat(26), null]),
    klass: random.pick(names),
    type,
  }
}
