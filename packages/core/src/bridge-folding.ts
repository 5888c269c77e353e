/**
 * Scribes folded into rows: what a list of them, in its order, comes to beside what is here. Values are compared, for version 1 and only
 * there: a scribe that would change nothing is given no stamp (DESIGN section 6, "The bridge").
 */
import type { FieldImage, Ledger, RecordId, RowImage, Stamp, Table, Value } from '@syncro/scriber'
import type { IncomingChange } from './bridge-incoming.js'
import { sameOnWire } from './bridge-json.js'
import type { Cover } from './bridge-unanswered.js'

/** Says where what is here stays, whatever comes: the sender lacks it yet, and will be brought in line with it. */
export interface Stays {
  life(table: Table, slot: number): boolean
  field(table: Table, slot: number, name: string): boolean
}

/** One record as the fold goes on. */
interface Folded {
  readonly name: string
  readonly id: RecordId
  readonly table: Table | undefined
  readonly slot: number | undefined
  lives: boolean
  /** Whether the sender has it; undefined while it did not say. */
  isThere: boolean | undefined
  birth: Stamp | undefined
  destroy: Stamp | undefined
  /** A create came for it: the sender has these fields and no others. */
  created: Set<string> | undefined
  readonly fields: Map<string, { readonly value: Value; readonly stamp: Stamp }>
  /** What stays here although something else came for it: all of it, or some fields. */
  stays: 'whole' | Set<string>
}

/** What a fold found out about a record. */
export interface Outcome {
  readonly name: string
  readonly id: RecordId
  /** How the sender has it now, as far as it told; undefined if it told nothing that stands. */
  readonly told: 'created' | 'updated' | 'destroyed' | undefined
  readonly fields: readonly (readonly [string, Value])[]
  /** Whether the sender has it, whatever stays here; undefined if it did not say. */
  readonly isThere: boolean | undefined
  /** It was born here, by this. */
  readonly isBorn: boolean
  /** A create replaced what the sender had: it has these fields and no others. */
  readonly created: ReadonlySet<string> | undefined
  /** What stays here although something else came for it. */
  readonly stays: Cover | undefined
}

export class Folding {
  readonly #ledger: Ledger
  readonly #stays: Stays
  readonly #nextStamp: () => Stamp
  readonly #records = new Map<string, Map<RecordId, Folded>>()

  /** @param nextStamp called once for each change. */
  constructor(ledger: Ledger, stays: Stays, nextStamp: () => Stamp) {
    this.#ledger = ledger
    this.#stays = stays
    this.#nextStamp = nextStamp
  }

  add(change: IncomingChange): void {
    const folded = this.#folded(change)
    const stamp = this.#nextStamp()
    folded.isThere = change.type !== 'destroy'
    if (change.type === 'create') this.#create(folded, change, stamp)
    else if (change.type === 'destroy') this.#destroy(folded, stamp)
    else if (folded.lives) this.#fields(folded, change, stamp)
  }

  /** What is to be merged: nothing of it is here already. */
  rows(): RowImage[] {
    const rows: RowImage[] = []
    for (const folded of this.#all()) {
      const row = this.#row(folded)
      if (row !== undefined) rows.push(row)
    }
    return rows
  }

  outcomes(): Outcome[] {
    return [...this.#all()].map((folded) => {
      const { name, id, isThere, created, birth, destroy, lives } = folded
      const fields = [...folded.fields].map(([field, { value }]) => [field, value] as const)
      const told = lives
        ? created !== undefined || birth !== undefined
          ? 'created'
          : 'updated'
        : destroy && 'destroyed'
      return { name, id, told, fields, isThere, isBorn: lives && birth !== undefined, created, stays: coverOf(folded) }
    })
  }

  *#all(): IterableIterator<Folded> {
    for (const records of this.#records.values()) yield* records.values()
  }

  #folded({ name, id }: IncomingChange): Folded {
    let records = this.#records.get(name)
    if (records === undefined) {
      records = new Map()
      this.#records.set(name, records)
    }
    let folded = records.get(id)
    if (folded === undefined) {
      const table = this.#ledger.findTable(name)
      const slot = table?.slot(id)
      const lives = table !== undefined && slot !== undefined && table.lives(slot)
      const none = { isThere: undefined, birth: undefined, destroy: undefined, created: undefined }
      folded = { name, id, table, slot, lives, ...none, fields: new Map(), stays: new Set() }
      records.set(id, folded)
    }
    return folded
  }

  #create(folded: Folded, change: IncomingChange, stamp: Stamp): void {
    if (this.#lifeStays(folded)) {
      // Lives here: fields that only the sender has are taken. Dead here: it stays dead.
      folded.stays = 'whole'
      if (folded.lives) this.#fields(folded, change, stamp)
      return
    }
    folded.created = new Set(change.fields.map(([name]) => name))
    if (!folded.lives || folded.birth !== undefined) {
      folded.fields.clear()
      folded.birth = stamp
      folded.lives = true
    }
    this.#fields(folded, change, stamp)
  }

  #destroy(folded: Folded, stamp: Stamp): void {
    if (this.#lifeStays(folded)) {
      folded.stays = 'whole'
      return
    }
    if (folded.lives) {
      folded.lives = false
      folded.fields.clear()
      folded.birth = undefined
      folded.created = undefined
    }
    folded.destroy = stamp
  }

  #fields(folded: Folded, change: IncomingChange, stamp: Stamp): void {
    const { table, slot, birth } = folded
    for (const [name, value] of change.fields) {
      const here = birth === undefined && table !== undefined && slot !== undefined
      if (here && this.#stays.field(table, slot, name)) {
        if (folded.stays !== 'whole') folded.stays.add(name)
      } else folded.fields.set(name, { value, stamp })
    }
  }

  #lifeStays({ table, slot }: Folded): boolean {
    return table !== undefined && slot !== undefined && this.#stays.life(table, slot)
  }

  #row(folded: Folded): RowImage | undefined {
    const { name, id, table, slot, lives, birth, destroy } = folded
    const known = table !== undefined && slot !== undefined
    const livedHere = known && table.lives(slot)
    const life = known ? this.#ledger.life(table, slot) : {}
    if (!lives) return livedHere && destroy !== undefined ? { name, id, ...life, destroy, fields: [] } : undefined
    const fields = this.#changed(folded)
    if (birth === undefined) return fields.length === 0 ? undefined : { name, id, fields }
    // Destroyed and created again: both travel. A create over a tombstone carries the destroy that it overcomes.
    const overcome = livedHere ? destroy : life.destroy
    return { name, id, birth, ...(overcome === undefined ? undefined : { destroy: overcome }), fields }
  }

  #changed({ table, slot, birth, fields }: Folded): FieldImage[] {
    const changed: FieldImage[] = []
    for (const [name, { value, stamp }] of fields) {
      const here = birth === undefined && slot !== undefined ? table?.get(slot, name) : undefined
      if (here === undefined || !sameOnWire(here, value)) changed.push({ name, value, ...stamp })
    }
    return changed
  }
}

function coverOf({ table, slot, stays }: Folded): Cover | undefined {
  if (table === undefined || slot === undefined || (stays !== 'whole' && stays.size === 0)) return undefined
  return { row: table.row(slot), fields: stays === 'whole' ? undefined : [...stays] }
}
