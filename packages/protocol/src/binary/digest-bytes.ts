/** `digest` in the binary encoding. Rule N20. */

import { invalid } from '../check.js'
import { MAX_DIGEST_ENTRIES } from '../limits.js'
import type { DigestList, DigestMessage, DigestPart, DigestSum } from '../messages/digest.js'
import type { ByteReader } from './byte-reader.js'
import type { ByteWriter } from './byte-writer.js'
import type { Containers } from './value-bytes.js'

/** Bytes of a sum and of a row, of two hex digits each. */
const SUM_BYTES = 8
const ROW_BYTES = 16
const SUMS = 16

export function writeDigest(writer: ByteWriter, { oldest, parts, lists, differing, absent }: DigestMessage): void {
  writer.count(oldest)
  writer.count(parts.length)
  for (const [prefix, sums] of parts) {
    writer.text(prefix)
    for (const [count, sum] of sums) {
      writer.count(count)
      writer.hex(sum)
    }
  }
  writer.count(lists.length)
  for (const [prefix, rows, unborn] of lists) {
    writer.text(prefix)
    writeRows(writer, rows)
    writeRows(writer, unborn)
  }
  writeRows(writer, differing)
  writeRows(writer, absent)
}

export function readDigest(reader: ByteReader, containers: Containers): DigestMessage {
  const oldest = reader.count()
  const parts: DigestPart[] = []
  const partsLength = reader.countUpTo(MAX_DIGEST_ENTRIES, 'parts')
  containers.take(5 + partsLength * (SUMS + 2))
  for (let index = 0; index < partsLength; index++) parts.push([readPrefix(reader, 7), readSums(reader)])
  const lists: DigestList[] = []
  const listsLength = reader.countUpTo(MAX_DIGEST_ENTRIES, 'lists')
  containers.take(listsLength * 3)
  for (let index = 0; index < listsLength; index++)
    lists.push([readPrefix(reader, 8), readRows(reader, 'rows'), readRows(reader, 'unborn')])
  const differing = readRows(reader, 'differing')
  const absent = readRows(reader, 'absent')
  return { type: 'digest', oldest, parts, lists, differing, absent }
}

function writeRows(writer: ByteWriter, rows: readonly string[]): void {
  writer.count(rows.length)
  for (const row of rows) writer.hex(row)
}

function readRows(reader: ByteReader, path: string): string[] {
  const length = reader.countUpTo(MAX_DIGEST_ENTRIES, path)
  const rows: string[] = []
  for (let index = 0; index < length; index++) rows.push(reader.hex(ROW_BYTES))
  return rows
}

function readSums(reader: ByteReader): DigestSum[] {
  const sums: DigestSum[] = []
  for (let index = 0; index < SUMS; index++) sums.push([reader.count(), reader.hex(SUM_BYTES)])
  return sums
}

function readPrefix(reader: ByteReader, longest: number): string {
  const prefix = reader.text(longest, 'a prefix')
  if (!/^[0-9a-f]*$/.test(prefix)) throw invalid('a prefix', 'hex digits')
  return prefix
}
