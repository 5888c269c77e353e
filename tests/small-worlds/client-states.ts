/**
 * The states that one client can be in, each met once. What a client does depends on nothing but what happened to it: a state is reached by
 * letting that happen to a real client again, along the way on which it was first found. Each step is checked when it is first taken.
 *
 * A crash that takes back the last transaction, which nobody has seen, leaves the store as it was a step before. That is a restart there, so
 * no crash needs a step of its own. Nor does a repeated delivery: it is checked in each state that it changes nothing.
 */
import assert from 'node:assert/strict'
import type { Place } from '@syncro/scriber'
import { expectedState } from '../../packages/scriber/test/model.js'
import { imagesOf, stateOf, wholeOf } from '../../packages/scriber/test/recorders.js'
import * as checks from './checks.js'
import { Client } from './client.js'
import type { Deliveries, Delivery } from './deliveries.js'
import { clientCount, type Program } from './program.js'

/** What can happen to a client; deliveries by their numbers. */
export type Happening = 'operation' | 'restart' | number

export interface ClientState {
  /** Its number among the states of its client. */
  readonly number: number
  /** How it was first reached; undefined for a client that was just opened. */
  readonly last: { readonly state: ClientState; readonly happening: Happening } | undefined
  /** Batches that it wrote, and all that it has seen. */
  readonly own: readonly number[]
  readonly seen: readonly number[]
  /** How far it has the others' ledgers, where it catches up from them. */
  readonly cursors: readonly (Place | undefined)[]
  readonly place: Place
  /** Its openings: the writers of what it wrote itself. */
  readonly eras: readonly string[]
  readonly mayOperate: boolean
  /** What all agree on that have seen the same, as text. */
  readonly held: string
  /** States that come next, as far as they were looked for. */
  readonly next: Map<Happening, ClientState>
}

/** What a state knows beside what the real client knows. */
type Known = Pick<ClientState, 'own' | 'seen' | 'cursors'>

export class ClientStates {
  readonly all: ClientState[] = []
  /** How often a real client was let take a step. */
  steps = 0
  readonly program: Program
  readonly client: number
  readonly #deliveries: Deliveries
  readonly #withPlaces: boolean
  readonly #byContents = new Map<string, ClientState>()

  /** @param withPlaces whether the places of rows and fields in the order of arrival tell states apart: they do for who is caught up from. */
  constructor(program: Program, client: number, deliveries: Deliveries, { withPlaces }: { withPlaces: boolean }) {
    this.program = program
    this.client = client
    this.#deliveries = deliveries
    this.#withPlaces = withPlaces
  }

  /** The state of a client that was just opened. */
  first(): ClientState {
    const client = new Client(this.program, this.client)
    return this.#met(client, { own: [], seen: [], cursors: new Array(clientCount).fill(undefined) }, undefined)
  }

  after(state: ClientState, happening: Happening): ClientState {
    let next = state.next.get(happening)
    if (next === undefined) {
      next = this.#checked(state, happening, () => this.#step(state, happening))
      state.next.set(happening, next)
    }
    return next
  }

  /** A real client in a state. */
  reach(state: ClientState): Client {
    const client = new Client(this.program, this.client)
    for (const happening of wayTo(state)) this.#happen(client, happening)
    return client
  }

  /** What a client in a state sends to one that has a cursor into its ledger. */
  catchUp(state: ClientState, cursor: Place | undefined): Delivery {
    const { scriber } = this.reach(state)
    const { ledger, ledgerId, place } = scriber
    if (cursor !== undefined) assert.ok(scriber.isGood({ ledger: ledgerId, ...cursor, view: '' }))
    const rows = imagesOf(ledger, cursor?.position)
    return { type: 'catch-up', from: this.client, place, rows, seen: state.seen }
  }

  #step(state: ClientState, happening: Happening): ClientState {
    this.steps += 1
    const client = this.reach(state)
    const was = checks.before(client)
    this.#happen(client, happening)
    if (happening === 'operation') checks.checkOperation(was, client)
    else if (happening === 'restart') checks.checkRestart(was, client)
    else this.#checkDelivery(was, client, { state, delivery: happening })
    checks.checkState(client.scriber)
    return this.#met(client, this.#knownAfter(state, happening, client, was), { state, happening })
  }

  #happen(client: Client, happening: Happening): void {
    if (happening === 'operation') client.operate()
    else if (happening === 'restart') client.restart()
    else {
      const delivery = this.#deliveries.get(happening)
      if (delivery.type === 'batch') client.scriber.replay(delivery.batch, 'them')
      else client.scriber.replayRows(delivery.rows, 'them')
    }
  }

  /** A batch gives what rows of it give. */
  #checkDelivery(
    was: checks.Before,
    client: Client,
    { state, delivery }: { state: ClientState; delivery: number },
  ): void {
    if (this.#deliveries.get(delivery).type === 'catch-up') {
      checks.checkTold(was, client)
      return
    }
    checks.checkBatch(was, client, this.#deliveries.batch(delivery))
    const byRows = this.reach(state)
    byRows.scriber.replayRows(this.#deliveries.rowsOf(delivery), 'them')
    checks.checkTold(was, byRows)
    assert.deepEqual(stateOf(byRows.scriber.ledger), stateOf(client.scriber.ledger))
  }

  #knownAfter(state: ClientState, happening: Happening, client: Client, was: checks.Before): Known {
    if (typeof happening === 'number') {
      const delivery = this.#deliveries.get(happening)
      if (delivery.type === 'batch') return { ...state, seen: union(state.seen, [happening]) }
      return {
        own: state.own,
        seen: union(state.seen, delivery.seen),
        cursors: state.cursors.with(delivery.from, delivery.place),
      }
    }
    const wrote = client.steps
      .slice(was.steps)
      .map(({ batch }) => this.#deliveries.numberOf({ type: 'batch', batch: batch! }))
    return { ...state, own: [...state.own, ...wrote], seen: union(state.seen, wrote) }
  }

  /** The state that a client is in; checked when it is met for the first time. */
  #met(client: Client, { own, seen, cursors }: Known, last: ClientState['last']): ClientState {
    const { scriber, done, next } = client
    const contents = [wholeOf(scriber.ledger), scriber.eras, scriber.clock.last, done, own, seen, cursors]
    const text = JSON.stringify(contents, this.#withPlaces ? undefined : withoutPlaces)
    let state = this.#byContents.get(text)
    if (state !== undefined) return state
    const held = JSON.stringify(stateOf(scriber.ledger))
    state = {
      ...{ number: this.all.length, last, own, seen, cursors, held, place: scriber.place },
      eras: scriber.eras.map(({ id }) => id),
      mayOperate: next !== undefined,
      next: new Map(),
    }
    this.#byContents.set(text, state)
    this.all.push(state)
    this.#checkNew(client, state)
    return state
  }

  #checkNew(client: Client, { held, seen }: ClientState): void {
    const batches = seen.map((number) => this.#deliveries.batch(number))
    assert.equal(held, JSON.stringify(expectedState(batches)))
    checks.checkStored(client.reopened(), client.scriber)
    checks.checkFirstCatchUp(client.scriber)
    checks.checkRepetition(client, batches)
  }

  /** Says what had happened when a check fails. */
  #checked<Result>(state: ClientState, happening: Happening, run: () => Result): Result {
    try {
      return run()
    } catch (cause) {
      const way = [...wayTo(state), happening].map((each) => {
        return typeof each === 'number' ? JSON.stringify(this.#deliveries.get(each)) : each
      })
      const problem = `${cause instanceof Error ? cause.message : cause}\n${way.join('\n')}`
      throw new Error(`Client ${this.client} of ${JSON.stringify(this.program)}: ${problem}`, { cause })
    }
  }
}

/** What happened on the way to a state. */
function wayTo(state: ClientState): Happening[] {
  const way: Happening[] = []
  for (let { last } = state; last !== undefined; last = last.state.last) way.unshift(last.happening)
  return way
}

const places: ReadonlySet<string> = new Set(['position', 'birthPosition', 'destroyPosition', 'last', 'began'])

function withoutPlaces(key: string, value: unknown): unknown {
  return places.has(key) ? undefined : value
}

/** Numbers of both, each once, in rising order. */
function union(a: readonly number[], b: readonly number[]): readonly number[] {
  return [...new Set([...a, ...b])].sort((left, right) => left - right)
}
