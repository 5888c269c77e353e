/**
 * A store that keeps when a test says so: between a change and its being stored lies as much as the test likes. What was not released
 * is not in the store below: open that one anew to see what a power cut leaves.
 */
import { StoreError } from '../errors.js'
import type { Store, StoreImage, StoreLevel, StoreTransaction } from '../store.js'

interface Waiting {
  readonly transaction: StoreTransaction
  readonly kept: () => void
  readonly failed: (error: unknown) => void
}

export class SlowStore implements Store {
  readonly #below: Store
  #waiting: Waiting[] = []
  #failure: StoreError | undefined
  #stall: StoreError | undefined
  #told: (stall: StoreError | undefined) => void = () => undefined

  /** @param below keeps what is released. */
  constructor(below: Store) {
    this.#below = below
  }

  get level(): StoreLevel {
    return this.#below.level
  }

  /** How many transactions wait to be released. */
  get waiting(): number {
    return this.#waiting.length
  }

  watch(told: (stall: StoreError | undefined) => void): void {
    this.#told = told
  }

  async open(): Promise<StoreImage | undefined> {
    this.#failure = undefined
    return this.#below.open()
  }

  keep(transaction: StoreTransaction): Promise<void> {
    return new Promise((kept, failed) => {
      this.#waiting.push({ transaction, kept, failed })
    })
  }

  /** Keeps the oldest of what waits, in order; resolves when those who wait for it have been told. Default: all. */
  async release(count = this.#waiting.length): Promise<void> {
    for (const { transaction, kept, failed } of this.#waiting.splice(0, count)) {
      try {
        if (this.#failure !== undefined) throw this.#failure
        await this.#below.keep(transaction)
        kept()
      } catch (error) {
        failed(error)
      }
    }
    // Whoever waits for a promise that waits for ours is some turns of the microtask queue away.
    for (let turn = 0; turn < 8; turn++) await undefined
  }

  /** Says that nothing is kept for the time being, as a store on a full disk does. */
  stall(cause: unknown = new Error('the test wanted it')): void {
    this.#stall = new StoreError('SYNCRO_STORE_STALLED', 'The store was told to stall.', { cause })
    this.#told(this.#stall)
  }

  /** Keeps everything that was given meanwhile, and goes on. */
  async goOn(): Promise<void> {
    this.#stall = undefined
    await this.release()
    this.#told(undefined)
  }

  /** From now on nothing that is released is kept, until the store is opened anew. */
  fail(cause: unknown = new Error('the test wanted it')): void {
    this.#failure = new StoreError('SYNCRO_STORE_FAILED', 'The store was told to fail.', { cause })
  }

  /** Releases what waits, and closes the store below. One that is stalled rejects, and what waits is lost. */
  async close(): Promise<void> {
    const stall = this.#stall
    if (stall === undefined) await this.release()
    else for (const { failed } of this.#waiting.splice(0)) failed(stall)
    await this.#below.close()
    if (stall !== undefined) throw stall
  }
}
