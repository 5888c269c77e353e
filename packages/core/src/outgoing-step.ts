/** A step of the ledger on its way out: encoded once for all the sessions that send it, in each encoding that one of them speaks. */
import { BinaryEncoder, type Encoded, encodeMessageFrame, type Message } from '@syncro/protocol'
import type { Ledger, Step } from '@syncro/scriber'
import { batchMessage, rowsMessages } from './wire.js'

export class OutgoingStep {
  readonly step: Step
  readonly #chunkBytes: number
  readonly #encoder: BinaryEncoder
  #frames: readonly Uint8Array[] | undefined
  #encoded: readonly Encoded[] | undefined

  constructor(step: Step, chunkBytes: number, encoder: BinaryEncoder) {
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
    this.#encoded ??= Array.from(this.#messages(), (message) => this.#encoder.encode(message))
    return this.#encoded
  }

  #messages(): Iterable<Message> {
    const { batch, rows } = this.step
    return batch === undefined ? rowsMessages(rows, this.#chunkBytes) : [batchMessage(batch)]
  }
}

/** The encoder for all sessions of a ledger: it goes by the numbers of the ledger's rows. */
export function encoderOf(ledger: Ledger): BinaryEncoder {
  return new BinaryEncoder({
    numberOf(name, id) {
      const table = ledger.findTable(name)
      const slot = table?.slot(id)
      return table === undefined || slot === undefined ? -1 : table.row(slot)
    },
    recordAt(row) {
      const { table, slot } = ledger.place(row)
      return { name: table.name, id: table.id(slot)! }
    },
  })
}
