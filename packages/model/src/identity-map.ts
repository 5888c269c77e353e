/**
 * One instance for each record while somebody holds it. For about a second the map holds those itself that were made or asked for, where they are found
 * by a number: a reference that holds nothing takes longer to make than the instance, and to look through.
 */
import type { Timers } from '@syncro/core'
import type { RecordId, Table } from '@syncro/scriber'

/** Milliseconds after which what was asked for is held no more. */
const holdMs = 1_000

/** Instances that are let go of before the event loop turns: half a millisecond. */
const sliceSize = 1_000

export class IdentityMap<Instance extends { readonly id: RecordId }> {
  readonly #table: Pick<Table, 'released'>
  readonly #timers: Pick<Timers, 'set' | 'defer'>
  /** By slot. */
  readonly #held: (Instance | undefined)[] = []
  /** Where they are; more than once, maybe. */
  readonly #slots: number[] = []
  readonly #references = new Map<RecordId, WeakRef<Instance>>()
  readonly #registry = new FinalizationRegistry<RecordId>((id) => this.#forget(id))
  #released = 0
  #isLettingGo = false

  /** @param table tells whether slots may have become other records'. */
  constructor(table: Pick<Table, 'released'>, timers: Pick<Timers, 'set' | 'defer'>) {
    this.#table = table
    this.#timers = timers
  }

  /** How many entries there are beside those that are held; those of instances that are gone go some time after them. */
  get size(): number {
    return this.#references.size
  }

  get(id: RecordId, slot: number): Instance | undefined {
    if (this.#released !== this.#table.released) this.#holdNone()
    const held = this.#held[slot]
    if (held !== undefined) return held
    const instance = this.#references.size === 0 ? undefined : this.#references.get(id)?.deref()
    if (instance !== undefined) this.#hold(slot, instance)
    return instance
  }

  set(slot: number, instance: Instance): void {
    if (this.#released !== this.#table.released) this.#holdNone()
    this.#hold(slot, instance)
  }

  #hold(slot: number, instance: Instance): void {
    this.#held[slot] = instance
    this.#slots.push(slot)
    if (this.#isLettingGo) return
    this.#isLettingGo = true
    this.#timers.set(holdMs, () => this.#letSomeGo())
  }

  #letSomeGo(): void {
    for (let count = 0; count < sliceSize && this.#slots.length > 0; count++) this.#letGo(this.#slots.pop()!)
    this.#isLettingGo = this.#slots.length > 0
    if (this.#isLettingGo) this.#timers.defer(() => this.#letSomeGo())
  }

  /** A slot was given back, and may be another record's; it happens rarely. */
  #holdNone(): void {
    this.#released = this.#table.released
    for (let slot = this.#slots.pop(); slot !== undefined; slot = this.#slots.pop()) this.#letGo(slot)
  }

  #letGo(slot: number): void {
    const instance = this.#held[slot]
    if (instance === undefined) return
    this.#held[slot] = undefined
    const { id } = instance
    if (this.#references.get(id)?.deref() === instance) return
    this.#references.set(id, new WeakRef(instance))
    this.#registry.register(instance, id)
  }

  /** The record may have a new instance by the time the old one is told to be gone. */
  #forget(id: RecordId): void {
    if (this.#references.get(id)?.deref() === undefined) this.#references.delete(id)
  }
}
