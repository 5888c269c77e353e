/**
 * The conformance suite of the Store contract. A store's own test of the contract is a factory and a list of what it can do:
 *
 * ```ts
 * storeSuite(test, { reopens: true, exclusive: false, waits: false, survivesKill: false }, () => {
 *   const store = new MemoryStore()
 *   return { store: () => store }
 * })
 * ```
 */
import type { Store } from '../store.js'
import { besideRows } from './beside-rows.js'
import { history } from './history.js'
import { keeping } from './keeping.js'
import { rows } from './rows.js'

/** Takes a title and the test: `test` of vitest, `node:test` or any other. */
export type TestFunction = (title: string, run: () => Promise<void>) => unknown

/** One place where data is kept: a directory, a database. */
export interface StorePlace {
  /** A store on this place, not yet opened. Called again after the one before was closed or abandoned. */
  store(): Store
  /** Lets go of a store as a kill would: without closing it. For stores that survive one. */
  abandon?(store: Store): unknown
  /** Called at the end of a test, with all stores closed or abandoned. */
  dispose?(): unknown
}

/** What a store says of itself. The suite holds it to that: what it cannot do is tested as well. */
export interface StoreCapabilities {
  /** What was kept is there when a place is opened again. */
  readonly reopens: boolean
  /** A place that is open is refused to a second store, with `SYNCRO_STORE_IN_USE`. */
  readonly exclusive: boolean
  /** `keep` returns promises. */
  readonly waits: boolean
  /** What was kept is there although nobody closed the store: its place has `abandon`. */
  readonly survivesKill: boolean
  /** It keeps a history. Default: false. */
  readonly history?: boolean
}

/** One test: what it shows, what it takes, and how. */
export interface StoreCase {
  readonly title: string
  readonly needs?: Partial<StoreCapabilities>
  readonly run: (place: StorePlace) => Promise<void>
}

/**
 * Declares the tests of the contract.
 *
 * @param factory makes an empty place for each test.
 */
export function storeSuite(
  test: TestFunction,
  capabilities: StoreCapabilities,
  factory: () => StorePlace | Promise<StorePlace>,
): void {
  for (const { title, needs = {}, run } of [...rows, ...besideRows, ...keeping, ...history]) {
    const isMeant = Object.entries(needs).every(
      ([name, needed]) => (capabilities[name as keyof StoreCapabilities] ?? false) === needed,
    )
    if (!isMeant) continue
    test(title, async () => {
      const place = await factory()
      try {
        await run(place)
      } finally {
        await place.dispose?.()
      }
    })
  }
}
