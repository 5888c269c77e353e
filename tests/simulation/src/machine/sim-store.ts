/** A durable store on a disk that is slow, fails, or loses what it was writing when the machine went down. */
import { type Store, StoreError, type StoreImage, type StoreTransaction } from '@syncro/scriber'
import type { SeededRandom } from '@syncro/scriber/testing'
import { exponential } from '../engine/draw.js'
import type { Engine } from '../engine/engine.js'
import type { Disk } from './disk.js'

export interface SimStoreOptions {
  readonly engine: Engine
  readonly random: SeededRandom
  /** Milliseconds that a commit takes, on average; 0: what is given is kept when the call returns. */
  readonly commitMs: number
  /** Milliseconds that opening takes; 0: none. */
  readonly openMs: number
  /** Called after each transaction that was given, before anything else happens: here a machine may go down. */
  readonly given?: () => void
}

interface Writing {
  readonly transaction: StoreTransaction
  readonly kept: () => void
  readonly failed: (error: StoreError) => void
}

export class SimStore implements Store {
  readonly level = 'disk'
  readonly disk: Disk
  readonly #options: SimStoreOptions
  #writing: Writing[] = []
  #down = false
  #failure: StoreError | undefined
  #stall: StoreError | undefined
  #told: (stall: StoreError | undefined) => void = () => undefined
  #isCommitting = false
  #whenIdle: (() => void)[] = []

  constructor(disk: Disk, options: SimStoreOptions) {
    this.disk = disk
    this.#options = options
  }

  /** Nothing is kept now, or any more, and the program has been told. */
  get isInTrouble(): boolean {
    return this.#failure !== undefined || this.#stall !== undefined
  }

  /** How many transactions are given and not kept yet. */
  get underWay(): number {
    return this.#writing.length
  }

  watch(told: (stall: StoreError | undefined) => void): void {
    this.#told = told
  }

  open(): StoreImage | undefined | Promise<StoreImage | undefined> {
    const { engine, openMs } = this.#options
    if (openMs === 0) return this.disk.read()
    return new Promise((resolve) => {
      engine.after(openMs, 'store opens', () => {
        if (!this.#down) resolve(this.disk.read())
      })
    })
  }

  keep(transaction: StoreTransaction): void | Promise<void> {
    // Whatever a program does after the lights went out.
    if (this.#down) return new Promise(() => undefined)
    if (this.#failure !== undefined) throw this.#failure
    const keeping = new Promise<void>((kept, failed) => this.#writing.push({ transaction, kept, failed }))
    this.#options.given?.()
    if (this.#down || this.#stall !== undefined || this.#options.commitMs > 0) {
      if (!this.#down) this.#scheduleCommit()
      return keeping
    }
    this.#commit(1)
    // Whoever keeps at once learns at once.
    return this.#failure === undefined ? undefined : keeping
  }

  close(): void | Promise<void> {
    if (this.#stall !== undefined) {
      for (const { failed } of this.#writing.splice(0)) failed(this.#stall)
      return Promise.reject(this.#stall)
    }
    if (this.#writing.length === 0) return undefined
    return new Promise((idle) => this.#whenIdle.push(idle))
  }

  /** The machine goes down: of what was being written a part is kept, from the first on. Returns how many transactions are lost. */
  goDown(keptCount: number): number {
    this.#down = true
    const writing = this.#writing.splice(0)
    for (const { transaction } of writing.slice(0, keptCount)) this.disk.commit(transaction)
    return Math.max(0, writing.length - keptCount)
  }

  /** For the time being nothing is kept. */
  stall(): void {
    if (this.#failure !== undefined || this.#down) return
    this.#stall = new StoreError('SYNCRO_STORE_STALLED', 'The disk of this machine is full.')
    this.#told(this.#stall)
  }

  /** Keeps what was given meanwhile, and goes on. */
  goOn(): void {
    if (this.#stall === undefined || this.#failure !== undefined || this.#down) return
    this.#stall = undefined
    this.#commit(this.#writing.length)
    if (this.#failure === undefined) this.#told(undefined)
  }

  /** From now on nothing is kept, until the store is opened anew. */
  fail(): void {
    this.#failure = new StoreError('SYNCRO_STORE_FAILED', 'The disk of this machine is broken.')
    for (const { failed } of this.#writing.splice(0)) failed(this.#failure)
  }

  /** Commits come one after another, each for all that was given by then, as a journal does it. */
  #scheduleCommit(): void {
    const { engine, random, commitMs } = this.#options
    if (this.#isCommitting || this.#stall !== undefined) return
    this.#isCommitting = true
    const count = this.#writing.length
    engine.after(exponential(random, commitMs), 'commit', () => {
      this.#isCommitting = false
      if (this.#down || this.#stall !== undefined || this.#failure !== undefined) return
      this.#commit(Math.min(count, this.#writing.length))
      if (this.#writing.length > 0) this.#scheduleCommit()
      else for (const idle of this.#whenIdle.splice(0)) idle()
    })
  }

  #commit(count: number): void {
    for (const { transaction, kept, failed } of this.#writing.splice(0, count)) {
      try {
        if (this.#failure === undefined) this.disk.commit(transaction)
      } catch (error) {
        this.#failure = error as StoreError
      }
      if (this.#failure === undefined) kept()
      else failed(this.#failure)
    }
  }
}
