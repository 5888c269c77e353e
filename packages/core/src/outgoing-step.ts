/** A step of the ledger on its way out: encoded once for all the sessions that send it, in each encoding that one of them speaks. */
import { BinaryEncoder, type Encoded, encodeMessageFrame, type Message } from '@syncro/protocol'
import type { Effect, Ledger, RecordId, Step } from '@syncro/scriber'
import { batchMessage, rowsMessages } from './wire.js'

export class OutgoingStep {
  readonly step: Step
  readonly #chunkBytes: number
  readonly #encoder: StepEncoder
  #frames: readonly Uint8Array[] | undefined
  #encoded: readonly Encoded[] | undefined

  constructor(step: Step, chunkBytes: number, encoder: StepEncoder) {
    this.step = step
    this.#chunkBytes = chunkBytes
    this.#encoder = encoder
  }

  /** The step as version-2 messages in JSON, in their frames. */
  get frames(): readonly Uint8Array[] {
    this.#frames ??= Array.from(this.#messages(), encodeMessageFrame)
    return this.#frames
  }

  /** … and in the binary encoding. */
  get encoded(): readonly Encoded[] {
    this.#encoded ??= this.#encode()
    return this.#encoded
  }

  #encode(): readonly Encoded[] {
    const { batch, effects } = this.step
    if (batch !== undefined) return [this.#encoder.encode(batchMessage(batch), effects)]
    return Array.from(this.#messages(), (message) => this.#encoder.encode(message, effects))
  }

  #messages(): Iterable<Message> {
    const { batch, rows } = this.step
    return batch === undefined ? rowsMessages(rows, this.#chunkBytes) : [batchMessage(batch)]
  }
}

/** The encoder for all sessions of a ledger: it goes by the numbers of the ledger's rows. */
export class StepEncoder {
  readonly encoder: BinaryEncoder
  readonly #ledger: Ledger
  /** Where the records of the step at hand lie, in their order, which is mostly that of its changes: a look there is cheaper than for an id. */
  #effects: readonly Effect[] = []
  #next = 0

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    this.encoder = new BinaryEncoder({
      numberOf: (name, id) => this.#numberOf(name, id),
      recordAt: (row) => {
        const { table, slot } = ledger.place(row)
        return { name: table.name, id: table.id(slot)! }
      },
    })
  }

  encode(message: Message, effects: readonly Effect[]): Encoded {
    this.#effects = effects
    this.#next = 0
    return this.encoder.encode(message)
  }

  #numberOf(name: string, id: RecordId): number {
    const effect = this.#effects[this.#next]
    const table = this.#ledger.findTable(name)
    if (table === undefined) return -1
    if (effect !== undefined && effect.name === name && table.id(effect.slot) === id) {
      this.#next += 1
      return table.row(effect.slot)
    }
    const slot = table.slot(id)
    return slot === undefined ? -1 : table.row(slot)
  }
}
