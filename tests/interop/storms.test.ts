import { describe, expect, test } from 'vitest'
import { type Shape, Storm, type StormOptions } from './storm.js'

const shapes: Record<string, Shape> = {
  'two of ours with a gem between them': {
    ours: ['a', 'b'],
    gems: ['gem'],
    links: [
      ['a', 'gem'],
      ['b', 'gem'],
    ],
  },
  'two gems with one of ours between them': {
    ours: ['a'],
    gems: ['one', 'two'],
    links: [
      ['a', 'one'],
      ['a', 'two'],
    ],
  },
  'a chain of ours with a gem at each end': {
    ours: ['a', 'b'],
    gems: ['one', 'two'],
    links: [
      ['a', 'one'],
      ['a', 'b'],
      ['b', 'two'],
    ],
  },
  'a star of gems around a server of ours': {
    ours: ['server'],
    gems: ['one', 'two', 'three'],
    links: [
      ['server', 'one'],
      ['server', 'two'],
      ['server', 'three'],
    ],
  },
  'a ring of two of ours and a gem': {
    ours: ['a', 'b'],
    gems: ['gem'],
    links: [
      ['a', 'gem'],
      ['a', 'b'],
      ['b', 'gem'],
    ],
  },
  'a ring of two of ours and two gems': {
    ours: ['a', 'b'],
    gems: ['one', 'two'],
    links: [
      ['a', 'one'],
      ['b', 'one'],
      ['b', 'two'],
      ['a', 'two'],
    ],
  },
}

const storms: Record<string, StormOptions> = {
  'edits of the same fields, connections that come and go': { changes: 80 },
  'records that are destroyed and made anew': { changes: 80, destroys: true },
  'clients of ours that start anew from their stores': { changes: 80, destroys: true, restarts: true },
}

/** More of them: SYNCRO_STORMS=1000 pnpm vitest run tests/interop */
const seeds = Array.from({ length: Number(process.env.SYNCRO_STORMS ?? 12) }, (_, at) => at + 1)

for (const [shape, members] of Object.entries(shapes))
  describe(shape, () => {
    test.each(Object.entries(storms))(
      'ends alike, and comes to rest, after %s',
      { timeout: 5000 * seeds.length },
      (_name, options) => {
        for (const seed of seeds) {
          const storm = new Storm(seed, members)
          storm.rage(options)
          const [first, ...others] = storm.shown()
          for (const other of others) expect(other, `seed ${seed}`).toEqual(first)
          expect(storm.world.problems, `seed ${seed}`).toEqual([])
        }
      },
    )
  })
