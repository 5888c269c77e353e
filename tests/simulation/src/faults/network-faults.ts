/** What a network does to what is on it. */
import type { SeededRandom } from '@syncro/scriber/testing'
import { between, magnitude, moments } from '../engine/draw.js'
import type { Conditions } from '../network/conditions.js'
import { calm } from '../network/conditions.js'
import type { Line } from '../network/line.js'
import type { World } from '../world/world.js'
import { type Fault, type FaultKind, ownRandom } from './fault.js'

/** Bytes are under way for a while. */
export const delay: FaultKind = {
  name: 'delay',
  draw: ({ random }) => [standing({ meanDelayMs: magnitude(random, 5, 500) })],
}

/** Streams are cut into pieces at any byte. */
export const pieces: FaultKind = {
  name: 'pieces',
  draw: ({ random, capabilities }) =>
    capabilities.borders ? [] : [standing({ largestPiece: Math.ceil(magnitude(random, 32, 8192)) })],
}

/** A message comes twice: only where the network knows messages. */
export const repeat: FaultKind = {
  name: 'repeat',
  draw: ({ random, capabilities }) =>
    capabilities.borders ? [standing({ repeatChance: magnitude(random, 0.001, 0.05) })] : [],
}

/** Dialling fails, or gets no answer. */
export const dial: FaultKind = {
  name: 'dial',
  draw: ({ random }) => [standing({ refuseChance: between(random, 0, 0.4), hangChance: between(random, 0, 0.3) })],
}

/** A connection breaks in the middle of whatever is under way; sometimes only one side learns of it, and the other when it writes. */
export const reset: FaultKind = {
  name: 'reset',
  draw: (draw) =>
    moments(draw.random, magnitude(draw.random, 1_000, 30_000), draw.endMs, 30).map((atMs): Fault => {
      const random = ownRandom(draw)
      return { atMs, machines: [], begin: (world) => breakOne(world, random) }
    }),
}

/** A connection swallows everything from some moment on, and nobody is told, as where a NAT forgot it. */
export const blackHole: FaultKind = {
  name: 'black-hole',
  draw: (draw) =>
    moments(draw.random, magnitude(draw.random, 5_000, 60_000), draw.endMs, 10).map((atMs): Fault => {
      const random = ownRandom(draw)
      return { atMs, machines: [], begin: (world) => swallowOne(world, random) }
    }),
}

/** Nothing gets through between two parts of the world, or in one direction only; what is under way waits. */
export const partition: FaultKind = {
  name: 'partition',
  draw: (draw) =>
    moments(draw.random, magnitude(draw.random, 5_000, 60_000), draw.endMs, 8).map((atMs): Fault => {
      const random = ownRandom(draw)
      const lastsMs = magnitude(random, 500, 60_000)
      return { atMs, machines: [], begin: (world) => divide(world, random, lastsMs) }
    }),
}

/** A machine reads slowly for a while. */
export const slowReader: FaultKind = {
  name: 'slow-reader',
  draw: (draw) =>
    moments(draw.random, magnitude(draw.random, 5_000, 40_000), draw.endMs, 8).map((atMs): Fault => {
      const random = ownRandom(draw)
      const machine = random.below(draw.machines.length)
      const speed = magnitude(random, 300, 50_000)
      const lastsMs = magnitude(random, 2_000, 60_000)
      return { atMs, machines: [machine], begin: (world) => slow(world, machine, { speed, lastsMs }) }
    }),
}

/** From the beginning to the end of what goes wrong. */
function standing(conditions: Partial<Conditions>): Fault {
  const begin = (world: World) => {
    Object.assign(world.network.conditions, conditions)
    const undone = Object.fromEntries(Object.keys(conditions).map((name) => [name, calm[name as keyof Conditions]]))
    world.mends(Number.POSITIVE_INFINITY, () => Object.assign(world.network.conditions, undone))
  }
  return { atMs: 0, machines: [], begin }
}

function breakOne(world: World, random: SeededRandom): void {
  const learns = random.pick(['both', 'both', 'dialled', 'accepted'] as const)
  const line = drawLine(world, random)
  if (line === undefined) return
  world.note(() => `the connection from ${line.from} to ${line.to} breaks; ${learns} learn`)
  world.count(learns === 'both' ? 'reset' : 'reset that one end learns of')
  line.break({ learns })
}

function swallowOne(world: World, random: SeededRandom): void {
  const line = drawLine(world, random)
  if (line === undefined) return
  world.note(() => `the connection from ${line.from} to ${line.to} swallows everything from now on`)
  world.count('black hole')
  line.break({ learns: 'nobody', tellsWriters: false })
}

function drawLine(world: World, random: SeededRandom): Line | undefined {
  const { lines } = world.network
  const at = random.next()
  return lines[at % Math.max(1, lines.length)]
}

/** The ways that a partition blocks. */
function divide(world: World, random: SeededRandom, lastsMs: number): void {
  const addresses = world.machines.map(({ address }) => address)
  const shuffled = random.shuffled(addresses)
  const shape = random.pick(['half', 'isolated', 'one-way'] as const)
  const few = shuffled.slice(0, shape === 'half' ? Math.ceil(shuffled.length / 2) : 1)
  const many = shuffled.slice(few.length)
  world.note(() => `partition (${shape}) of ${few} from ${many} for ${Math.round(lastsMs)} ms`)
  world.count(`partition ${shape}`)
  const frees: (() => void)[] = []
  for (const from of few)
    for (const to of many) {
      frees.push(world.network.block(from, to))
      if (shape !== 'one-way') frees.push(world.network.block(to, from))
    }
  world.mends(lastsMs, () => {
    for (const free of frees) free()
  })
}

function slow(
  world: World,
  machine: number,
  { speed, lastsMs }: { readonly speed: number; readonly lastsMs: number },
): void {
  const { address } = world.machines[machine]!
  world.note(() => `machine ${machine} reads ${Math.round(speed)} bytes a second for ${Math.round(lastsMs)} ms`)
  world.count('slow reader')
  world.network.setSpeed(address, speed)
  world.mends(lastsMs, () => world.network.setSpeed(address))
}
