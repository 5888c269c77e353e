/**
 * What a client of version 1 lacks, in rising position. A scribe's id names a place, and whoever has the scribe has everything up to there:
 * so nothing may be told with an id that is ahead of what is still to come.
 */
import type { Walk } from '@syncro/scriber'
import type { Peer } from './bridge-peer.js'
import type { Outgoing, Rows, Scope } from './bridge-rows.js'

export class Behind {
  readonly #peer: Peer
  readonly #rows: Rows
  #scope: Scope = { after: 0, give: 'newer' }
  #walk: Walk | undefined
  #through = 0
  #isLive = false
  /** Taken from the walk, and not told yet. */
  #carried: readonly Outgoing[] = []
  #overtaken: number[] = []

  constructor(peer: Peer, rows: Rows) {
    this.#peer = peer
    this.#rows = rows
  }

  /** Nothing is lacking: what happens is told as it happens. */
  get isLive(): boolean {
    return this.#isLive
  }

  /** True once the client has said what it lacks. */
  get hasBegun(): boolean {
    return this.#isLive || this.#walk !== undefined
  }

  /** The client has been told everything up to here. */
  get through(): number {
    return this.#walk === undefined ? this.#through : Math.max(this.#through, this.#walk.reached)
  }

  /** It lacks what came after a place. */
  begin(scope: Scope): void {
    this.#walk?.close()
    this.#scope = scope
    this.#through = scope.after
    this.#carried = []
    this.#overtaken = []
    this.#walk = this.#peer.context.scriber.ledger.walk(scope.after)
    this.#isLive = false
  }

  /** It was told, or made itself, what came up to a place. */
  moveOn(position: number): void {
    this.#through = position
  }

  /** Gives back what there was no room for. */
  carry(outgoing: readonly Outgoing[]): void {
    this.#carried = outgoing
  }

  /** What it lacks of the next row; undefined once it lacks nothing. */
  next(): readonly Outgoing[] | undefined {
    const carried = this.#carried
    this.#carried = []
    if (carried.length > 0) return carried
    for (let row = this.#nextRow(); row !== undefined; row = this.#nextRow()) {
      const outgoing = this.#rows.lacking(row.row, this.#scope, row.position)
      if (outgoing.length > 0) return outgoing
    }
    return undefined
  }

  end(): void {
    this.#walk?.close()
    this.#walk = undefined
    this.#isLive = false
  }

  #nextRow(): { readonly row: number; readonly position: number } | undefined {
    const { order } = this.#peer.context.scriber.ledger
    while (this.#walk !== undefined) {
      // Rows that were touched ahead of the walk hold what came before the place that the next id names: they go first.
      this.#overtaken.push(...this.#walk.takeOvertaken())
      const overtaken = this.#overtaken.shift()
      if (overtaken !== undefined) return { row: overtaken, position: this.through }
      const row = this.#walk.next()
      if (row !== undefined) return { row, position: order.position(row) }
      this.#endWalk()
    }
    return undefined
  }

  /** The walk ends where the ledger did when it began: what came since is a walk of its own, unless nothing did. */
  #endWalk(): void {
    this.#through = this.through
    this.#walk?.close()
    this.#walk = undefined
    if (this.#through < this.#peer.context.scriber.ledger.order.last)
      this.begin({ after: this.#through, give: 'newer' })
    else this.#isLive = true
  }
}
