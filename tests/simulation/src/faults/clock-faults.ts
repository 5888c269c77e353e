/** What is wrong with wall clocks. */
import { between, magnitude, moments } from '../engine/draw.js'
import { type Fault, type FaultKind, ownRandom } from './fault.js'

const minuteMs = 60_000

/** Clocks that are wrong from the beginning, by up to ten minutes; they stay so. */
export const skew: FaultKind = {
  name: 'skew',
  draw: ({ random, machines }) =>
    machines.map(({ number }): Fault => {
      const skewMs = between(random, -10, 10) * minuteMs
      return { atMs: 0, machines: [number], begin: (world) => world.machines[number]!.clock.jump(skewMs) }
    }),
}

/** Clocks that run too fast or too slow, by up to 500 millionths. */
export const drift: FaultKind = {
  name: 'drift',
  draw: ({ random, machines }) =>
    machines.map(({ number }): Fault => {
      const ppm = between(random, -500, 500)
      return {
        atMs: 0,
        machines: [number],
        begin: (world) => {
          world.machines[number]!.clock.driftPpm = ppm
        },
      }
    }),
}

/** A clock is set anew, by up to 20 minutes either way, and some time later right again. */
export const jump: FaultKind = {
  name: 'jump',
  draw: (draw) =>
    moments(draw.random, magnitude(draw.random, 10_000, 60_000), draw.endMs, 6).map((atMs): Fault => {
      const random = ownRandom(draw)
      const machine = random.below(draw.machines.length)
      const byMs = between(random, -20, 20) * minuteMs
      return {
        atMs,
        machines: [machine],
        begin: (world) => {
          const { clock } = world.machines[machine]!
          world.count(byMs < 0 ? 'clock jumps back' : 'clock jumps ahead')
          clock.jump(byMs)
          world.mends(magnitude(random, 1_000, 60_000), () => clock.jump(-byMs))
        },
      }
    }),
}

/** A clock stands still for a while. */
export const stand: FaultKind = {
  name: 'stand',
  draw: (draw) =>
    moments(draw.random, magnitude(draw.random, 10_000, 60_000), draw.endMs, 4).map((atMs): Fault => {
      const random = ownRandom(draw)
      const machine = random.below(draw.machines.length)
      return {
        atMs,
        machines: [machine],
        begin: (world) => {
          const { clock } = world.machines[machine]!
          world.count('clock stands still')
          clock.stand()
          world.mends(magnitude(random, 1_000, 60_000), () => clock.run())
        },
      }
    }),
}

/** A clock shows the year 9999 for a while. */
export const farClock: FaultKind = {
  name: 'far-clock',
  draw: (draw) =>
    moments(draw.random, 60_000, draw.endMs, 1).map((atMs): Fault => {
      const random = ownRandom(draw)
      const machine = random.below(draw.machines.length)
      return {
        atMs,
        machines: [machine],
        begin: (world) => {
          const { clock } = world.machines[machine]!
          world.count('clock in the year 9999')
          clock.stand(Date.UTC(9999, 0, 1))
          world.mends(magnitude(random, 1_000, 60_000), () => clock.run())
        },
      }
    }),
}
