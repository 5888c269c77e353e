/** Draws a seed's plan. What is left out of it leaves the rest as it was: each part has a stream of its own. */
import type { CoreLimits } from '@syncro/core'
import type { SeededRandom } from '@syncro/scriber/testing'
import { between, fraction, magnitude } from '../engine/draw.js'
import { Streams } from '../engine/streams.js'
import type { Fault, FaultKind } from '../faults/fault.js'
import type { Capabilities } from '../network/conditions.js'
import type { MachinePlan, OperationPlan, Plan, Reduction, StorePlan } from './plan.js'
import { drawShape, type Shape } from './shapes.js'

/** Operations of one seed. With these a seed takes about half a second, most of it for the messages that they cause. */
const fewestOperations = 30
const mostOperations = 130

/** Virtual time in which things go wrong: some faults need a minute to unfold, and timers of half a minute are to run out. */
const shortestMs = 20_000
const longestMs = 150_000

/** No fault, but named like one: that tombstones are forgotten within the world's time. */
const forgetting = 'trimming'

const noonMs = Date.UTC(2026, 0, 1, 12)
/** What is old is decided by whole days: so a day ends in the middle of it. */
const almostMidnightMs = Date.UTC(2026, 0, 1, 23, 59)

export function drawPlan(seed: number, kinds: readonly FaultKind[], reduction: Reduction = {}): Plan {
  const streams = new Streams(seed)
  const random = streams.of('plan')
  const shape = drawShape(streams.of('shape'))
  const capabilities = drawCapabilities(random)
  const highWaterBytes = Math.round(magnitude(random, 2_000, 200_000))
  const endMs = Math.round(between(random, shortestMs, longestMs))
  const operations = drawOperations(streams.of('operations'), { endMs, machines: shape.size })
  const all = Array.from({ length: shape.size }, (_, number) => drawMachine(streams, shape, number))
  const faults = kinds.flatMap((kind) => {
    const drawn = streams.of('fault', kind.name)
    if (!drawn.chance(0.5)) return []
    return [{ kind, faults: kind.draw({ random: drawn, machines: all, capabilities, endMs }) }]
  })
  const isKept = (name: string) => reduction.only?.includes(name) ?? true
  const trimming = isKept(forgetting) ? drawTrimming(streams.of(forgetting)) : undefined
  const there = reduction.clients ?? shape.size
  const on = faults.filter(({ kind, faults }) => faults.length > 0 && isKept(kind.name))
  const isDoubled = on.some(({ kind }) => kind.name === 'twice')
  return {
    seed,
    shape: shape.name,
    machines: all.slice(0, there).map((machine) => (isDoubled ? unnamed(machine) : machine)),
    capabilities,
    highWaterBytes,
    trimming,
    beganMs: trimming === undefined ? noonMs : almostMidnightMs,
    kinds: [...on.map(({ kind }) => kind.name), ...(trimming === undefined ? [] : [forgetting])],
    faults: on.flatMap(({ faults }) => faults.filter((fault) => isWithin(fault, there))),
    operations: operations.filter(
      ({ number, machine }) => machine < there && (reduction.operations?.includes(number) ?? true),
    ),
    endMs,
  }
}

function drawTrimming(random: SeededRandom): Plan['trimming'] {
  if (!random.chance(0.35)) return undefined
  const tombstoneMs = magnitude(random, 2_000, 30_000)
  return {
    tombstoneMs,
    trimMs: magnitude(random, 500, 10_000),
    expiryMs: random.chance(0.3) ? tombstoneMs + magnitude(random, 5_000, 60_000) : 90 * 86_400_000,
    trimSlots: 1 + random.below(20),
  }
}

function isWithin({ machines }: Fault, there: number): boolean {
  return machines.every((machine) => machine < there)
}

/** A link that is given a uid is content with any session of that uid, and a copy has its original's: the original may be left alone. */
function unnamed(machine: MachinePlan): MachinePlan {
  return { ...machine, dials: machine.dials.map(({ to }) => ({ to, isNamed: false })) }
}

function drawCapabilities(random: SeededRandom): Capabilities {
  return { borders: random.chance(0.3), drain: random.chance(0.85), pause: random.chance(0.85) }
}

function drawOperations(
  random: SeededRandom,
  { endMs, machines }: { readonly endMs: number; readonly machines: number },
): OperationPlan[] {
  const count = Math.round(between(random, fewestOperations, mostOperations))
  // Bursts and lulls: half of the operations come within a tenth of the time.
  const burstMs = fraction(random) * endMs * 0.9
  const times = Array.from({ length: count }, () =>
    random.chance(0.5) ? fraction(random) * endMs : burstMs + fraction(random) * endMs * 0.1,
  )
  return times.sort((a, b) => a - b).map((atMs, number) => ({ number, atMs, machine: random.below(machines) }))
}

function drawMachine(streams: Streams, shape: Shape, number: number): MachinePlan {
  const random = streams.of('machine', number)
  const isServer = number < shape.servers
  const isDurable = random.chance(isServer ? 0.9 : 0.7)
  const store = drawStore(random)
  return {
    number,
    uid: isServer ? `server ${number}` : `client ${number}`,
    address: `sim://${number}`,
    isServer,
    dials: shape.edges.filter(([from]) => from === number).map(([, to]) => ({ to, isNamed: random.chance(0.3) })),
    store: isDurable ? store : undefined,
    limits: drawLimits(random),
    encoding: streams.of('encoding', number).chance(0.75) ? 'binary' : 'json',
    deflates: streams.of('deflates', number).chance(0.5),
    authenticates: random.pick(['no', 'no', 'now', 'later'] as const),
  }
}

function drawStore(random: SeededRandom): StorePlan {
  return {
    commitMs: random.chance(0.4) ? 0 : magnitude(random, 0.1, 100),
    openMs: random.chance(0.5) ? 0 : magnitude(random, 1, 1_000),
  }
}

/** Small limits make the rare paths common: queues that are full, catch-ups of many chunks. */
function drawLimits(random: SeededRandom): Partial<CoreLimits> {
  return {
    ...(random.chance(0.5) ? { chunkBytes: Math.round(magnitude(random, 200, 5_000)) } : undefined),
    ...(random.chance(0.5) ? { chunkRows: Math.round(magnitude(random, 1, 50)) } : undefined),
    ...(random.chance(0.5) ? { maxQueuedBytes: Math.round(magnitude(random, 400, 20_000)) } : undefined),
    ...(random.chance(0.5) ? { writeBytes: Math.round(magnitude(random, 100, 5_000)) } : undefined),
    ...(random.chance(0.3) ? { pauseAfterWaiting: Math.round(magnitude(random, 2, 100)) } : undefined),
    ...(random.chance(0.3) ? { maxTransientCursors: random.below(3) } : undefined),
    ...(random.chance(0.3) ? { maxEras: 1 + random.below(4) } : undefined),
  }
}
