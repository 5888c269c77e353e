/** Version-2 messages in the binary encoding: one encoder for a ledger, whose numbers are the same in all its sessions. */

import { frameTooLarge } from '../frame.js'
import { MAX_FRAME_BYTES } from '../limits.js'
import type { Batch } from '../messages/batch.js'
import type { Cursor } from '../messages/cursor.js'
import { type ErrorMessage, shortened } from '../messages/error.js'
import type { Mark } from '../messages/mark.js'
import type { Message } from '../messages/message.js'
import type { Rows } from '../messages/rows.js'
import { BatchWriting } from './batch-bytes.js'
import { ByteWriter } from './byte-writer.js'
import { type RowSections, sectionsOf } from './columns.js'
import { writeDigest } from './digest-bytes.js'
import { Item } from './items.js'
import { type Need, Numbering, type RowNumbers } from './numbering.js'
import { writeSections } from './rows-bytes.js'
import { type Encoded, Told } from './told.js'

const nothing: readonly Need[] = []

export class BinaryEncoder {
  readonly #writer = new ByteWriter()
  readonly #numbering: Numbering
  readonly #batches: BatchWriting

  /** @param rows the numbers of the ledger's rows. */
  constructor(rows: RowNumbers) {
    this.#numbering = new Numbering(rows)
    this.#batches = new BatchWriting(this.#numbering)
  }

  /** What a new session is told of the numbers. */
  told(): Told {
    return new Told(this.#numbering)
  }

  /**
   * A message for any number of sessions, each of which is told first what `Told.definitions` says. Throws `SYNCRO_MESSAGE_INVALID` for a value
   * that is none (NaN, say), `SYNCRO_FRAME_TOO_LARGE` over `MAX_FRAME_BYTES`; all else is up to the types.
   */
  encode(message: Message): Encoded {
    const writer = this.#writer
    writer.clear()
    switch (message.type) {
      case 'batch':
        return this.#batch(message)
      case 'rows':
        return this.#rows(message)
      case 'mark':
        return this.#mark(message)
      case 'ack':
        return this.#needing((needs) => {
          writer.byte(Item.ack)
          this.#numbering.writeWriter(writer, message.era, needs)
          writer.count(message.position)
        })
      default:
        this.#plain(message)
        return { bytes: this.#take(), needs: nothing, base: -1 }
    }
  }

  /** A `rows` message that is there by columns. */
  encodeSections(rows: RowSections): Encoded {
    this.#writer.clear()
    return this.#needing((needs) => {
      this.#writer.byte(Item.rows)
      writeSections(this.#writer, rows, this.#numbering, needs)
    })
  }

  #batch(message: Batch): Encoded {
    const needs: Need[] = []
    const base = this.#batches.write(this.#writer, message, needs)
    return { bytes: this.#take(), needs, base }
  }

  #rows({ writers, rows }: Rows): Encoded {
    return this.encodeSections({ writers, sections: sectionsOf(rows) })
  }

  #mark({ era, position, since }: Mark): Encoded {
    return this.#needing((needs) => {
      this.#writer.byte(Item.mark)
      this.#numbering.writeWriter(this.#writer, era, needs)
      this.#place(position, since)
    })
  }

  #needing(write: (needs: Need[]) => void): Encoded {
    const needs: Need[] = []
    write(needs)
    return { bytes: this.#take(), needs, base: -1 }
  }

  #take(): Uint8Array {
    const { length } = this.#writer
    if (length > MAX_FRAME_BYTES) throw frameTooLarge(length, MAX_FRAME_BYTES)
    return this.#writer.take()
  }

  #plain(message: Exclude<Message, { type: 'batch' | 'rows' | 'mark' | 'ack' }>): void {
    const writer = this.#writer
    switch (message.type) {
      case 'catch-up':
        writer.byte(Item.catchUp)
        writer.count(message.rows)
        return
      case 'caught-up':
        writer.byte(Item.caughtUp)
        return
      case 'resume':
        writer.byte(Item.resume)
        this.#cursor(message.cursor)
        return
      case 'resumed':
        writer.byte(Item.resumed)
        writer.byte(message.good ? 1 : 0)
        writer.count(message.rows)
        return
      case 'digest':
        writer.byte(Item.digest)
        writeDigest(writer, message)
        return
      case 'ping':
        writer.byte(Item.ping)
        writer.count(message.clock)
        return
      case 'pong':
        writer.byte(Item.pong)
        writer.count(message.clock)
        writer.count(message.received)
        writer.count(message.sent)
        return
      case 'error':
        this.#error(message)
    }
  }

  #cursor(cursor: Cursor | null): void {
    const writer = this.#writer
    writer.byte(cursor === null ? 0 : 1)
    if (cursor === null) return
    writer.hex(cursor.ledger)
    writer.hex(cursor.era)
    this.#place(cursor.position, cursor.since)
    writer.text(cursor.view)
  }

  #place(position: number, since: number | undefined): void {
    this.#writer.count(position)
    this.#writer.byte(since === undefined ? 0 : 1)
    if (since !== undefined) this.#writer.count(since)
  }

  #error({ code, message, time }: ErrorMessage): void {
    const writer = this.#writer
    writer.byte(Item.error)
    writer.text(code)
    writer.text(shortened(message))
    writer.byte(time === undefined ? 0 : 1)
    if (time !== undefined) writer.count(time)
  }
}
