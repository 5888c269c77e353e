/**
 * The transactions that a writer keeps, made from a seed and their number: whoever checks what is left makes the same ones. The clock of each says
 * its number.
 */
import type { Batch, StoredRow, StoreTransaction, Value } from '@syncro/scriber'
import { SeededRandom } from '@syncro/scriber/testing'
import { classNames } from './classes.js'

const ledger = '0123456789abcdef01234567'
const writers = ['aaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbb'] as const
const otherLedger = 'cccccccccccccccccccccccc'
const otherEra = 'dddddddddddddddddddddddd'

const clockStep = 10
const idsPerClass = 40

/** The number of the last transaction that a clock belongs to; -1 for none. */
export function numberOf(clock: number | undefined): number {
  return clock === undefined ? -1 : clock / clockStep - 1
}

const fieldNames: Readonly<Record<string, readonly string[]>> = {
  Todo: ['title', 'done', 'due', 'extra', 'label', 'odd'],
  Count: ['total', 'share', 'big', 'raw', 'note'],
  Loose: ['title', 'label', 'big'],
}

export class History {
  readonly #random: SeededRandom
  readonly #rows = new Map<string, StoredRow>()
  readonly #waiting: number[] = []
  #number = -1
  #position = 0
  #floor = 0

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
  }

  /** The number of the last one that was made. */
  get number(): number {
    return this.#number
  }

  next(): StoreTransaction {
    this.#number += 1
    const clock = (this.#number + 1) * clockStep
    if (this.#number === 0) return { ledger, eras: [{ id: writers[0], began: 0 }], clock }
    const random = this.#random
    const rows = new Map<string, StoredRow>()
    for (let count = 1 + random.below(3); count > 0; count--) {
      const row = this.#changed(clock)
      // Its stamps could not be told apart.
      if (rows.has(keyOf(row))) continue
      rows.set(keyOf(row), row)
      this.#rows.set(keyOf(row), row)
    }
    return {
      clock,
      position: this.#position,
      rows: [...rows.values()],
      ...(random.chance(0.15) ? this.#trim(new Set(rows.keys())) : undefined),
      ...(random.chance(0.3) ? { shared: clock - clockStep } : undefined),
      ...(random.chance(0.1) ? { ages: [{ from: this.#position, newest: clock }] } : undefined),
      ...(random.chance(0.05) ? { eras: this.#eras() } : undefined),
      ...(random.chance(0.4) ? { replicas: [this.#replica(clock)] } : undefined),
      ...(random.chance(0.05) ? { forgotten: [{ uid: `client ${random.below(3)}`, ledger: otherLedger }] } : undefined),
      ...(random.chance(0.15) ? { outbox: this.#outbox(clock) } : undefined),
    }
  }

  /** A row that is made, written, destroyed or born again. */
  #changed(clock: number): StoredRow {
    const random = this.#random
    const name = random.pick(classNames)
    const number = random.below(idsPerClass)
    // Also ids of the other kind, which have no place in the table: 7 is not "7".
    const id = (name === 'Count') !== (random.below(12) === 0) ? number : `${name} ${number}`
    this.#position += 1
    const at = { stamp: clock, writer: random.pick(writers), position: this.#position }
    const old = this.#rows.get(JSON.stringify([name, id]))
    const dice = random.below(10)
    const life =
      dice < 2 && old?.life !== undefined
        ? { ...old.life, destroy: at }
        : // Edits can come before the record that they belong to.
          old?.life?.birth === undefined && dice === 9
          ? old?.life
          : old?.life === undefined || isDead(old)
            ? { ...old?.life, birth: at }
            : old.life
    const fields = new Map((old?.fields ?? []).map((field) => [field.name, field]))
    for (const field of fieldNames[name]!)
      if (random.chance(0.4)) fields.set(field, { name: field, value: this.#value(field), ...at })
    return {
      name,
      id,
      position: this.#position,
      ...(life === undefined ? undefined : { life }),
      fields: [...fields.values()],
    }
  }

  #value(field: string): Value {
    const random = this.#random
    if (random.chance(0.08)) return null
    // What does not fit into its column.
    if (random.chance(0.08)) return random.chance(0.5) ? `n\0 ${random.below(9)}` : random.below(99)
    switch (field) {
      case 'done':
        return random.chance(0.5)
      case 'due':
        return new Date(1_800_000_000_000 + random.below(2 ** 31))
      case 'extra':
        return { tags: [random.below(9), 'x'.repeat(random.below(40))], deep: { a: null, b: true } }
      case 'total':
        return random.below(2 ** 31)
      case 'share':
        return random.below(1000) / 8
      case 'big':
        return BigInt(random.next()) * 2n ** 70n
      case 'raw':
        return random.bytes(new Uint8Array(random.below(random.chance(0.05) ? 9_000 : 60)))
      default:
        return `${field} ${random.next()}${'.'.repeat(random.below(random.chance(0.05) ? 9_000 : 30))}`
    }
  }

  #trim(changed: ReadonlySet<string>): Pick<StoreTransaction, 'trimmed' | 'floor'> {
    const dead = [...this.#rows].filter(([key, row]) => isDead(row) && !changed.has(key)).slice(0, 3)
    for (const [key, { position }] of dead) {
      this.#rows.delete(key)
      this.#floor = Math.max(this.#floor, position)
    }
    return { trimmed: dead.map(([, { name, id }]) => ({ name, id })), floor: this.#floor }
  }

  #eras(): NonNullable<StoreTransaction['eras']> {
    return [
      { id: writers[0], began: 0 },
      { id: writers[1], began: this.#position },
    ]
  }

  /** Its cursor is as far as the transaction that it comes with. */
  #replica(clock: number): NonNullable<StoreTransaction['replicas']>[number] {
    const cursor = { ledger: otherLedger, era: otherEra, position: this.#number, view: '' }
    const uid = `client ${this.#random.below(3)}`
    return { uid, ledger: otherLedger, durable: true, eras: [otherEra], cursor, seenMs: clock }
  }

  #outbox(clock: number): NonNullable<StoreTransaction['outbox']> {
    const remove = this.#random.chance(0.4) ? this.#waiting.splice(0) : []
    const fields = { title: `waits ${this.#number}`, due: new Date(clock), big: 5n }
    const batch: Batch = {
      stamp: clock,
      writer: writers[0],
      changes: [{ name: 'Todo', id: 'waiting', type: 'create', fields }],
    }
    this.#waiting.push(this.#number)
    return { put: [{ number: this.#number, batch, covered: [] }], remove }
  }
}

export function isAlive({ life }: StoredRow): boolean {
  return life?.birth !== undefined && life.birth.stamp > (life.destroy?.stamp ?? -1)
}

function isDead(row: StoredRow): boolean {
  return row.life?.destroy !== undefined && !isAlive(row)
}

function keyOf({ name, id }: StoredRow): string {
  return JSON.stringify([name, id])
}
