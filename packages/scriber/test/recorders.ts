/** Recorders for tests, and what is in their ledgers as plain data. */
import {
  type Batch,
  type Effect,
  Ledger,
  type RowImage,
  Scriber,
  type ScriberOptions,
  type Step,
} from '../src/index.js'
import { ManualClock, SeededRandom } from '../src/testing/index.js'

export interface Recorder {
  readonly scriber: Scriber
  readonly clock: ManualClock
  /** Every step that was told, in order. */
  readonly steps: Step[]
  /** What listeners threw. */
  readonly errors: unknown[]
}

let seeds = 0

export function recorder(options: Partial<ScriberOptions> & { readonly clock?: ManualClock } = {}): Recorder {
  const { clock = new ManualClock(), ...rest } = options
  const errors: unknown[] = []
  seeds += 1
  const scriber = new Scriber({
    now: clock.now,
    random: new SeededRandom(seeds).bytes,
    reportError: (error) => errors.push(error),
    ...rest,
  })
  const steps: Step[] = []
  scriber.on('step', (step) => steps.push(step))
  return { scriber, clock, steps, errors }
}

/** A ledger that has merged batches, in their order. */
export function ledgerOf(batches: readonly Batch[], options: { maxOffset?: number } = {}): Ledger {
  const ledger = new Ledger(options)
  for (const batch of batches) ledger.merge(batch)
  return ledger
}

/** What is newer than a position in the rows that stand after it, up to another; without what some writers wrote. */
export function imagesOf(ledger: Ledger, after = 0, { upTo = Infinity }: { upTo?: number } = {}): RowImage[] {
  const images: RowImage[] = []
  const walk = ledger.walk(after)
  for (let row = walk.next(); row !== undefined && walk.reached <= upTo; row = walk.next()) {
    const image = ledger.image(row, after)
    if (image !== undefined) images.push(image)
  }
  walk.close()
  return images
}

/** What all ledgers agree on that have seen the same changes: life, and the fields that count, with stamps. */
export function stateOf(ledger: Ledger): Record<string, unknown> {
  const state: Record<string, unknown> = {}
  for (const table of ledger.tables())
    for (let slot = 0; slot < table.end; slot++) {
      const id = table.id(slot)
      if (id === undefined) continue
      const fields: Record<string, unknown> = {}
      for (const column of [...table.columns.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const stamp = column.stamp(slot)
        const writer = column.writer(slot)
        if (stamp < 0 || !table.counts(slot, stamp, writer)) continue
        fields[column.name] = { value: column.get(slot), stamp, writer: ledger.writers.id(writer) }
      }
      state[JSON.stringify([table.name, id])] = { ...ledger.life(table, slot), lives: table.lives(slot), fields }
    }
  return Object.fromEntries(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** All that a ledger holds, what does not count and the order of arrival included. */
export function wholeOf(ledger: Ledger): unknown {
  const order: unknown[] = []
  const walk = ledger.walk(0)
  for (let row = walk.next(); row !== undefined; row = walk.next()) {
    const { table, slot } = ledger.place(row)
    const fields = [...table.columns.values()]
      .filter((column) => column.has(slot))
      .map((column) => ({
        name: column.name,
        value: column.get(slot),
        stamp: column.stamp(slot),
        writer: ledger.writers.id(column.writer(slot)),
        position: ledger.order.base + column.offset(slot),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    order.push({
      name: table.name,
      id: table.id(slot),
      position: ledger.order.position(row),
      ...ledger.life(table, slot),
      birthPosition: ledger.order.base + table.birthOffset(slot),
      destroyPosition: ledger.order.base + table.destroyOffset(slot),
      fields,
    })
  }
  const tables = Object.fromEntries(
    ledger
      .tables()
      .filter((table) => [...table.livingSlots()].length > 0 || table.living !== 0)
      .map((table) => [table.name, { living: table.living, lives: [...table.livingSlots()].length }])
      .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
  )
  return { last: ledger.order.last, order, tables }
}

/** The values that a record shows; undefined if it does not live. */
export function shown(ledger: Ledger, name: string, id: string | number): Record<string, unknown> | undefined {
  const table = ledger.findTable(name)
  const slot = table?.slot(id)
  if (table === undefined || slot === undefined || !table.lives(slot)) return undefined
  const fields = [...table.columns.values()].filter((column) => column.has(slot))
  return Object.fromEntries(fields.map((column) => [column.name, column.get(slot)]))
}

/** An effect without its slot. */
export function told({ name, id, type, fields }: Effect): string {
  return `${name} ${JSON.stringify(id)} ${type}${fields.length > 0 ? ` ${fields.join()}` : ''}`
}
