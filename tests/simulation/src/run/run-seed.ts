/** Runs one seed: its world goes wrong for a while, is mended, and has to come to rest. */
import { StoreError } from '@syncro/scriber'

import { CheckFailed } from '../checks/check.js'
import { unrest, waitMs } from '../checks/rest.js'
import { faultKinds } from '../faults/faults.js'
import { drawPlan } from '../plan/draw-plan.js'
import type { Reduction } from '../plan/plan.js'
import type { Workload } from '../world/workload.js'
import { World } from '../world/world.js'
import { whileGuarded } from './guard.js'

/** Virtual milliseconds that a mended world has to come to rest. */
const restWithinMs = 180_000

/** … beyond the time for which stamps from a wrong time may have to wait: clocks are up to an hour apart. */
const longestWaitMs = 70 * 60_000

/** … and for which it is watched when it has: nothing may be said any more but that everybody is there. */
const quietMs = 60_000

/** Between two looks whether it is at rest. */
const lookEveryMs = 250

/** … where something has to wait for its time. */
const longestLookMs = 10_000

/** Looks at a world that came to rest and was left alone for a while. */
const mostLooks = 20

/** Events between two sweeps. A sweep looks at one machine. */
const sweepEvery = 60

/** Milliseconds within which all machines start. */
const startsWithinMs = 2_000

export interface SeedOptions {
  readonly seed: number
  readonly workload: Workload
  readonly reduction?: Reduction
  /** Takes the lines of a trace. */
  readonly write?: (line: string) => void
}

/** Plain data: it goes from a worker to whoever asked. */
export interface SeedResult {
  readonly seed: number
  readonly failure: SeedFailure | undefined
  /** What two runs of the same must share. */
  readonly hash: string
  readonly events: number
  /** Virtual milliseconds from the mending to the rest. */
  readonly restedMs: number
  readonly counts: Readonly<Record<string, number>>
  readonly shape: string
  readonly clients: number
  /** The kinds of faults that were on. */
  readonly kinds: readonly string[]
  /** The numbers of the operations that were planned. */
  readonly operations: readonly number[]
}

export interface SeedFailure {
  /** The check that failed; `thrown` for anything else. */
  readonly check: string
  readonly message: string
  readonly atMs: number
}

export async function runSeed({ seed, workload, reduction, write }: SeedOptions): Promise<SeedResult> {
  const plan = drawPlan(seed, faultKinds, reduction)
  const world = new World({ plan, workload, write })
  const { engine } = world
  schedule(world)
  let restedMs = 0
  await whileGuarded(
    (error) => engine.fail(error),
    async () => {
      await runUntil(world, plan.endMs)
      if (!engine.failed) world.mend()
      restedMs = await rest(world)
    },
  )
  return {
    seed,
    failure: engine.failed ? failureOf(engine.failure, engine.nowMs) : undefined,
    hash: engine.trace.hash,
    events: engine.events,
    restedMs,
    counts: Object.fromEntries(world.counts),
    shape: plan.shape,
    clients: plan.machines.length,
    kinds: plan.kinds,
    operations: plan.operations.map(({ number }) => number),
  }
}

function schedule(world: World): void {
  const { engine, plan, streams } = world
  const random = streams.of('start')
  for (const machine of world.machines) engine.after(random.below(startsWithinMs), 'start', () => machine.start())
  for (const fault of plan.faults) engine.after(fault.atMs, 'fault', () => fault.begin(world))
  for (const { number, atMs, machine } of plan.operations)
    engine.after(atMs, 'operation', () => operate(world, machine, number))
}

function operate(world: World, number: number, operation: number): void {
  const life = world.machines[number]!.ready
  if (life === undefined) {
    world.count('operations on a client that is down')
    return
  }
  world.count('operations')
  const random = world.streams.of('operation', operation)
  let done: string
  try {
    done = life.program.operate(life.syncro, { number: operation, random })
  } catch (error) {
    if (!(error instanceof StoreError) || life.store?.isInTrouble !== true) throw error
    world.count('operations that a store in trouble refused')
    done = String(error)
  }
  world.note(() => `${life} does operation ${operation}: ${done}`)
  if (life.isAlive) world.checks.operated(life)
}

/** Runs for a time, and sweeps now and then. */
async function runUntil(world: World, untilMs: number): Promise<void> {
  const { engine, machines } = world
  let swept = Math.floor(engine.events / sweepEvery)
  const sweep = () => {
    world.look()
    const due = Math.floor(engine.events / sweepEvery)
    if (due > swept) {
      swept = due
      world.checks.sweep(machines[due % machines.length]!)
    }
    return false
  }
  await engine.run({ untilMs, done: sweep })
}

/** Waits until the world is at rest, checks it, and listens whether it stays so. Returns how long it took. */
async function rest(world: World): Promise<number> {
  const { engine } = world
  const mendedMs = engine.nowMs
  let problem = unrest(world)
  let dueMs = mendedMs
  while (problem !== undefined && engine.nowMs < dueMs + restWithinMs && !engine.failed) {
    const waitsMs = waitMs(world)
    await runUntil(world, engine.nowMs + Math.min(lookEveryMs + waitsMs / 10, longestLookMs))
    dueMs = Math.max(dueMs, Math.min(engine.nowMs + waitsMs, mendedMs + longestWaitMs))
    problem = unrest(world)
  }
  const restedMs = engine.nowMs - mendedMs
  if (engine.failed) return restedMs
  if (problem !== undefined) {
    engine.fail(new CheckFailed('liveness', `${restWithinMs / 1000} s after all could be taken ${problem}`))
    return restedMs
  }
  world.checks.atRest()
  const said = dataMessages(world)
  await runUntil(world, engine.nowMs + quietMs)
  // In the middle of a question and its answer it cannot be looked at. And whose time is measured anew meanwhile may find that it is earlier than it
  // was: what it has taken may be ahead of it then, and is waited for again.
  for (let looks = 0; unrest(world) !== undefined && looks < mostLooks; looks++)
    await runUntil(world, engine.nowMs + lookEveryMs + Math.min(waitMs(world), longestWaitMs))
  if (engine.failed) return restedMs
  if (dataMessages(world) > said) engine.fail(new CheckFailed('quiet', 'at rest somebody still sends changes'))
  else world.checks.atRest()
  return restedMs
}

function dataMessages({ counts }: World): number {
  return (counts.get('message batch') ?? 0) + (counts.get('message rows') ?? 0)
}

function failureOf(error: unknown, atMs: number): SeedFailure {
  const message = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  return { check: error instanceof CheckFailed ? error.check : 'thrown', message, atMs }
}
