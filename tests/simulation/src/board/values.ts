/** Values for the board's fields, of every kind that a field can have. */
import type { SeededRandom } from '@syncro/scriber/testing'

const words = ['milk', 'Grüße', '牛乳', '😀', 'a"b\\c', '', 'quite some more text than the others have'] as const

/** Characters of the longest text: a few of these fill the small queues that some clients have. */
const longestBody = 3_000

export function drawTitle(random: SeededRandom): string {
  return `${random.pick(words)} ${random.below(1000)}`
}

export function drawBody(random: SeededRandom): string {
  return random.chance(0.8) ? drawTitle(random) : 'x'.repeat(random.below(longestBody))
}

export interface TodoValues {
  title?: string
  done?: boolean
  priority?: number
  due?: Date | null
  tags?: readonly string[]
  size?: bigint
  icon?: Uint8Array
}

/** Values for some of the fields that a version of the class has; all are drawn, so that a stream goes on alike. */
export function drawTodoValues(random: SeededRandom, fields: ReadonlySet<string>): TodoValues {
  const all: Required<TodoValues> = {
    title: drawTitle(random),
    done: random.chance(0.5),
    priority: random.below(10),
    due: random.chance(0.3) ? null : new Date(Date.UTC(2026, random.below(12), 1)),
    tags: Array.from({ length: random.below(3) }, () => drawTitle(random)),
    size: BigInt(random.next()) ** 3n,
    icon: random.bytes(new Uint8Array(random.below(20))),
  }
  const chosen = Object.entries(all).filter(([name]) => random.chance(0.4) && fields.has(name))
  return Object.fromEntries(chosen)
}
