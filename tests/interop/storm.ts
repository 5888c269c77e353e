/** Random changes on all sides, with connections that come and go and clients that start anew: what is left in the end has to be the same. */
import type { Syncro } from '@syncro/core'
import type { ConnectionPair } from '@syncro/protocol/testing'
import { MemoryStore } from '@syncro/scriber'
import { Gem } from './gem.js'
import { recordsOf, recordsOfGem, type Shown, World } from './world.js'

/** Who takes part: clients of ours and gems, by name. Two gems are not joined to each other: their values would change places (WIRE 5.2). */
export interface Shape {
  readonly ours: readonly string[]
  readonly gems: readonly string[]
  readonly links: readonly (readonly [a: string, b: string])[]
}

export interface StormOptions {
  readonly changes: number
  /** Whether records are destroyed as well. */
  readonly destroys?: boolean
  /** Whether clients of ours are started anew from their stores. */
  readonly restarts?: boolean
}

const titles = ['milk', 'bread', 'salt', 'tea']
const ids = 5

export class Storm {
  readonly world: World
  readonly ours = new Map<string, Syncro>()
  readonly gems = new Map<string, Gem>()
  readonly #stores = new Map<string, MemoryStore>()
  readonly #shape: Shape
  readonly #open: (ConnectionPair | undefined)[]

  constructor(seed: number, shape: Shape) {
    this.world = new World(seed)
    this.#shape = shape
    for (const name of shape.ours) {
      this.#stores.set(name, new MemoryStore())
      this.#start(name)
    }
    for (const name of shape.gems) this.gems.set(name, new Gem(name))
    this.#open = shape.links.map((_link, at) => this.#join(at))
  }

  /** Lets it rage, and calm down. */
  rage({ changes, destroys = false, restarts = false }: StormOptions): void {
    const { random, clock } = this.world
    for (let round = 0; round < changes; round++) {
      if (random.chance(0.5)) this.#change(this.ours.get(random.pick(this.#shape.ours))!, destroys)
      else this.#changeGem(this.gems.get(random.pick(this.#shape.gems))!, destroys)
      for (let turns = random.below(6); turns > 0; turns--) this.world.turn()
      if (random.chance(0.05)) this.#toggle(random.below(this.#open.length))
      if (restarts && random.chance(0.02)) this.#restart(random.pick(this.#shape.ours))
      clock.advance(random.below(20))
    }
    for (const at of this.#open.keys()) this.#open[at] ??= this.#join(at)
    this.world.settle()
  }

  /** What each member holds. */
  shown(): Shown[] {
    return [...[...this.ours.values()].map(recordsOf), ...[...this.gems.values()].map(recordsOfGem)]
  }

  #change(syncro: Syncro, destroys: boolean): void {
    const { random } = this.world
    const id = random.below(ids)
    const table = syncro.scriber.ledger.findTable('Todo')
    const slot = table?.slot(id)
    const lives = table !== undefined && slot !== undefined && table.lives(slot)
    if (!lives) syncro.record('Todo', 'create', id, { title: random.pick(titles), done: random.chance(0.5) })
    else if (destroys && random.chance(0.15)) syncro.record('Todo', 'destroy', id)
    else if (random.chance(0.3)) syncro.record('Todo', 'update', id, { done: random.chance(0.5) })
    else syncro.record('Todo', 'update', id, { title: random.pick(titles) })
  }

  /** What a gem makes while it takes its own changes for somebody's is lost to that client for good (WIRE 5.4): so it makes nothing then. */
  #changeGem(gem: Gem, destroys: boolean): void {
    if (gem.playing !== null) return
    const { random } = this.world
    const id = random.below(ids)
    if (!gem.records.get('Todo')!.has(id)) gem.create('Todo', id, { title: random.pick(titles) })
    else if (destroys && random.chance(0.15)) gem.destroy('Todo', id)
    else gem.update('Todo', id, random.chance(0.3) ? { done: random.chance(0.5) } : { title: random.pick(titles) })
  }

  #start(name: string): void {
    this.ours.set(name, this.world.client(name, { store: this.#stores.get(name)! }))
  }

  /** The process ends without a word, and another one opens the store. */
  #restart(name: string): void {
    for (const [at, link] of this.#shape.links.entries()) if (link.includes(name)) this.#cut(at)
    this.#start(name)
  }

  #toggle(at: number): void {
    if (this.#open[at] === undefined) this.#open[at] = this.#join(at)
    else this.#cut(at)
  }

  #cut(at: number): void {
    const pair = this.#open[at]
    if (pair !== undefined) this.world.cut(pair)
    this.#open[at] = undefined
  }

  #join(at: number): ConnectionPair {
    const [a, b] = this.#shape.links[at]!
    const [ours, theirs, gem] = [this.ours.get(a)!, this.ours.get(b), this.gems.get(b)]
    // Who opened the connection is the same to both.
    if (gem !== undefined) return this.world.joinGem(ours, gem, { dials: at % 2 === 0 })
    return this.world.join(ours, theirs!)
  }
}
