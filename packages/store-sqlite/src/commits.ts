/**
 * Commits what a store is given: the transactions of one turn of the event loop together, and what came while the disk was at work as the next group. What
 * a full disk does not take stays a group, which grows, and is tried again.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type StoredRow, StoreError } from '@syncro/scriber'
import type { WrittenRow } from './class-table.js'
import { isBusy, isPassing, storeError } from './database.js'
import type { Author } from './history.js'
import { StateChanges } from './state.js'

/** Transactions that are committed together. */
export interface Group {
  /** By class and id, as they are to be; undefined for those that are to be gone. */
  readonly rows: Map<string, WrittenRow | undefined>
  readonly state: StateChanges
  /** For the history, where there is one: every row that was given, one after the other, and who wrote. */
  readonly changes: StoredRow[]
  readonly authors: Author[]
  readonly settle: { readonly kept: () => void; readonly failed: (error: StoreError) => void }[]
}

export interface CommitsOptions {
  readonly path: string
  /** Commits a group, all or nothing. */
  readonly commit: (group: Group) => void
  /** Makes what was committed as safe as the store's level says. What fails here is not tried again. */
  readonly secure: () => void | Promise<void>
  readonly retryMs: number
  /** Is told when nothing can be kept for the time being, and, with undefined, when all is. */
  readonly told: (stall: StoreError | undefined) => void
}

export class Commits {
  readonly #options: CommitsOptions
  #group: Group | undefined
  /** Undefined while there is nothing to commit. */
  #running: Promise<void> | undefined
  #stall: StoreError | undefined
  #failure: StoreError | undefined
  /** Ends the pause before the next try. */
  #wake: (() => void) | undefined
  #isEnding = false

  constructor(options: CommitsOptions) {
    this.#options = options
  }

  /** Why nothing is kept now, or any more. */
  get problem(): StoreError | undefined {
    return this.#failure ?? this.#stall
  }

  /** Has a transaction committed; resolves when it is kept. @param add adds it to a group, and does not throw. */
  add(add: (group: Group) => void): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#group ??= emptyGroup()
    const { settle } = this.#group
    add(this.#group)
    return new Promise((kept, failed) => {
      settle.push({ kept, failed })
      this.#running ??= this.#run()
    })
  }

  /** Commits what waits, ahead of something else that is done to the file. Whoever waits for it is told when the disk has it. */
  commitNow(): void {
    const group = this.#group
    if (group === undefined) return
    this.#options.commit(group)
    this.#group = { ...emptyGroup(), settle: group.settle }
  }

  /** Nothing is kept any more. */
  fail(error: StoreError): StoreError {
    this.#failure ??= error
    return this.#failure
  }

  /** Commits what waits; if the disk is still full, that is lost: returns the reason. */
  async end(): Promise<StoreError | undefined> {
    this.#isEnding = true
    this.#wake?.()
    // Whoever waited for a commit may have kept more by now.
    while (this.#running !== undefined) await this.#running
    return this.#stall
  }

  async #run(): Promise<void> {
    await nextTurn()
    for (let group = this.#group; group !== undefined; group = this.#group)
      try {
        if (this.#failure !== undefined) throw this.#failure
        this.#options.commit(group)
        this.#group = undefined
        await this.#options.secure()
        for (const { kept } of group.settle) kept()
        this.#goOn()
      } catch (cause) {
        if (isPassing(cause) && !this.#isEnding) await this.#stallBy(cause)
        else this.#giveUp(group, cause)
      }
    this.#running = undefined
  }

  #goOn(): void {
    if (this.#stall === undefined) return
    this.#stall = undefined
    this.#options.told(undefined)
  }

  async #stallBy(cause: unknown): Promise<void> {
    if (this.#stall === undefined) {
      this.#stall = stallError(this.#options.path, cause)
      this.#options.told(this.#stall)
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.retryMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #giveUp(group: Group, cause: unknown): void {
    if (this.#group === group) this.#group = undefined
    if (isPassing(cause)) this.#stall ??= stallError(this.#options.path, cause)
    const error = this.fail(this.#stall ?? storeError(this.#options.path, cause))
    for (const { failed } of group.settle) failed(error)
  }
}

function emptyGroup(): Group {
  return { rows: new Map(), state: new StateChanges(), changes: [], authors: [], settle: [] }
}

function stallError(path: string, cause: unknown): StoreError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const cure = isBusy(cause) ? 'end the other program that writes it' : 'make room on its disk'
  return new StoreError(
    'SYNCRO_STORE_STALLED',
    `${path} takes nothing just now (${text}): ${cure}. What was changed last is shown here, but not stored, and sent to nobody; nothing new is taken until it is stored, which is tried again and again.`,
    { cause },
  )
}
