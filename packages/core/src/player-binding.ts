/** Binds an object with `name` and `play` like a class. */
import { type Effect, handOut, type Scriber, type Value } from '@syncro/scriber'
import type { Binding, Player, StepOrigin } from './binding.js'

const types = { created: 'create', changed: 'update', destroyed: 'destroy' } as const

export class PlayerBinding implements Binding<Player> {
  readonly collection: Player
  readonly #scriber: Scriber

  constructor(player: Player, scriber: Scriber) {
    this.collection = player
    this.#scriber = scriber
  }

  get name(): string {
    return this.collection.name
  }

  told(effects: readonly Effect[], { remote, uid }: StepOrigin): void {
    if (!remote) return
    const table = this.#scriber.ledger.table(this.name)
    for (const { name, id, type, fields, slot } of effects) {
      const data: Record<string, Value> = {}
      for (const field of fields) {
        const value = table.get(slot, field)
        if (value !== undefined) data[field] = handOut(value)
      }
      try {
        this.collection.play({ name, id, type: types[type], data, uid })
      } catch (error) {
        // The rest of the step is told whatever one change does to the player.
        this.#scriber.reportError(error)
      }
    }
  }

  release(): void {
    // A player holds nothing of ours.
  }
}
