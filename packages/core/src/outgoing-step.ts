/** A step of the ledger on its way out: encoded once for all the sessions that send it. */
import { encodeMessageFrame, type Message } from '@syncro/protocol'
import type { RowImage, Step } from '@syncro/scriber'
import { batchMessage, rowsMessages } from './wire.js'

/** A message's body, and the frame around it. */
export interface Encoded {
  readonly body: Uint8Array
  readonly frame: Uint8Array
}

export class OutgoingStep {
  readonly step: Step
  readonly #chunkBytes: number
  #encoded: readonly Encoded[] | undefined

  constructor(step: Step, chunkBytes: number) {
    this.step = step
    this.#chunkBytes = chunkBytes
  }

  /** The step as version-2 messages. */
  get encoded(): readonly Encoded[] {
    this.#encoded ??= this.step.batch === undefined ? encodeRows(this.step.rows, this.#chunkBytes) : [encode(batchMessage(this.step.batch))]
    return this.#encoded
  }
}

/** Rows as `rows` messages of about a chunk each. */
export function encodeRows(rows: Iterable<RowImage>, chunkBytes: number): Encoded[] {
  const encoded: Encoded[] = []
  for (const message of rowsMessages(rows, chunkBytes)) encoded.push(encode(message))
  return encoded
}

function encode(message: Message): Encoded {
  const frame = encodeMessageFrame(message)
  return { body: frame.subarray(4), frame }
}
