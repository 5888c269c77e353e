/** `batch` in the binary encoding. Rules N11 to N13. */

import { invalid } from '../check.js'
import { MAX_BATCH_CHANGES, MAX_FIELDS } from '../limits.js'
import type { Batch, BatchChange } from '../messages/batch.js'
import type { RecordId, Value, WrittenStamp } from '../value.js'
import { type ByteReader, malformed } from './byte-reader.js'
import type { ByteWriter } from './byte-writer.js'
import { Item } from './items.js'
import { type Need, type Numbering, NumberOf } from './numbering.js'
import { type Numbers, readRecordId } from './numbers.js'
import { type Containers, readValueBytes, writeValueBytes } from './value-bytes.js'

/** Stamps so far beyond the base, about a minute, are counted from it: they take 4 bytes, and whole ones 8. */
const NEAR = 0x0fffffff

/** … and so far, 4 ms, in 2 bytes. */
const CLOSE = 0x3fff

/** So many batches that would be close to a new base pay the 9 bytes that it takes to tell it. */
const MANY = 16

const types = ['update', 'create', 'destroy', 'restore'] as const
const numbers = { update: 0, create: 1, destroy: 2, restore: 3 } as const
const HAS_FIELDS = 4
const HAS_AFTER = 8

/** Writes batches, whose stamps it counts from a base that it moves on. */
export class BatchWriting {
  readonly #numbering: Numbering
  #base = -1
  /** Batches since the base was told. */
  #count = 0

  constructor(numbering: Numbering) {
    this.#numbering = numbering
  }

  /** Returns the base that the stamp is counted from, or -1. */
  write(writer: ByteWriter, batch: Batch, needs: Need[]): number {
    const { stamp, changes } = batch
    this.#count += 1
    if (this.#base < 0 || stamp > this.#base + (this.#count > MANY ? CLOSE : NEAR)) {
      this.#base = stamp
      this.#count = 0
    }
    const isNear = stamp >= this.#base
    const [change] = changes
    const row = changes.length === 1 ? this.#rowOfUpdate(change!) : -1
    if (row >= 0) this.#update(writer, batch, row, isNear, needs)
    else {
      writer.byte(isNear ? Item.batch : Item.batchAt)
      writer.count(isNear ? stamp - this.#base : stamp)
      this.#numbering.writeWriter(writer, batch.writer, needs)
      writer.count(changes.length)
      for (const one of changes) this.#change(writer, one, needs)
    }
    return isNear ? this.#base : -1
  }

  /** The row of an update of one field; -1 for other changes, and for rows without a number. */
  #rowOfUpdate({ name, id, type, fields }: BatchChange): number {
    if (type !== 'update') return -1
    let count = 0
    for (const _name in fields) if (++count > 1) return -1
    return count === 1 ? this.#numbering.rowNumber(name, id) : -1
  }

  #update(writer: ByteWriter, { stamp, writer: era, changes }: Batch, row: number, isNear: boolean, needs: Need[]) {
    writer.byte(isNear ? Item.update : Item.updateAt)
    writer.count(isNear ? stamp - this.#base : stamp)
    this.#numbering.writeWriter(writer, era, needs)
    writer.count(row)
    needs.push(row * 4 + NumberOf.row)
    const fields = changes[0]!.fields!
    for (const name in fields) this.#field(writer, name, fields[name]!, needs)
  }

  #change(writer: ByteWriter, change: BatchChange, needs: Need[]): void {
    const { name, id, type, fields, after } = change
    const isBirth = type === 'create' || type === 'restore'
    const hasFields = isBirth && fields !== undefined
    writer.byte(numbers[type] + (hasFields ? HAS_FIELDS : 0) + (after === undefined ? 0 : HAS_AFTER))
    const row = this.#numbering.rowNumber(name, id)
    writer.count(row + 1)
    if (row >= 0) needs.push(row * 4 + (isBirth ? NumberOf.definedRow : NumberOf.row))
    if (isBirth || row < 0) {
      this.#numbering.writeName(writer, name, needs)
      writeValueBytes(writer, id)
    }
    if (after !== undefined) {
      writer.count(after[0])
      this.#numbering.writeWriter(writer, after[1], needs)
    }
    if (fields === undefined) return
    writer.count(Object.keys(fields).length)
    for (const field of Object.keys(fields)) this.#field(writer, field, fields[field]!, needs)
  }

  #field(writer: ByteWriter, name: string, value: Value, needs: Need[]): void {
    this.#numbering.writeName(writer, name, needs)
    writeValueBytes(writer, value)
  }
}

/** The batch of an item of one update. */
export function readUpdate(reader: ByteReader, numbers: Numbers, containers: Containers, isNear: boolean): Batch {
  containers.take(4)
  const stamp = readStamp(reader, numbers, isNear)
  const writer = numbers.writer(reader)
  const row = reader.count()
  numbers.batchRows[0] = row
  const name = numbers.nameOf(row)
  const id = numbers.idOf(row)
  const field = numbers.name(reader)
  const fields = { [field]: readValueBytes(reader, containers) }
  return { type: 'batch', stamp, writer, changes: [{ name, id, type: 'update', fields }] }
}

/** The batch of any other item. */
export function readBatch(reader: ByteReader, numbers: Numbers, containers: Containers, isNear: boolean): Batch {
  containers.take(2)
  const stamp = readStamp(reader, numbers, isNear)
  const writer = numbers.writer(reader)
  const length = reader.countUpTo(MAX_BATCH_CHANGES, 'changes')
  if (length === 0) throw invalid('changes', 'an array of at least one change')
  const changes: BatchChange[] = []
  for (let index = 0; index < length; index++) changes.push(readChange(reader, numbers, containers, index))
  return { type: 'batch', stamp, writer, changes }
}

function readStamp(reader: ByteReader, { base }: Numbers, isNear: boolean): number {
  const stamp = reader.count()
  if (!isNear) return stamp
  if (base === undefined) throw malformed('a stamp is counted from a base that was not told')
  if (!Number.isSafeInteger(base + stamp)) throw malformed('a stamp is beyond 2^53 - 1')
  return base + stamp
}

function readChange(reader: ByteReader, numbers: Numbers, containers: Containers, index: number): BatchChange {
  const head = reader.byte()
  const type = types[head & 3]!
  const isBirth = type === 'create' || type === 'restore'
  if (head >= (isBirth ? 16 : 4)) throw malformed(`no ${type} begins with ${head}`)
  const row = reader.count() - 1
  numbers.batchRows[index] = row
  let name: string
  let id: RecordId
  if (isBirth || row < 0) {
    name = numbers.name(reader)
    id = readRecordId(reader, containers)
    if (row >= 0) numbers.defineRow(row, name, id)
  } else {
    name = numbers.nameOf(row)
    id = numbers.idOf(row)
  }
  if (type === 'destroy') {
    containers.take(1)
    return { name, id, type }
  }
  const after: WrittenStamp | undefined =
    (head & HAS_AFTER) === 0 ? undefined : [reader.count(), numbers.writer(reader)]
  const fields = isBirth && (head & HAS_FIELDS) === 0 ? undefined : readFields(reader, numbers, containers)
  containers.take(after === undefined ? 2 : 3)
  if (fields === undefined) return after === undefined ? { name, id, type } : { name, id, type, after }
  return after === undefined ? { name, id, type, fields } : { name, id, type, fields, after }
}

function readFields(reader: ByteReader, numbers: Numbers, containers: Containers): Record<string, Value> {
  const length = reader.countUpTo(MAX_FIELDS, 'fields')
  const fields: Record<string, Value> = {}
  for (let index = 0; index < length; index++) {
    const name = numbers.name(reader)
    fields[name] = readValueBytes(reader, containers)
  }
  return fields
}
