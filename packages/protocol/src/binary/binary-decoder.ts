/** What comes in a session in the binary encoding: items out of bodies, with the tables of what the sender's numbers mean. */

import { invalid } from '../check.js'
import { ProtocolError } from '../errors.js'
import { MAX_ERROR_CODE_LENGTH, MAX_ERROR_TEXT_LENGTH, MAX_FRAME_BYTES, MAX_NAME_LENGTH } from '../limits.js'
import { type Cursor, parseSince } from '../messages/cursor.js'
import type { ErrorMessage } from '../messages/error.js'
import type { Mark } from '../messages/mark.js'
import type { Message } from '../messages/message.js'
import type { Rows } from '../messages/rows.js'
import { readBatch, readUpdate } from './batch-bytes.js'
import { ByteReader, malformed } from './byte-reader.js'
import { type RowSections, rowsOfSections } from './columns.js'
import { type Compression, readDeflated } from './deflated.js'
import { readDigest } from './digest-bytes.js'
import { Item } from './items.js'
import { Numbers, readRecordId } from './numbers.js'
import { readSections } from './rows-bytes.js'
import { Containers } from './value-bytes.js'

/** A `rows` message that is there by columns. */
export interface RowsByColumns extends RowSections {
  readonly type: 'rows'
}

/** A message, rows by columns. */
export type MessageByColumns = Exclude<Message, Rows> | RowsByColumns

export class BinaryDecoder {
  readonly #reader = new ByteReader()
  readonly #numbers = new Numbers()
  readonly #containers = new Containers()
  readonly #compression: Compression | undefined
  #began = 0
  /** Bytes that were inflated of the body, and those before the message at hand. */
  #inflated = 0
  #inflatedBefore = 0

  /** @param compression reads rows that were deflated. Default: they are unknown. */
  constructor(compression?: Compression) {
    this.#compression = compression
  }

  /** Begins to read a body, which has to stay as it is until `next` has returned undefined. */
  open(body: Uint8Array): void {
    if (body.length === 0) throw malformed('it is empty')
    this.#reader.open(body)
    this.#containers.clear()
    this.#inflated = 0
  }

  /** How many bytes the message takes that `next` has just returned, inflated. */
  get messageBytes(): number {
    return this.#reader.at - this.#began + this.#inflated - this.#inflatedBefore
  }

  /**
   * The numbers under which the sender knows the rows of the batch that `next` has just returned, change by change; -1 for one without. What lies behind them is of no use. A number
   * means another record only after it was defined anew, so it may serve to remember where a record lies.
   */
  get batchRows(): readonly number[] {
    return this.#numbers.batchRows
  }

  /**
   * The next message of the body; undefined at its end. Throws `SYNCRO_BINARY_INVALID`, `SYNCRO_NUMBER_INVALID`, `SYNCRO_MESSAGE_INVALID` or
   * `SYNCRO_MESSAGE_UNKNOWN`, and nothing else, whatever the bytes are; then neither the body nor what follows it is of any use.
   */
  next(): Message | undefined {
    const message = this.nextByColumns()
    return message !== undefined && 'sections' in message ? rowsOfSections(message) : message
  }

  /** The same, with rows as they came: by columns. */
  nextByColumns(): MessageByColumns | undefined {
    while (this.#reader.left > 0) {
      this.#began = this.#reader.at
      this.#inflatedBefore = this.#inflated
      const kind = this.#reader.byte()
      if (!this.#define(kind)) return this.#message(kind)
    }
    return undefined
  }

  /** Takes a definition; false for what is none. */
  #define(kind: number): boolean {
    const reader = this.#reader
    switch (kind) {
      case Item.name:
        this.#numbers.defineName(reader)
        return true
      case Item.writer:
        this.#numbers.defineWriter(reader)
        return true
      case Item.row: {
        const number = reader.count()
        const name = this.#numbers.name(reader)
        this.#numbers.defineRow(number, name, readRecordId(reader, this.#containers))
        return true
      }
      case Item.base:
        this.#numbers.base = reader.count()
        return true
      default:
        return false
    }
  }

  #message(kind: number): MessageByColumns {
    const reader = this.#reader
    switch (kind) {
      case Item.update:
      case Item.updateAt:
        return readUpdate(reader, this.#numbers, this.#containers, kind === Item.update)
      case Item.batch:
      case Item.batchAt:
        return readBatch(reader, this.#numbers, this.#containers, kind === Item.batch)
      case Item.rows:
        return { type: 'rows', ...readSections(reader, this.#numbers, this.#containers) }
      case Item.deflated:
        return this.#deflated()
      case Item.mark:
        return this.#mark()
      case Item.ack:
        return { type: 'ack', era: this.#numbers.writer(reader), position: reader.count() }
      case Item.catchUp:
        return { type: 'catch-up', rows: reader.count() }
      case Item.caughtUp:
        return { type: 'caught-up' }
      case Item.resume:
        return { type: 'resume', cursor: this.#flag() ? this.#cursor() : null }
      case Item.resumed:
        return { type: 'resumed', good: this.#flag(), rows: reader.count() }
      case Item.digest:
        return readDigest(reader, this.#containers)
      case Item.ping:
        return { type: 'ping', clock: reader.count() }
      case Item.pong:
        return { type: 'pong', clock: reader.count(), received: reader.count(), sent: reader.count() }
      case Item.error:
        return this.#error()
      default:
        throw unknown(kind)
    }
  }

  #deflated(): RowsByColumns {
    if (this.#compression === undefined) throw unknown(Item.deflated)
    const inner = readDeflated(this.#reader, this.#compression, MAX_FRAME_BYTES - this.#inflated)
    this.#inflated += inner.at + inner.left
    const rows = readSections(inner, this.#numbers, this.#containers)
    if (inner.left > 0) throw malformed('more than rows was deflated')
    return { type: 'rows', ...rows }
  }

  #mark(): Mark {
    const era = this.#numbers.writer(this.#reader)
    const position = this.#reader.count()
    if (!this.#flag()) return { type: 'mark', era, position }
    return { type: 'mark', era, position, since: parseSince(this.#reader.count(), position, 'since') }
  }

  #cursor(): Cursor {
    const reader = this.#reader
    const ledger = reader.hex(12)
    const era = reader.hex(12)
    const position = reader.count()
    const since = this.#flag() ? parseSince(reader.count(), position, 'cursor.since') : undefined
    const view = reader.text(MAX_NAME_LENGTH, 'cursor.view')
    return since === undefined ? { ledger, era, position, view } : { ledger, era, position, since, view }
  }

  #error(): ErrorMessage {
    const reader = this.#reader
    const code = reader.text(MAX_ERROR_CODE_LENGTH, 'code')
    if (code === '') throw invalid('code', 'a string that is not empty')
    const message = reader.text(MAX_ERROR_TEXT_LENGTH, 'message')
    if (!this.#flag()) return { type: 'error', code, message }
    return { type: 'error', code, message, time: reader.count() }
  }

  #flag(): boolean {
    const flag = this.#reader.byte()
    if (flag > 1) throw malformed(`${flag} is neither yes nor no`)
    return flag === 1
  }
}

function unknown(kind: number): ProtocolError {
  return new ProtocolError('SYNCRO_MESSAGE_UNKNOWN', `version 2 has no item ${kind}`, { path: 'type' })
}
