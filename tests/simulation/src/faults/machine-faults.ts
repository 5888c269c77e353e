/** What befalls machines: they crash, close, lose their disks, or get old ones back. */
import type { SeededRandom } from '@syncro/scriber/testing'
import { magnitude, moments } from '../engine/draw.js'
import { Disk } from '../machine/disk.js'
import { type Crash, Machine } from '../world/machine.js'
import type { World } from '../world/world.js'
import { type Fault, type FaultDraw, type FaultKind, ownRandom } from './fault.js'

/** Milliseconds that a crash waits for a write that it is to happen at. */
const waitsForWriteMs = 5_000

/** The process ends at a write to its store, and comes back after a while. */
export const crash: FaultKind = {
  name: 'crash',
  draw: (draw) =>
    now(draw, { meanMs: [3_000, 40_000], most: 12 }, (world, machine, random) => {
      crashSoon(world, machine, { random, how: 'killed', meanwhile: () => world.count('crash') })
    }),
}

/** The machine loses its power: nobody is told of anything. */
export const powerCut: FaultKind = {
  name: 'power-cut',
  draw: (draw) =>
    now(draw, { meanMs: [10_000, 60_000], most: 5 }, (world, machine, random) => {
      const how = 'silently'
      crashSoon(world, machine, { random, how, meanwhile: () => world.count('power cut') })
    }),
}

/** The program closes in order, and is started again. */
export const restart: FaultKind = {
  name: 'restart',
  draw: (draw) =>
    now(draw, { meanMs: [5_000, 40_000], most: 8 }, (world, machine, random) => {
      world.count('restart')
      const downMs = magnitude(random, 10, 20_000)
      void machine.stop().then(() => world.mends(downMs, () => machine.start()))
    }),
}

/** A machine gets back what its disk held some time ago. */
export const rollback: FaultKind = {
  name: 'rollback',
  draw: (draw) =>
    now(draw, { meanMs: [20_000, 80_000], most: 2, durable: true }, (world, machine, random) => {
      const backup = machine.disk!.copy()
      const takenMs = world.engine.nowMs
      world.note(() => `machine ${machine.plan.number} is backed up at ${backup.commits} commits`)
      world.engine.after(magnitude(random, 500, 30_000), 'rollback', () => {
        if (world.isMended) return
        const meanwhile = () => {
          world.count('rollback')
          machine.restore(backup, takenMs)
        }
        crashSoon(world, machine, { random, how: 'killed', meanwhile })
      })
    }),
}

/** A server loses all it had. */
export const wipe: FaultKind = {
  name: 'wipe',
  draw: (draw) =>
    now(draw, { meanMs: [20_000, 80_000], most: 2, durable: true, servers: true }, (world, machine, random) => {
      const meanwhile = () => {
        world.count('wipe')
        machine.disk = new Disk()
      }
      crashSoon(world, machine, { random, how: 'killed', meanwhile })
    }),
}

/** A store fails; its program goes on with what it shows, and is started again some time later. */
export const storeFailure: FaultKind = {
  name: 'store-failure',
  draw: (draw) =>
    now(draw, { meanMs: [10_000, 60_000], most: 3, durable: true }, (world, machine, random) => {
      const { ready } = machine
      if (ready === undefined) return
      world.count('store failure')
      world.note(() => `the store of ${ready} fails`)
      ready.store!.fail()
      world.mends(magnitude(random, 500, 20_000), () => {
        if (machine.life === ready) machine.crash({ random, how: 'killed', after: () => machine.start() })
      })
    }),
}

/** A disk is full for a while; the program goes on meanwhile, but for what it would write itself. */
export const storeStall: FaultKind = {
  name: 'store-stall',
  draw: (draw) =>
    now(draw, { meanMs: [10_000, 60_000], most: 4, durable: true }, (world, machine, random) => {
      const { ready } = machine
      if (ready === undefined) return
      world.count('store stall')
      world.note(() => `the store of ${ready} stalls`)
      const store = ready.store!
      store.stall()
      world.mends(magnitude(random, 100, 20_000), () => {
        world.note(() => `the store of ${ready} goes on with ${store.underWay} transactions`)
        store.goOn()
      })
    }),
}

/**
 * A machine's data directory is copied, and a client started on the copy beside the original: for good. Only machines that dial somebody: who
 * dials the original would else be content with a copy that comes by itself.
 */
export const twice: FaultKind = {
  name: 'twice',
  draw: (draw) =>
    now(draw, { meanMs: [20_000, 80_000], most: 1, durable: true, dials: true }, (world, machine) => {
      world.count('started twice')
      const copy = new Machine(world, machine.plan, 1)
      copy.disk = machine.disk!.copy()
      world.machines.push(copy)
      copy.start()
    }),
}

/** A machine sleeps: its timers stand still, and nothing reaches it or leaves it. When it wakes up it is as if no time had passed for it. */
export const sleep: FaultKind = {
  name: 'sleep',
  draw: (draw) =>
    now(draw, { meanMs: [10_000, 60_000], most: 5 }, (world, machine, random) => {
      const { life } = machine
      if (life === undefined || !life.isAlive) return
      world.count('sleep')
      const lastsMs = magnitude(random, 500, 90_000)
      world.note(() => `${life} sleeps for ${Math.round(lastsMs)} ms`)
      life.timers.sleep()
      const frees = world.machines.flatMap(({ address }) => [
        world.network.block(address, machine.address),
        world.network.block(machine.address, address),
      ])
      world.mends(lastsMs, () => {
        life.timers.wake()
        for (const free of frees) free()
      })
    }),
}

interface Timing {
  /** Bounds of the mean time between two. */
  readonly meanMs: readonly [number, number]
  readonly most: number
  /** Only machines with a disk. */
  readonly durable?: boolean
  /** Only machines that dial somebody. */
  readonly dials?: boolean
  /** Servers only, where there are any. */
  readonly servers?: boolean
}

/** Faults that befall one machine each. */
function now(
  draw: FaultDraw,
  { meanMs, most, durable = false, dials = false, servers = false }: Timing,
  happen: (world: World, machine: Machine, random: SeededRandom) => void,
): Fault[] {
  const hasServers = draw.machines.some(({ isServer }) => isServer)
  const eligible = draw.machines.filter(
    (machine) =>
      (!durable || machine.store !== undefined) &&
      (!dials || machine.dials.length > 0) &&
      (!servers || !hasServers || machine.isServer),
  )
  if (eligible.length === 0) return []
  return moments(draw.random, magnitude(draw.random, ...meanMs), draw.endMs, most).map((atMs): Fault => {
    const random = ownRandom(draw)
    const { number } = random.pick(eligible)
    return { atMs, machines: [number], begin: (world) => happen(world, world.machines[number]!, random) }
  })
}

/** At one of the next writes, or, if none comes, after a while; then something is done to the machine, and it starts again. */
function crashSoon(
  world: World,
  machine: Machine,
  { random, how, meanwhile }: Crash & { readonly meanwhile: () => void },
): void {
  const downMs = magnitude(random, 10, 20_000)
  let isDone = false
  const crash: Crash = {
    random,
    how,
    meanwhile: () => {
      isDone = true
      meanwhile()
    },
    after: () => world.mends(downMs, () => machine.start()),
  }
  machine.crashAtWrite(1 + random.below(15), crash)
  world.engine.after(waitsForWriteMs, 'crash', () => {
    if (!isDone && !world.isMended) machine.crash(crash)
  })
}
