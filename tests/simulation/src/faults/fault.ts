/** What can go wrong: kinds of faults, and the single faults that a seed's plan has of each. */
import { SeededRandom } from '@syncro/scriber/testing'
import type { Capabilities } from '../network/conditions.js'
import type { MachinePlan } from '../plan/plan.js'
import type { World } from '../world/world.js'

export interface Fault {
  readonly atMs: number
  /** The machines that it befalls; all of them where there are none. */
  readonly machines: readonly number[]
  /** Makes it happen. What ends again is left to the world: see `World.mends`. */
  begin(world: World): void
}

export interface FaultKind {
  readonly name: string
  /** Draws the faults of one world, and how bad it gets there. None where the kind has no meaning in this world. */
  draw(draw: FaultDraw): readonly Fault[]
}

export interface FaultDraw {
  readonly random: SeededRandom
  readonly machines: readonly MachinePlan[]
  readonly capabilities: Capabilities
  /** When everything is mended. */
  readonly endMs: number
}

/** What a single fault draws, when it happens: a stream of its own, so that one more or less changes none of the others. */
export function ownRandom({ random }: FaultDraw): SeededRandom {
  return new SeededRandom(random.next())
}
