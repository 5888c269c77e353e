/** A machine: a clock, maybe a disk, an address, and the client that lives on it, one life after the other. */
import type { LedgerId } from '@syncro/scriber'
import type { SeededRandom } from '@syncro/scriber/testing'
import { Disk } from '../machine/disk.js'
import { WallClock } from '../machine/wall-clock.js'
import type { MachinePlan } from '../plan/plan.js'
import { Life } from './life.js'
import type { World } from './world.js'

/** How a process ends without a warning, and what comes then. */
export interface Crash {
  readonly random: SeededRandom
  /** `killed`: the machine ends its connections; `silently`: it lost its power, and nobody is told of anything. */
  readonly how: 'killed' | 'silently'
  /** What is done to the machine while nothing runs on it. */
  readonly meanwhile?: () => void
  /** What comes after: it may start again. */
  readonly after?: () => void
}

export class Machine {
  readonly world: World
  readonly plan: MachinePlan
  readonly address: string
  readonly clock: WallClock
  /** The random bytes of its clients. */
  readonly random: SeededRandom
  /** Of a machine that runs a copy of another's data directory: which copy it is. */
  readonly copies: number
  disk: Disk | undefined
  life: Life | undefined
  lives = 0
  /** Every ledger that was ever on it. */
  readonly ledgers: LedgerId[] = []
  /** When the content of its disk was copied, if it was put back since the last life. */
  #restoredMs: number | undefined
  #doom: { writes: number; readonly crash: Crash } | undefined
  #falling = false

  constructor(world: World, plan: MachinePlan, copies = 0) {
    this.world = world
    this.plan = plan
    this.copies = copies
    this.address = plan.address + '’'.repeat(copies)
    this.clock = new WallClock(() => world.plan.beganMs + world.engine.nowMs)
    this.random = world.streams.of('random', plan.number, copies)
    this.disk = plan.store === undefined ? undefined : new Disk()
  }

  /** The client, if it runs and its store is open. */
  get ready(): Life | undefined {
    const { life } = this
    return life?.isAlive && life.isReady && !life.isClosing ? life : undefined
  }

  /** The ledger that is on it now. */
  get ledger(): LedgerId | undefined {
    return this.ready?.syncro.scriber.ledgerId ?? this.disk?.ledger
  }

  start(): void {
    if (this.life?.isAlive || this.#falling) return
    this.world.note(() => `machine ${this.plan.number} starts`)
    this.life = new Life(this, this.lives++)
    this.life.connect()
  }

  /** Puts back what the disk held at an earlier time. Only while nothing runs. */
  restore(backup: Disk, takenMs: number): void {
    this.disk = backup
    this.#restoredMs = takenMs
  }

  /** The process ends without a warning. What was being stored is kept up to a transaction that is drawn. */
  crash(crash: Crash): void {
    const fallen = this.#fall(crash)
    if (fallen !== undefined) this.#bury(fallen, crash)
  }

  /** The same, when the store has been given so many transactions more: in the middle of whatever gives it the last. */
  crashAtWrite(writes: number, crash: Crash): void {
    this.#doom = { writes, crash }
  }

  /** A crash that waits for a write is called off. */
  spare(): void {
    this.#doom = undefined
  }

  /** The process closes in order, and ends when it has. */
  async stop(): Promise<void> {
    const { life } = this
    if (life === undefined || !life.isAlive || life.isClosing) return
    this.world.note(() => `${life} closes`)
    life.isClosing = true
    try {
      await life.syncro.close()
    } catch (error) {
      life.threw(error)
    }
    // It may have crashed meanwhile.
    if (!life.isAlive) return
    life.fall()
    life.host.die('killed')
    this.world.checks.ended(life)
    this.world.checks.lost(this)
  }

  /** For the store: a transaction was given. */
  written(life: Life): void {
    const doom = this.#doom
    if (doom === undefined || life !== this.life) return
    doom.writes -= 1
    if (doom.writes > 0) return
    const fallen = this.#fall(doom.crash)
    if (fallen === undefined) return
    // What others learn of it they learn in events of their own.
    this.#falling = true
    this.world.engine.after(0, 'crash', () => {
      this.#falling = false
      this.#bury(fallen, doom.crash)
    })
  }

  /** From now on nothing that the process does has an effect. */
  #fall({ random, how }: Crash): Life | undefined {
    const { life } = this
    this.#doom = undefined
    if (life === undefined || !life.isAlive) return undefined
    const { store } = life
    const lost = store?.goDown(random.below(store.underWay + 1)) ?? 0
    life.fall()
    this.world.note(() => `${life} crashes, ${how}, and loses ${lost} transactions`)
    if (lost > 0) this.world.count('crash with transactions lost')
    return life
  }

  #bury(life: Life, { how, meanwhile, after }: Crash): void {
    life.host.die(how)
    this.world.checks.ended(life)
    meanwhile?.()
    this.world.checks.lost(this, this.#restoredMs)
    this.#restoredMs = undefined
    after?.()
  }
}
