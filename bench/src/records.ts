/** The data of all workloads: seeded records, and updates each of which really changes its field. */
import { SeededRandom } from '@syncro/scriber/testing'

export interface TodoRecord {
  /** 21 characters. */
  readonly id: string
  /** 21 to 27 characters of words. */
  readonly title: string
  readonly done: boolean
  /** 0 to 9. */
  readonly priority: number
  /** In milliseconds since the Unix epoch. */
  readonly updatedAt: number
}

/** One field of one record, assigned. */
export type Update =
  | { readonly id: string; readonly field: 'title'; readonly value: string }
  | { readonly id: string; readonly field: 'done'; readonly value: boolean }
  | { readonly id: string; readonly field: 'priority' | 'updatedAt'; readonly value: number }

export type Field = Update['field']
export type Value = Update['value']

/** Records and what happens to them. */
export interface Document {
  readonly records: readonly TodoRecord[]
  readonly updates: readonly Update[]
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
const words =
  'water paint order build check write plant clean visit carry drive sweep count fetch green small quiet early'.split(
    ' ',
  )
export const fields: readonly Field[] = ['title', 'done', 'priority', 'updatedAt']
const firstMs = 1_750_000_000_000

/** Records with updates of records drawn at random. */
export function randomUpdates(seed: number, records: number, updates: number): Document {
  const random = new SeededRandom(seed)
  const made = makeRecords(random, records)
  return { records: made, updates: makeUpdates(random, made, () => random.below(records), updates) }
}

/** Records with so many updates of each, in mixed order. */
export function pastUpdates(seed: number, records: number, updatesEach: number): Document {
  const random = new SeededRandom(seed)
  const made = makeRecords(random, records)
  const order = random.shuffled(Array.from({ length: records * updatesEach }, (_, at) => at % records))
  return { records: made, updates: makeUpdates(random, made, (at) => order[at]!, order.length) }
}

/** Updates of records drawn at random, by somebody who has these records. */
export function updatesOf(records: readonly TodoRecord[], seed: number, updates: number): Update[] {
  const random = new SeededRandom(seed)
  return makeUpdates(random, records, () => random.below(records.length), updates)
}

/** What the records are after the updates, by the plainest means. */
export function outcome({ records, updates }: Document): Iterable<TodoRecord> {
  const byId = new Map(records.map((record) => [record.id, { ...record } as Record<string, unknown>]))
  for (const { id, field, value } of updates) byId.get(id)![field] = value
  return byId.values() as Iterable<unknown> as Iterable<TodoRecord>
}

function makeRecords(random: SeededRandom, count: number): TodoRecord[] {
  return Array.from({ length: count }, () => ({
    id: Array.from({ length: 21 }, () => letters[random.below(letters.length)]).join(''),
    title: makeTitle(random),
    done: random.chance(0.5),
    priority: random.below(10),
    updatedAt: firstMs + random.below(1_000_000_000),
  }))
}

function makeUpdates(
  random: SeededRandom,
  records: readonly TodoRecord[],
  pick: (at: number) => number,
  count: number,
): Update[] {
  const now = records.map((record) => ({ ...record }))
  return Array.from({ length: count }, (_, at) => {
    const record = now[pick(at)]!
    const update = makeUpdate(random, record)
    Object.assign(record, { [update.field]: update.value })
    return update
  })
}

function makeUpdate(random: SeededRandom, { id, title, done, priority, updatedAt }: TodoRecord): Update {
  const field = random.pick(fields)
  if (field === 'done') return { id, field, value: !done }
  if (field === 'priority') return { id, field, value: (priority + 1 + random.below(9)) % 10 }
  if (field === 'updatedAt') return { id, field, value: updatedAt + 1 + random.below(100_000) }
  let value = makeTitle(random)
  while (value === title) value = makeTitle(random)
  return { id, field, value }
}

/** Four words of five letters, and a number of up to three digits: 21 to 27 characters. */
function makeTitle(random: SeededRandom): string {
  const title = Array.from({ length: 4 }, () => random.pick(words)).join(' ')
  return random.chance(0.5) ? `${title} ${random.below(1000)}` : title.slice(0, 21 + random.below(3))
}
