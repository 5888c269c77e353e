/**
 * Rows that are too new for a peer: it would refuse a stamp that lies ahead of its time, and end the session. They wait until their time has
 * come; meanwhile no mark passes them (DESIGN section 5, "Guard").
 */
import type { Batch, RowImage } from '@syncro/scriber'
import { Guard } from './guard.js'
import type { OutgoingStep } from './outgoing-step.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'

/** Clocks are set right, here and there, and nobody tells: so what is held back is looked at again after a while, whenever its time may come. */
const lookAgainMs = 60_000

export class Held {
  readonly #session: Session
  readonly #context: SessionContext
  readonly #guard: Guard
  readonly #due: () => void
  readonly #rows = new Set<number>()
  #cancel: (() => void) | undefined

  /** @param due called when the time of some rows has come. */
  constructor(session: Session, context: SessionContext, lagMs: () => number, due: () => void) {
    const { time, limits, scriber } = context
    this.#session = session
    this.#context = context
    this.#due = due
    const isOurs = (writer: string) => scriber.ownWriters.has(scriber.ledger.writers.number(writer))
    this.#guard = new Guard(() => time.now() - lagMs(), limits, isOurs)
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0
  }

  /** Holds a step back if it is too new. */
  holdsStep({ step }: OutgoingStep): boolean {
    const { batch, rows } = step
    const waitMs = batch === undefined ? this.#guard.waitForRows(rows) : this.#guard.waitForBatch(batch)
    if (waitMs === 0) return false
    for (const { name, id } of batch?.changes ?? rows) this.#add(rowOf(this.#context, name, id))
    this.#wait(waitMs)
    return true
  }

  /** The greatest stamp that can be sent now, whoever wrote it: a row with none newer need not be looked at. */
  get certain(): number {
    return this.#guard.certain
  }

  /** Holds a row back if it is too new. */
  holdsRow(row: number, image: RowImage): boolean {
    const waitMs = this.#guard.waitForRows([image])
    if (waitMs === 0) return false
    this.#add(row)
    this.#wait(waitMs)
    return true
  }

  /** Takes out the rows whose time has come; the others go on waiting. */
  takeDue(): number[] {
    const { ledger } = this.#context.scriber
    const due: number[] = []
    let waitMs = Number.POSITIVE_INFINITY
    for (const row of [...this.#rows]) {
      const image = ledger.image(row, 0)
      const rowWaitMs = image === undefined ? 0 : this.#guard.waitForRows([image])
      if (rowWaitMs > 0) {
        waitMs = Math.min(waitMs, rowWaitMs)
        continue
      }
      this.#rows.delete(row)
      if (image !== undefined) due.push(row)
    }
    if (this.#rows.size > 0) this.#wait(waitMs)
    return due
  }

  end(): void {
    this.#cancel?.()
    this.#rows.clear()
  }

  #add(row: number | undefined): void {
    if (row !== undefined) this.#rows.add(row)
  }

  #wait(ms: number): void {
    if (this.#cancel !== undefined) return
    const { environment, time } = this.#context
    this.#cancel = environment.timers.set(Math.min(ms, lookAgainMs), () => {
      this.#cancel = undefined
      this.#session.run(this.#due)
    })
    this.#context.held(this.#session, time.now() + ms)
  }
}

function rowOf({ scriber }: SessionContext, name: string, id: Batch['changes'][number]['id']): number | undefined {
  const table = scriber.ledger.findTable(name)
  const slot = table?.slot(id)
  return table === undefined || slot === undefined ? undefined : table.row(slot)
}
