/** What the recorder is held to, each measured alone in a process of its own: memory, merging, and finding what is new. */
import { type Batch, type Ledger, type RecordId, type RowImage, Scriber } from '@syncro/scriber'
import { ManualClock, SeededRandom } from '@syncro/scriber/testing'
import { type Document, fields, outcome, randomUpdates, type TodoRecord } from './records.js'
import { memoryNow } from './settle.js'

export interface Figure {
  readonly title: string
  readonly unit: string
  /** What it has to be at the most; undefined where it is only of interest. */
  readonly goal?: number
  readonly measure: () => Promise<number>
}

export const figures: Readonly<Record<string, Figure>> = {
  memory: {
    title: 'memory of a record (21 characters of id, 4 fields), 100,000 records',
    unit: 'bytes',
    goal: 300,
    measure: () => bytesPerRecord(0),
  },
  'memory-updated': {
    title: 'the same after 3 updates of each record',
    unit: 'bytes',
    goal: 300,
    measure: () => bytesPerRecord(3),
  },
  merge: {
    title: 'merge of a batch of one field, decoded just before, 10,000 records',
    unit: 'µs',
    goal: 0.5,
    measure: async () =>
      merging(
        10_000,
        ({ ledger }) =>
          (batch) =>
            ledger.merge(batch),
      ),
  },
  'merge-floor': {
    title: 'the same into a `Map` of plain objects, with nothing decided: what it costs to find a record',
    unit: 'µs',
    measure: async () => merging(10_000, (_, records) => writingInto(records)),
  },
  'merge-wide': {
    title: 'merge of a batch of one field, decoded just before, 100,000 records',
    unit: 'µs',
    measure: async () =>
      merging(
        100_000,
        ({ ledger }) =>
          (batch) =>
            ledger.merge(batch),
      ),
  },
  'merge-wide-floor': {
    title: 'the same into a `Map` of plain objects',
    unit: 'µs',
    measure: async () => merging(100_000, (_, records) => writingInto(records)),
  },
  'merge-near': {
    title:
      'merge of a batch of one field, decoded just before, 100 records: what it costs where no memory is waited for',
    unit: 'µs',
    measure: async () =>
      merging(
        100,
        ({ ledger }) =>
          (batch) =>
            ledger.merge(batch),
      ),
  },
  'merge-rows': {
    title: 'merge of one field of four in a row of a catch-up, 10,000 records',
    unit: 'µs',
    goal: 0.5,
    measure: async () => mergingRows(10_000),
  },
  replay: {
    title: 'replay of a batch of one field, decoded just before, with a listener told, 10,000 records',
    unit: 'µs',
    measure: async () => merging(10_000, (scriber) => (batch) => scriber.replay(batch, 'peer')),
  },
  assign: {
    title: 'assignment of one field, recorded, with a listener told, 10,000 records',
    unit: 'µs',
    measure: async () => assigning(10_000),
  },
  create: {
    title: 'create of a record with 4 fields, recorded, 100,000 records',
    unit: 'µs',
    measure: async () => creating(100_000),
  },
  'find-10k': findingIn(10_000),
  'find-100k': findingIn(100_000),
  'find-1m': findingIn(1_000_000),
}

function findingIn(records: number): Figure {
  return {
    title: `the last 1,000 changes among ${records.toLocaleString('en')} records, with what is new in each`,
    unit: 'µs',
    measure: async () => finding(records),
  }
}

const clock = new ManualClock()

function newScriber(): Scriber {
  const scriber = new Scriber({ now: clock.now, random: new SeededRandom(1).bytes })
  return scriber
}

/** Texts as they come from a peer or a disk: flat, each its own. */
function arrived<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value
}

function create(scriber: Scriber, { id, ...fields }: TodoRecord): void {
  scriber.record('Todo', 'create', id, fields)
}

async function bytesPerRecord(updatesEach: number): Promise<number> {
  const records = 100_000
  const scriber = newScriber()
  // Names, hidden classes and compiled code are no part of a record.
  for (const record of randomUpdates(2, 1000, 0).records) create(scriber, { ...record, id: `warm ${record.id}` })
  const before = await memoryNow()
  fill(scriber, randomUpdates(1, records, records * updatesEach))
  const after = await memoryNow()
  checkLiving(scriber.ledger, records + 1000)
  return (after.heapBytes - before.heapBytes) / records
}

function fill(scriber: Scriber, { records, updates }: Document): void {
  for (const record of records) create(scriber, arrived(record))
  for (const { id, field, value } of updates) scriber.record('Todo', 'update', arrived(id), { [field]: arrived(value) })
}

type Merge = (batch: Batch) => unknown

/** The plainest thing that can be done with a batch. */
function writingInto(records: ReadonlyMap<string, Record<string, unknown>>): Merge {
  return ({ changes }) => {
    for (const { id, fields } of changes) {
      const record = records.get(id as string)!
      for (const field of Object.keys(fields!)) record[field] = fields![field]
    }
  }
}

/**
 * Batches of one field each, in rising stamps, as a peer that shares the records would send them. They are decoded in groups, as frames
 * bring them; only merging is timed, and the median of the groups is taken, so that what else the machine does counts little.
 */
async function merging(
  records: number,
  make: (scriber: Scriber, records: ReadonlyMap<string, Record<string, unknown>>) => Merge,
): Promise<number> {
  const group = 128
  const groups = 3_000
  const warmUp = 1_000
  const document = randomUpdates(3, records, group * groups)
  const scriber = newScriber()
  const plain = new Map<string, Record<string, unknown>>()
  for (const record of document.records) {
    create(scriber, arrived(record))
    plain.set(arrived(record.id), arrived({ ...record }))
  }
  const texts = encodedUpdates(document, scriber.clock.last + 1)
  const merge = make(scriber, plain)
  await memoryNow()
  const times: number[] = []
  for (let at = 0; at < groups; at++) {
    const batches = texts.slice(at * group, (at + 1) * group).map((text) => JSON.parse(text) as Batch)
    const began = performance.now()
    for (const batch of batches) merge(batch)
    if (at >= warmUp) times.push((performance.now() - began) / group)
  }
  checkOutcome(scriber, plain, document)
  return medianOf(times) * 1000
}

function encodedUpdates({ updates }: Document, firstStamp: number): string[] {
  const writer = 'f'.repeat(24)
  return updates.map(({ id, field, value }, at) => {
    const change = { name: 'Todo', id, type: 'update', fields: { [field]: value } }
    return JSON.stringify({ stamp: firstStamp + at, writer, changes: [change] })
  })
}

/** Every update has arrived in one of the two places. */
function checkOutcome(scriber: Scriber, plain: ReadonlyMap<string, Record<string, unknown>>, document: Document): void {
  const table = scriber.ledger.table('Todo')
  for (const record of outcome(document))
    for (const field of fields) {
      const inLedger = table.get(table.slot(record.id)!, field) === record[field]
      check(inLedger || plain.get(record.id)![field] === record[field], `a change to ${record.id} got lost`)
    }
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

/** Rows in each of which every field is newer, as a catch-up brings them: microseconds a field. */
async function mergingRows(records: number): Promise<number> {
  const rounds = 20
  const { records: made } = randomUpdates(3, records, 0)
  const scriber = newScriber()
  for (const record of made) create(scriber, arrived(record))
  const first = scriber.clock.last + 1
  const writer = 'f'.repeat(24)
  await memoryNow()
  const texts = Array.from({ length: rounds }, (_, round) => {
    const stamp = first + round
    return made.map(({ id, title, done, priority, updatedAt }) => {
      const values = {
        title: `${title} ${round}`,
        done: done !== (round % 2 === 0),
        priority: priority + round,
        updatedAt,
      }
      const images = Object.entries(values).map(([name, value]) => ({ name, value, stamp, writer }))
      return JSON.stringify({ name: 'Todo', id, fields: images })
    })
  }).flat()
  const group = 128
  const times: number[] = []
  for (let at = 0; at + group <= texts.length; at += group) {
    const rows = texts.slice(at, at + group).map((text) => JSON.parse(text) as RowImage)
    const began = performance.now()
    const merged = scriber.ledger.mergeRows(rows)
    if (at * 3 >= texts.length) times.push((performance.now() - began) / group / 4)
    check(merged.rows.length === group, 'a row got lost')
  }
  return medianOf(times) * 1000
}

async function assigning(records: number): Promise<number> {
  const document = randomUpdates(3, records, 384_000)
  const scriber = newScriber()
  for (const record of document.records) create(scriber, arrived(record))
  const table = scriber.ledger.table('Todo')
  let told = 0
  scriber.on('step', () => {
    told += 1
  })
  await memoryNow()
  const times = inGroups(document.updates, ({ id, field, value }) => {
    const [slot, column] = [table.slot(id)!, table.column(field)]
    return () => scriber.assign(table, slot, column, value)
  })
  check(told === document.updates.length, 'a change got lost')
  return medianOf(times) * 1000
}

/** Prepares each group of items, and times what was prepared; milliseconds each, without the first third. */
function inGroups<Item>(items: readonly Item[], prepare: (item: Item) => () => void): number[] {
  const group = 128
  const times: number[] = []
  for (let at = 0; at + group <= items.length; at += group) {
    const prepared = items.slice(at, at + group).map(prepare)
    const began = performance.now()
    for (const run of prepared) run()
    if (at * 3 >= items.length) times.push((performance.now() - began) / group)
  }
  return times
}

async function creating(records: number): Promise<number> {
  const made = randomUpdates(1, records, 0).records
  const scriber = newScriber()
  await memoryNow()
  const times = inGroups(made, (record) => {
    const ours = arrived(record)
    return () => create(scriber, ours)
  })
  checkLiving(scriber.ledger, records - (records % 128))
  return medianOf(times) * 1000
}

async function finding(records: number): Promise<number> {
  const changes = 1_000
  const scriber = newScriber()
  // Ids are short and fields few, since what is measured does not depend on them and a million records would take long to make.
  scriber.transact(() => undefined)
  for (let id = 0; id < records; id++) scriber.record('Todo', 'create', id, { done: false, priority: 0 })
  const { position } = scriber.place
  const random = new SeededRandom(4)
  const changed = new Set<RecordId>()
  while (changed.size < changes) changed.add(random.below(records))
  for (const id of changed) scriber.record('Todo', 'update', id, { priority: 1 })
  const times: number[] = []
  for (let round = 0; round < 200; round++) {
    const began = performance.now()
    let found = 0
    for (const { fields } of scriber.since(position)) found += fields.length
    times.push(performance.now() - began)
    check(found === changes, `found ${found} changes instead of ${changes}`)
  }
  return medianOf(times) * 1000
}

function checkLiving(ledger: Ledger, count: number): void {
  check(ledger.table('Todo').living === count, `${ledger.table('Todo').living} records live instead of ${count}`)
}

function check(condition: boolean, problem: string): void {
  if (!condition) throw new Error(`The measurement is void: ${problem}.`)
}
