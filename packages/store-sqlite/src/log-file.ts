/**
 * What SQLite overlooks of its write-ahead log: it takes one whose header is spoilt for none, and drops one beside an empty file. Both happen to a file only
 * by damage, since SQLite syncs the file before it begins a log, and a header before what follows it.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { damaged } from './database.js'

const headerBytes = 32
const sumBytes = 8

/** @throws StoreError `SYNCRO_STORE_DAMAGED` for a log that SQLite would drop. */
export function checkLog(path: string): void {
  if (sizeOf(`${path}-wal`) <= headerBytes) return
  if (sizeOf(path) === 0) throw damaged(path, `it is empty, or gone, and what was written last is still in ${path}-wal`)
  if (!isHeader(readHeader(`${path}-wal`))) throw damaged(path, `the header of ${path}-wal is not as it was written`)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function readHeader(path: string): DataView {
  const bytes = new Uint8Array(headerBytes)
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes)
  } finally {
    closeSync(file)
  }
  return new DataView(bytes.buffer)
}

/** A magic number, whose last bit says in which byte order sums are made, some words, and their sum. */
function isHeader(header: DataView): boolean {
  const magic = header.getUint32(0)
  if (magic >>> 1 !== 0x377f0682 >>> 1) return false
  let [one, two] = [0, 0]
  for (let at = 0; at < headerBytes - sumBytes; at += 8) {
    one = (one + header.getUint32(at, magic % 2 === 0) + two) >>> 0
    two = (two + header.getUint32(at + 4, magic % 2 === 0) + one) >>> 0
  }
  return one === header.getUint32(24) && two === header.getUint32(28)
}
