/** A step of the ledger on its way out: encoded once for all the sessions that send it. */
import { encodeMessageFrame } from '@syncro/protocol'
import type { RowImage, Step } from '@syncro/scriber'
import { batchMessage, rowsMessages } from './wire.js'

export class OutgoingStep {
  readonly step: Step
  readonly #chunkBytes: number
  #frames: readonly Uint8Array[] | undefined

  constructor(step: Step, chunkBytes: number) {
    this.step = step
    this.#chunkBytes = chunkBytes
  }

  /** The step as version-2 messages in their frames. */
  get frames(): readonly Uint8Array[] {
    this.#frames ??=
      this.step.batch === undefined
        ? encodeRows(this.step.rows, this.#chunkBytes)
        : [encodeMessageFrame(batchMessage(this.step.batch))]
    return this.#frames
  }
}

/** Rows as `rows` messages of about a chunk each, in their frames. */
export function encodeRows(rows: Iterable<RowImage>, chunkBytes: number): Uint8Array[] {
  return Array.from(rowsMessages(rows, chunkBytes), encodeMessageFrame)
}
