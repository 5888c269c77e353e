/** Asks and answers by a record: changes travel in order, so what was changed before it has arrived with it. */
import type { Collection, RecordEvent } from '@syncro/model'
import type { Barrier } from './todo.js'

export class SyncroBarriers {
  readonly #collection: Collection<Barrier>
  #barrier: Barrier | undefined
  #passed: (() => void) | undefined

  constructor(collection: Collection<Barrier>) {
    this.#collection = collection
    collection.on('created', (event) => this.#told(event))
    collection.on('changed', (event) => this.#told(event))
  }

  /** Resolves when the other side's answer is here. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#passed = resolve
      this.#barrier ??= this.#collection.create({ id: 'barrier' })
      this.#barrier.asked += 1
    })
  }

  #told({ remote, record }: RecordEvent<Barrier>): void {
    if (!remote) return
    if (record.asked !== record.answered) record.answered = record.asked
    else this.#passed?.()
  }
}
