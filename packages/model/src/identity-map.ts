/** One instance for each record while somebody holds it: the map itself holds none of them. */
import type { RecordId } from '@syncro/scriber'

export class IdentityMap<Instance extends object> {
  readonly #references = new Map<RecordId, WeakRef<Instance>>()
  readonly #registry = new FinalizationRegistry<RecordId>((id) => this.#forget(id))

  /** How many entries there are; those of instances that are gone go some time after them. */
  get size(): number {
    return this.#references.size
  }

  get(id: RecordId): Instance | undefined {
    return this.#references.get(id)?.deref()
  }

  set(id: RecordId, instance: Instance): void {
    this.#references.set(id, new WeakRef(instance))
    this.#registry.register(instance, id)
  }

  /** The record may have a new instance by the time the old one is told to be gone. */
  #forget(id: RecordId): void {
    if (this.get(id) === undefined) this.#references.delete(id)
  }
}
