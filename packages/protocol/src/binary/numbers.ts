/** What the other side's numbers mean: the receiver's tables, of which each is as large as what was defined, and bounded. Rules N2 to N6. */

import { invalid, isName, isRecordId } from '../check.js'
import { ProtocolError } from '../errors.js'
import { MAX_NAME_LENGTH, MAX_NUMBERED_NAMES, MAX_NUMBERED_ROWS, MAX_NUMBERED_WRITERS } from '../limits.js'
import type { RecordId, Value } from '../value.js'
import type { ByteReader } from './byte-reader.js'
import { type Containers, readValueBytes } from './value-bytes.js'

export class Numbers {
  /** The stamp that others are counted from; undefined before the first. */
  base: number | undefined
  /** The rows of the changes of the batch that was read last, in their order, -1 for one without a number; what lies behind them is of one before. */
  readonly batchRows: number[] = []
  readonly #names = new Table<string>(MAX_NUMBERED_NAMES)
  readonly #writers = new Table<string>(MAX_NUMBERED_WRITERS)
  readonly #classes = new Table<string>(MAX_NUMBERED_ROWS)
  readonly #ids = new Table<RecordId>(MAX_NUMBERED_ROWS)

  defineName(reader: ByteReader): void {
    const number = reader.count()
    this.#names.define(number, readName(reader), 'name')
  }

  defineWriter(reader: ByteReader): void {
    const number = reader.count()
    this.#writers.define(number, reader.hex(12), 'writer')
  }

  /** The only definition that may come again with another meaning: a ledger gives the numbers of rows that it has forgotten to others. */
  defineRow(number: number, name: string, id: RecordId): void {
    this.#classes.set(number, name, 'row')
    this.#ids.set(number, id, 'row')
  }

  /** A name by its number, or as a text behind 0. */
  name(reader: ByteReader): string {
    const number = reader.count()
    return number === 0 ? readName(reader) : this.#names.get(number - 1, 'name')
  }

  /** An era by its number, or as its id behind 0. */
  writer(reader: ByteReader): string {
    const number = reader.count()
    return number === 0 ? reader.hex(12) : this.#writers.get(number - 1, 'writer')
  }

  /** The class of a row. */
  nameOf(row: number): string {
    return this.#classes.get(row, 'row')
  }

  /** The id of a row. */
  idOf(row: number): RecordId {
    return this.#ids.get(row, 'row')
  }
}

export function readRecordId(reader: ByteReader, containers: Containers): RecordId {
  return checkedId(readValueBytes(reader, containers))
}

export function checkedId(value: Value): RecordId {
  if (isRecordId(value)) return value
  throw invalid('id', 'a string of 1 to 256 units or a safe integer')
}

function readName(reader: ByteReader): string {
  const name = reader.text(MAX_NAME_LENGTH, 'a name')
  if (!isName(name)) throw invalid('a name', 'a name of 1 to 256 units')
  return name
}

/** Meanings by number: in a list while the numbers are dense, and beside it those that lie far apart. */
class Table<Meaning> {
  readonly #limit: number
  readonly #dense: (Meaning | undefined)[] = []
  readonly #sparse = new Map<number, Meaning>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(number: number, what: string): Meaning {
    const meaning = this.#dense[number] ?? this.#sparse.get(number)
    if (meaning === undefined) throw wrong(`${what} ${number} was not defined`)
    return meaning
  }

  define(number: number, meaning: Meaning, what: string): void {
    const before = this.#dense[number] ?? this.#sparse.get(number)
    if (before !== undefined && before !== meaning) throw wrong(`${what} ${number} was defined before, and otherwise`)
    this.set(number, meaning, what)
  }

  set(number: number, meaning: Meaning, what: string): void {
    if (number >= this.#limit) throw wrong(`${what} ${number} is over the limit of ${this.#limit}`)
    const dense = this.#dense
    // A few numbers that are left out are no reason for a map, and a list that is mostly empty is none for one that is long.
    if (number > dense.length + 1_024) this.#sparse.set(number, meaning)
    else {
      while (dense.length < number) dense.push(undefined)
      dense[number] = meaning
    }
  }
}

function wrong(what: string): ProtocolError {
  return new ProtocolError('SYNCRO_NUMBER_INVALID', `${what}`)
}
