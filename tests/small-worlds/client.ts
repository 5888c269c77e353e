/** One client of a small world: the real recorder on a store, which does what its program says. */
import { type Batch, clockEpochMs, MemoryStore, Scriber, type Step, type Table } from '@syncro/scriber'
import { clocks, type Operation, type Program, type Start } from './program.js'

/** The record that all operations are about. */
export const record = { name: 'Note', id: 'one', fields: ['f', 'g'] } as const

const beginMs = clockEpochMs + 60_000

/** First bytes of each client's writer ids, opening by opening: some are greater than the one before, some less. */
const writerBytes = [
  [0x22, 0x88],
  [0x66, 0x11],
  [0x44, 0x99],
] as const

export class Client {
  readonly store = new MemoryStore()
  /** What was told, by all openings. */
  readonly steps: Step[] = []
  readonly #program: Program
  readonly #number: number
  #openings = 0
  #done = 0
  #scriber: Scriber

  constructor(program: Program, number: number) {
    this.#program = program
    this.#number = number
    this.#scriber = this.#open(this.store)
  }

  get scriber(): Scriber {
    return this.#scriber
  }

  /** How many of its operations it has done. */
  get done(): number {
    return this.#done
  }

  /** The next operation, if there is one and it is legal now. */
  get next(): Operation | undefined {
    const operation = this.#program.operations[this.#number]![this.#done]
    return operation !== undefined && isLegal(operation, this.#scriber.ledger.findTable(record.name))
      ? operation
      : undefined
  }

  operate(): void {
    const operation = this.next!
    const value = `${this.#number === 2 ? 'x' : 'v'}${this.#done}`
    perform(this.#scriber, operation, value)
    this.#done += 1
  }

  /** Opens the store anew, as a new process does. */
  restart(): void {
    this.#scriber = this.#open(this.store)
  }

  /** What a restart would find now. */
  reopened(): Scriber {
    const again = this.#open(this.store.copy())
    this.#openings -= 1
    return again
  }

  #open(store: MemoryStore): Scriber {
    const twin = this.#program.twins && this.#number === 2 ? 1 : this.#number
    const scriber = recorder(writerBytes[twin]![this.#openings]!, store, () => this.#nowMs())
    scriber.on('step', (step) => this.steps.push(step))
    this.#openings += 1
    return scriber
  }

  #nowMs(): number {
    return beginMs + clocks[this.#program.clocks[this.#number]!][this.#done === 0 ? 0 : 1]
  }
}

/** What was written before the world began, by a client that is no longer there. */
export function beginning(start: Start): Batch[] {
  const scriber = recorder(0x55, undefined, () => beginMs - 1_000)
  const batches: Batch[] = []
  scriber.on('step', ({ batch }) => batches.push(batch!))
  const { name, id } = record
  // Both fields: what a client creates anew has one of them only.
  const written = [['create', { f: 'old', g: 'old' }], ['destroy'], ['restore']] as const
  for (const [type, data] of written.slice(0, beginnings[start])) scriber.record(name, type, id, data)
  return batches
}

/** How many of a create, a destroy and a restore a world begins with. */
const beginnings = { nothing: 0, living: 1, 'living, known to one': 1, destroyed: 2, 'born again': 3 } as const

function perform(scriber: Scriber, operation: Operation, value: string): void {
  const { name, id } = record
  if (operation === 'create') scriber.record(name, 'create', id, { f: 'new' })
  else if (operation === 'update f') scriber.record(name, 'update', id, { f: value })
  else if (operation === 'update g') scriber.record(name, 'update', id, { g: value })
  else scriber.record(name, operation, id)
}

function recorder(firstByte: number, store: MemoryStore | undefined, now: () => number): Scriber {
  let drawn = 0
  return new Scriber({
    now,
    random: (bytes) => bytes.fill(firstByte + drawn++),
    ...(store === undefined ? undefined : { store }),
  })
}

function isLegal(operation: Operation, table: Table | undefined): boolean {
  if (operation === 'create') return true
  const slot = table?.slot(record.id)
  if (table === undefined || slot === undefined) return false
  if (operation !== 'restore') return table.lives(slot)
  const isDestroyed = !table.lives(slot) && table.destroy(slot) >= 0
  return isDestroyed && record.fields.some((field) => table.columns.get(field)?.has(slot) === true)
}
