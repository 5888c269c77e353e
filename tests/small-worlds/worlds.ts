/**
 * Every world that a program can lead to, whatever the order in which things happen: a world is a state of each of its clients. Clients meet
 * only in what they send each other, so a world's step is one client's step, which `ClientStates` takes with the real modules and remembers.
 */
import assert from 'node:assert/strict'
import type { Batch } from '@syncro/scriber'
import { beginning } from './client.js'
import { type ClientState, ClientStates, type Happening } from './client-states.js'
import { Deliveries } from './deliveries.js'
import { NumberSet } from './number-set.js'
import { clientCount, type Program } from './program.js'

/** A world's key is the numbers of its clients' states in one safe integer. */
const statesPerClient = 2 ** 17

/** A recorder is held by a promise until we wait for one: memory would fill without. */
const stepsBetweenWaits = 256

type World = readonly ClientState[]

/**
 * How clients hear of each other: by each other's batches, in any order, or by catching up, in any order, with the first client and it with
 * them. (Catching up all with all leads to too many worlds.)
 */
export type Exchange = 'batches' | 'catch-ups'

/** How much was explored. */
export interface Explored {
  readonly worlds: number
  /** Steps from one world to another. */
  readonly transitions: number
  /** Worlds in which nothing is left to happen but a restart. */
  readonly ends: number
  /** Steps that real clients took. */
  readonly steps: number
}

export class Worlds {
  readonly #program: Program
  readonly #exchange: Exchange
  readonly #deliveries = new Deliveries()
  readonly #clients: readonly ClientStates[]
  readonly #met = new NumberSet()
  /** Keys of worlds that were met and not yet looked at. */
  readonly #waiting: number[] = []
  #beginning: readonly number[] = []
  readonly #catchUps = new Map<string, number>()
  #transitions = 0
  #ends = 0

  constructor(program: Program, exchange: Exchange) {
    this.#program = program
    this.#exchange = exchange
    const withPlaces = exchange === 'catch-ups'
    this.#clients = [0, 1, 2].map((client) => new ClientStates(program, client, this.#deliveries, { withPlaces }))
  }

  /** Takes every step that can be taken, from the beginning to every end. */
  async explore(): Promise<Explored> {
    let waited = 0
    this.#meet(...this.#begin())
    for (let key = this.#waiting.pop(); key !== undefined; key = this.#waiting.pop()) {
      this.#goOn(this.#world(key))
      if (this.#steps - waited < stepsBetweenWaits) continue
      waited = this.#steps
      await undefined
    }
    return { worlds: this.#met.size, transitions: this.#transitions, ends: this.#ends, steps: this.#steps }
  }

  /** The batches that a client had seen, for each state that any client was in. */
  *seen(): IterableIterator<readonly Batch[]> {
    for (const { all } of this.#clients)
      for (const { seen } of all) yield seen.map((batch) => this.#deliveries.batch(batch))
  }

  get #steps(): number {
    return this.#clients.reduce((sum, { steps }) => sum + steps, 0)
  }

  #begin(): [ClientState, ClientState, ClientState] {
    const { start } = this.#program
    this.#beginning = beginning(start).map((batch) => this.#deliveries.numberOf({ type: 'batch', batch }))
    const [a, b, c] = this.#clients.map((states, client) => {
      const known = start === 'living, known to one' && client > 0 ? [] : this.#beginning
      return known.reduce((state, batch) => states.after(state, batch), states.first())
    })
    return [a!, b!, c!]
  }

  #goOn(world: World): void {
    let isEnd = true
    for (let client = 0; client < clientCount; client++) {
      const { mayOperate, eras } = world[client]!
      const deliveries = this.#exchange === 'batches' ? this.#unseen(world, client) : this.#news(world, client)
      for (const delivery of deliveries) this.#go(world, client, delivery)
      if (mayOperate) this.#go(world, client, 'operation')
      if (mayOperate || deliveries.length > 0) isEnd = false
      if (client === this.#program.restarting && eras.length === 1) this.#go(world, client, 'restart')
    }
    if (isEnd) this.#checkEnd(world)
  }

  #go(world: World, client: number, happening: Happening): void {
    this.#transitions += 1
    const next = this.#clients[client]!.after(world[client]!, happening)
    assert.ok(next.number < statesPerClient, 'the program leads to too many states to be explored')
    const [a, b, c] = world as [ClientState, ClientState, ClientState]
    if (client === 0) this.#meet(next, b, c)
    else if (client === 1) this.#meet(a, next, c)
    else this.#meet(a, b, next)
  }

  #meet(a: ClientState, b: ClientState, c: ClientState): void {
    const key = (a.number * statesPerClient + b.number) * statesPerClient + c.number
    if (this.#met.add(key)) this.#waiting.push(key)
  }

  #world(key: number): World {
    const rest = Math.floor(key / statesPerClient)
    const numbers = [Math.floor(rest / statesPerClient), rest % statesPerClient, key % statesPerClient]
    return numbers.map((number, client) => this.#clients[client]!.all[number]!)
  }

  /** Batches that a client has not seen. */
  #unseen(world: World, client: number): number[] {
    const { seen } = world[client]!
    const unseen: number[] = []
    for (const batch of this.#beginning) if (!seen.includes(batch)) unseen.push(batch)
    for (const { own } of world) for (const batch of own) if (!seen.includes(batch)) unseen.push(batch)
    return unseen
  }

  /** Catch-ups that bring a client something. */
  #news(world: World, client: number): number[] {
    const { cursors } = world[client]!
    const news: number[] = []
    for (const [from, state] of world.entries()) {
      const cursor = cursors[from]
      if (from === client || (from !== 0 && client !== 0) || state.place.position <= (cursor?.position ?? 0)) continue
      const key = `${client} ${from} ${state.number} ${cursor?.era} ${cursor?.position}`
      let number = this.#catchUps.get(key)
      if (number === undefined) {
        number = this.#deliveries.numberOf(this.#clients[from]!.catchUp(state, cursor))
        this.#catchUps.set(key, number)
      }
      news.push(number)
    }
    return news
  }

  /** Everybody holds the same. */
  #checkEnd(world: World): void {
    this.#ends += 1
    const [first, ...others] = world.map(({ held }) => held)
    for (const other of others) assert.equal(other, first, JSON.stringify(this.#program))
  }
}
