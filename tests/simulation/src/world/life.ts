/** One life of a client: from the start of its process to its end, whatever ends it. */
import { type Link, Syncro } from '@syncro/core'
import type { Stamp, Step } from '@syncro/scriber'
import type { Disk } from '../machine/disk.js'
import { SimStore } from '../machine/sim-store.js'
import { SimTimers, type TimerOwner } from '../machine/timers.js'
import { compression } from '../network/compression.js'
import type { Host } from '../network/host.js'
import type { Machine } from './machine.js'
import type { Program } from './workload.js'

export class Life implements TimerOwner {
  readonly machine: Machine
  readonly number: number
  readonly name: string
  readonly host: Host
  readonly store: SimStore | undefined
  readonly timers: SimTimers
  readonly program: Program
  readonly syncro: Syncro
  readonly links: Link[] = []
  /** Records that it has forgotten, with the newest stamp of what they were. */
  readonly forgotten: Map<string, Stamp>
  /** The process runs; nothing of it has an effect once it does not. */
  isAlive = true
  isReady = false
  /** It is closing in order. */
  isClosing = false

  constructor(machine: Machine, number: number) {
    const { world, plan } = machine
    this.machine = machine
    this.number = number
    this.name = `${plan.number}${'’'.repeat(machine.copies)}`
    this.host = world.network.host(machine.address, this)
    this.timers = new SimTimers(world.engine, this)
    this.store = machine.disk === undefined ? undefined : this.#store(machine.disk)
    this.forgotten = new Map(machine.disk?.forgotten)
    this.program = world.workload.program({
      number: plan.number,
      random: world.streams.of('program', plan.number),
      told: (event) => world.checks.told(this, event),
    })
    this.syncro = new Syncro({
      uid: plan.uid,
      models: this.program.models,
      ...(this.store === undefined ? undefined : { store: this.store }),
      environment: {
        now: machine.clock.now,
        random: machine.random.bytes,
        timers: this.timers,
        ...(plan.deflates ? { compression } : undefined),
      },
      limits: { ...plan.limits, ...world.plan.trimming },
      encoding: plan.encoding,
      mode: 'development',
      warn: (warning) => world.checks.warned(this, warning),
    })
    this.#watch()
  }

  /** The disk that this life has its store on; undefined without a store. */
  get disk(): Disk | undefined {
    return this.store?.disk
  }

  /** For the trace, and for messages. */
  toString(): string {
    return `client ${this.name}`
  }

  threw(error: unknown): void {
    if (this.isAlive) this.machine.world.checks.threw(this, error)
  }

  /** Dials and listens, as its program would: at once, since the library waits for the store by itself. */
  connect(): void {
    const { world, plan } = this.machine
    for (const { to, isNamed } of plan.dials) {
      const other = world.machines[to]
      // Where the last machines are left out a copy may stand in their place.
      if (other?.plan.number !== to) continue
      const options = isNamed ? { uid: other.plan.uid } : {}
      const link = this.syncro.dial(this.host.transport(other.address), options)
      this.links.push(link)
      link.on('failed', (error) => world.checks.linkFailed(this, link, error))
    }
    const listening = this.syncro.listen(this.host.listener(), this.#listenOptions())
    listening.catch((error: unknown) => {
      if (!this.isClosing) this.threw(error)
    })
  }

  /** The process is no more, whatever still runs of it. */
  fall(): void {
    this.isAlive = false
    this.host.fall()
  }

  #watch(): void {
    const { world } = this.machine
    const { checks } = world
    const { syncro } = this
    syncro.on('error', (error) => this.threw(error))
    syncro.scriber.on('conflict', (conflict) => checks.conflict(this, conflict))
    syncro.scriber.on('step', (step: Step) => {
      if (this.isAlive) checks.step(this, step)
      else checks.fell(this, step)
    })
    syncro.on('set-right', () => checks.setRight(this))
    syncro.on('gone', () => world.count('record gone'))
    syncro.on('copied', () => {
      world.count('ledger goes on as a new one')
      const before = this.machine.ledgers.at(-1)
      this.machine.ledgers.push(syncro.scriber.ledgerId)
      if (before !== undefined) checks.copied(before)
    })
    syncro.on('held', () => world.count('stamp held back'))
    syncro.scriber.on('trimmed', (rows) => checks.trimmed(this, rows))
    syncro.on('session', (session) => checks.session(this, session))
    checks.started(this)
    const ready = () => {
      if (!this.isAlive) return
      this.isReady = true
      const { ledgerId } = syncro.scriber
      if (!this.machine.ledgers.includes(ledgerId)) this.machine.ledgers.push(ledgerId)
      this.program.begin?.(syncro)
      checks.ready(this)
    }
    if (syncro.isReady) ready()
    else syncro.ready.then(ready, (error: unknown) => this.threw(error))
  }

  #store(disk: Disk): SimStore {
    const { world, plan } = this.machine
    return new SimStore(disk, {
      engine: world.engine,
      random: world.streams.of('store', plan.number, this.number),
      commitMs: plan.store!.commitMs,
      openMs: plan.store!.openMs,
      given: () => this.machine.written(this),
    })
  }

  #listenOptions() {
    const { world, plan } = this.machine
    if (plan.authenticates === 'no') return {}
    if (plan.authenticates === 'now') return { authenticate: () => true }
    return {
      authenticate: () =>
        new Promise<boolean>((resolve) => world.engine.after(20, 'authenticated', () => resolve(true))),
    }
  }
}
