/** A seed's world: its time, its network, its machines, and what is held to be true of them. */
import { Checks } from '../checks/checks.js'
import { Engine } from '../engine/engine.js'
import { Streams } from '../engine/streams.js'
import { Trace } from '../engine/trace.js'
import { Network } from '../network/network.js'
import { Wiretap } from '../network/wiretap.js'
import type { Plan } from '../plan/plan.js'
import { Machine } from './machine.js'
import type { Workload } from './workload.js'

/** Clocks that are more than this ahead belong to nobody who may decide what is old. */
const mostAheadMs = 3 * 3_600_000

export interface WorldOptions {
  readonly plan: Plan
  readonly workload: Workload
  /** Takes the lines of a trace. */
  readonly write?: ((line: string) => void) | undefined
}

export class World {
  readonly plan: Plan
  readonly workload: Workload
  readonly engine: Engine
  readonly streams: Streams
  readonly network: Network
  readonly machines: Machine[]
  readonly checks: Checks
  /** How often what happened: faults, rare paths, messages. */
  readonly counts = new Map<string, number>()
  /** The latest time that any client has taken for the present, clocks out of all reason aside. */
  latestMs = 0
  /** Everything was mended, and nothing goes wrong any more. */
  isMended = false
  readonly #mends = new Set<() => void>()

  constructor({ plan, workload, write }: WorldOptions) {
    this.plan = plan
    this.workload = workload
    this.engine = new Engine(new Trace(write))
    this.streams = new Streams(plan.seed)
    const tap = new Wiretap(this)
    this.network = new Network({
      engine: this.engine,
      random: this.streams.of('network'),
      capabilities: plan.capabilities,
      conditions: { highWaterBytes: plan.highWaterBytes },
      tap: (end, bytes) => tap.written(end, bytes),
      acceptFailed: (error) => this.checks.acceptFailed(error),
      count: (what) => this.count(what),
    })
    this.checks = new Checks(this)
    this.machines = plan.machines.map((machine) => new Machine(this, machine))
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by)
  }

  /** Called after each event. */
  look(): void {
    if (this.plan.trimming === undefined) return
    const farMs = this.plan.beganMs + this.engine.nowMs + mostAheadMs
    for (const { life } of this.machines) {
      const nowMs = life?.syncro.now() ?? 0
      if (nowMs > this.latestMs && nowMs < farMs) this.latestMs = nowMs
    }
  }

  note(text: () => string): void {
    this.engine.trace.line(this.engine.nowMs, text)
  }

  /** Has something undone after a while, and at the latest when everything is mended. */
  mends(afterMs: number, undo: () => void): void {
    if (this.isMended) {
      undo()
      return
    }
    let isDone = false
    const once = () => {
      if (isDone) return
      isDone = true
      this.#mends.delete(once)
      undo()
    }
    this.#mends.add(once)
    if (Number.isFinite(afterMs)) this.engine.after(afterMs, 'mend', once)
  }

  /** Ends all that is wrong. */
  mend(): void {
    this.note(() => 'everything is mended')
    this.isMended = true
    for (const undo of [...this.#mends]) undo()
    for (const machine of this.machines) {
      machine.spare()
      machine.start()
    }
  }
}
