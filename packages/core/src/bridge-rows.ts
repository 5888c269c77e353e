/**
 * What a client of version 1 lacks of a row, as scribes: a live row is a create if it was born after the place up to which the client has
 * everything, else an update of the newer fields; a dead row is a create followed by a destroy, since a create replaces and never fails, and
 * a destroy of what is missing raises. What the client wrote itself is left out (DESIGN section 6, "The bridge").
 */
import { MAX_V1_FRAME_BYTES, type Scribe } from '@syncro/protocol'
import type { Effect, Table, Value } from '@syncro/scriber'
import type { Peer } from './bridge-peer.js'
import { scribeId } from './bridge-scribe-id.js'
import { createScribe, destroyScribe, presentFields, scribeBytes, updateScribe } from './bridge-scribes.js'
import type { Cover } from './bridge-unanswered.js'

/** A scribe on its way, and what is to be remembered of it until it is answered. */
export interface Outgoing {
  readonly scribe: Scribe
  readonly cover: Cover
  /** Whoever has it has everything up to here. */
  readonly position: number
  readonly fields: readonly (readonly [string, Value])[]
  /** A second attempt: it is not made a third time. */
  readonly again: boolean
}

/** From where, and how, rows are given. */
export interface Scope {
  /** The client has everything up to here. */
  readonly after: number
  /**
   * `newer`: what it lacks. `first`: it never had anything of ours, and has just told all that it has: other dead are nothing to it. `all`: it may lack
   * anything, also what it made itself: creates of all that lives. `creates`: what it lacks, but never an update.
   */
  readonly give: 'newer' | 'first' | 'all' | 'creates'
  /** With `all`: records that died after this place are told as well. */
  readonly deadAfter?: number
}

export class Rows {
  readonly #peer: Peer
  /** Rows of which the client is known not to have the create: nothing but another create is of use to it. */
  readonly withheld: Set<number>

  constructor(peer: Peer) {
    this.#peer = peer
    this.withheld = peer.replica.withheld
  }

  /** What the client lacks of a row; ids and acknowledgements say `position`. */
  lacking(row: number, scope: Scope, position: number): Outgoing[] {
    const { ledger } = this.#peer.context.scriber
    const { table, slot } = ledger.place(row)
    if (table.birth(slot) < 0) return []
    if (table.lives(slot)) return this.#living(row, table, slot, scope, position)
    return this.#isDeathNews(row, table, slot, scope) ? this.dead(row, position) : []
  }

  /** All of a row as it is now. */
  whole(row: number, position: number, again = false): Outgoing[] {
    const { table, slot } = this.#peer.context.scriber.ledger.place(row)
    if (table.birth(slot) < 0) return []
    return table.lives(slot) ? [this.create(row, position, again)] : this.dead(row, position)
  }

  /** Some fields of a row, as far as the client is not known to hold them. */
  fields(row: number, names: readonly string[], position: number): Outgoing[] {
    const { table, slot } = this.#peer.context.scriber.ledger.place(row)
    if (this.withheld.has(row)) return this.whole(row, position)
    if (!table.lives(slot)) return []
    const differing = names.filter((name) => !this.#peer.known.equals(row, name, table.get(slot, name) ?? null))
    const update = this.update(row, differing, position)
    return update === undefined ? [] : [update]
  }

  /** A step as it happens. In rising position of the rows: so the last id of a step that was cut says how much of it arrived. */
  live(effects: readonly Effect[]): Outgoing[] {
    const { ledger } = this.#peer.context.scriber
    return effects
      .map((effect) => ({ row: ledger.table(effect.name).row(effect.slot), effect }))
      .sort((a, b) => ledger.order.position(a.row) - ledger.order.position(b.row))
      .flatMap(({ row, effect }) => this.#effect(row, effect))
  }

  create(row: number, position: number, again = false): Outgoing {
    const { table, slot } = this.#peer.context.scriber.ledger.place(row)
    const fields = presentFields(table, slot)
    const scribe = createScribe(this.#id(position), table.name, table.id(slot)!, fields)
    return { scribe, cover: { row, fields: undefined }, position, fields, again }
  }

  update(row: number, names: readonly string[], position: number): Outgoing | undefined {
    const { table, slot } = this.#peer.context.scriber.ledger.place(row)
    const fields: [string, Value][] = []
    for (const name of names) {
      const value = name === 'id' ? undefined : table.get(slot, name)
      if (value !== undefined) fields.push([name, value])
    }
    if (fields.length === 0) return undefined
    const scribe = updateScribe(this.#id(position), table.name, table.id(slot)!, fields)
    return { scribe, cover: { row, fields: fields.map(([name]) => name) }, position, fields, again: false }
  }

  destroy(row: number, position: number): Outgoing {
    const { table, slot } = this.#peer.context.scriber.ledger.place(row)
    const scribe = destroyScribe(this.#id(position), table.name, table.id(slot)!)
    return { scribe, cover: { row, fields: undefined }, position, fields: [], again: false }
  }

  /** Who has only the create of the two lacks the row still: so its id says. */
  dead(row: number, position: number): Outgoing[] {
    if (this.withheld.has(row)) return []
    const { table, slot } = this.#peer.context.scriber.ledger.place(row)
    const [id, name, record] = [this.#id(position, false), table.name, table.id(slot)!]
    // With what is left of it: a class of the gem's may refuse an empty record. What is to be destroyed need not be whole, though.
    const full = createScribe(id, name, record, presentFields(table, slot))
    const scribe = scribeBytes(full) > MAX_V1_FRAME_BYTES / 2 ? createScribe(id, name, record, []) : full
    const before = Math.max(0, position - 1)
    return [
      { scribe, cover: { row, fields: undefined }, position: before, fields: [], again: false },
      this.destroy(row, position),
    ]
  }

  #effect(row: number, { type, fields, name, slot }: Effect): Outgoing[] {
    const { ledger } = this.#peer.context.scriber
    const position = ledger.order.position(row)
    if (type === 'destroyed') return this.withheld.has(row) ? [] : [this.destroy(row, position)]
    const table = ledger.table(name)
    // A field that is gone cannot be said in an update: a create replaces the record.
    const isReplaced = fields.some((field) => table.get(slot, field) === undefined)
    if (type === 'created' || isReplaced || this.withheld.has(row)) return [this.create(row, position)]
    const update = this.update(row, fields, position)
    return update === undefined ? [] : [update]
  }

  #living(row: number, table: Table, slot: number, scope: Scope, position: number): Outgoing[] {
    if (scope.give === 'all') return [this.create(row, position)]
    const news = this.#news(row, table, slot, scope.after)
    const born = this.#offsetOf(table.birthOffset(slot)) > scope.after
    const bornElsewhere = born && table.birthWriter(slot) !== this.#peer.writer
    if (news.length === 0 && !bornElsewhere) return []
    const { known } = this.#peer
    const mayLackIt =
      (born && (bornElsewhere || !known.isAlive(row))) || this.withheld.has(row) || scope.give === 'creates'
    if (!mayLackIt) {
      const update = this.update(row, news, position)
      return update === undefined ? [] : [update]
    }
    return known.holds(row, presentFields(table, slot)) ? [] : [this.create(row, position)]
  }

  /** Fields that came after a place, from others than the client itself, and that it is not known to hold. */
  #news(row: number, table: Table, slot: number, after: number): string[] {
    const names: string[] = []
    for (const column of table.columns.values()) {
      if (!column.has(slot) || this.#offsetOf(column.offset(slot)) <= after) continue
      if (column.writer(slot) === this.#peer.writer) continue
      if (!this.#peer.known.equals(row, column.name, column.get(slot)!)) names.push(column.name)
    }
    return names
  }

  #isDeathNews(row: number, table: Table, slot: number, { after, give, deadAfter }: Scope): boolean {
    const { known, writer } = this.#peer
    const died = this.#offsetOf(table.destroyOffset(slot))
    if (known.isGone(row)) return false
    if (give === 'all') return deadAfter !== undefined && died > deadAfter
    if (died <= after || table.destroyWriter(slot) === writer) return false
    return give !== 'first' || known.isAlive(row) || known.hasForgotten
  }

  #offsetOf(offset: number): number {
    return this.#peer.context.scriber.ledger.order.base + offset
  }

  #id(position: number, whole = true): string {
    return scribeId(this.#peer.context.scriber.era, position, whole)
  }
}
