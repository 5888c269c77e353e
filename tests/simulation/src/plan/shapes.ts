/** Who dials whom. The first machines of each shape are connected among themselves, so that the last can be left out. */
import type { SeededRandom } from '@syncro/scriber/testing'
import { magnitude, weighted } from '../engine/draw.js'

export interface Shape {
  readonly name: string
  readonly servers: number
  readonly size: number
  /** Pairs: the one that dials, the one that is dialled. */
  readonly edges: readonly (readonly [from: number, to: number])[]
}

const largest = 12

export function drawShape(random: SeededRandom): Shape {
  const name = weighted(random, { star: 4, servers: 2, chain: 2, ring: 2, mesh: 3 })
  const size = Math.round(magnitude(random, 2, largest))
  switch (name) {
    case 'star':
      return shape(name, 1, size, (at) => [[at, 0]])
    case 'servers':
      return servers(random, Math.max(3, size))
    case 'chain':
      return shape(name, 0, size, (at) => [either(random, at, at - 1)])
    case 'ring':
      return shape(name, 0, Math.max(3, size), (at, end) =>
        at === end && end > 1 ? [either(random, at, at - 1), either(random, at, 0)] : [either(random, at, at - 1)],
      )
    case 'mesh':
      return shape(name, 0, size, (at) => mesh(random, at))
  }
}

/** Two or three servers that know each other, and clients that dial one or two of them. */
function servers(random: SeededRandom, size: number): Shape {
  const count = Math.min(size - 1, 2 + random.below(2))
  return shape('servers', count, size, (at) => {
    if (at < count) return [either(random, at, at - 1)]
    const [first, second] = random.shuffled(Array.from({ length: count }, (_, server) => server))
    return random.chance(0.5)
      ? [[at, first!]]
      : [
          [at, first!],
          [at, second!],
        ]
  })
}

/** Each knows one of those before it, and maybe more; of some pairs both dial. */
function mesh(random: SeededRandom, at: number): [number, number][] {
  const known = random.below(at)
  const edges: [number, number][] = [either(random, at, known)]
  for (let other = 0; other < at; other++) {
    if (other === known) {
      if (random.chance(0.3)) edges.push(edges[0]![0] === at ? [other, at] : [at, other])
    } else if (random.chance(0.3)) edges.push(either(random, at, other))
  }
  return edges
}

function either(random: SeededRandom, a: number, b: number): [number, number] {
  return random.chance(0.5) ? [a, b] : [b, a]
}

function shape(
  name: string,
  servers: number,
  size: number,
  edgesOf: (at: number, last: number) => readonly [number, number][],
): Shape {
  const edges: [number, number][] = []
  for (let at = 1; at < size; at++) edges.push(...edgesOf(at, size - 1))
  return { name, servers, size, edges }
}
