/** `digest`: one turn of a comparison, in which two ledgers find what differs between them. */

import { invalid, isCount, overLimit, type RawObject } from '../check.js'
import { MAX_DIGEST_ENTRIES } from '../limits.js'

/** How many rows lie below a prefix, and the sum of their digests in 16 hex digits. */
export type DigestSum = readonly [count: number, sum: string]

/** What lies below a prefix of 0 to 7 hex digits, by its next digit: 16 sums. */
export type DigestPart = readonly [prefix: string, sums: readonly DigestSum[]]

/** All rows below a prefix of 0 to 8 hex digits: those that have life, and those that were never born. */
export type DigestList = readonly [prefix: string, rows: readonly string[], unborn: readonly string[]]

export interface DigestMessage {
  readonly type: 'digest'

  /** Rows without a living record, all of whose stamps are older, are left out by both sides. The first message decides. */
  readonly oldest: number

  readonly parts: readonly DigestPart[]

  readonly lists: readonly DigestList[]

  /** Rows that the receiver has listed and the sender holds otherwise: it asks for them. */
  readonly differing: readonly string[]

  /** Rows that the receiver has listed and the sender does not hold. */
  readonly absent: readonly string[]
}

/** Rule M14. */
export function parseDigest(raw: RawObject): DigestMessage {
  const { oldest, parts, lists, differing, absent } = raw
  if (!isCount(oldest)) throw invalid('oldest', 'a safe integer of at least 0')
  return {
    type: 'digest',
    oldest,
    parts: parseAll(parts, 'parts', parsePart),
    lists: parseAll(lists, 'lists', parseList),
    differing: parseAll(differing, 'differing', parseRow),
    absent: parseAll(absent, 'absent', parseRow),
  }
}

function parseAll<Item>(raw: unknown, path: string, parse: (item: unknown, path: string) => Item): Item[] {
  if (!Array.isArray(raw)) throw invalid(path, 'an array')
  if (raw.length > MAX_DIGEST_ENTRIES) throw overLimit(path, raw.length, MAX_DIGEST_ENTRIES)
  return raw.map((item, index) => parse(item, `${path}[${index}]`))
}

function parsePart(raw: unknown, path: string): DigestPart {
  if (!Array.isArray(raw) || !isPrefix(raw[0], 7)) throw invalid(path, 'a prefix of at most 7 hex digits, and sums')
  const sums: unknown = raw[1]
  if (!Array.isArray(sums) || sums.length !== 16 || !sums.every(isSum)) throw invalid(path, '16 sums')
  return [raw[0], sums as DigestSum[]]
}

function parseList(raw: unknown, path: string): DigestList {
  if (!Array.isArray(raw) || !isPrefix(raw[0], 8)) throw invalid(path, 'a prefix of at most 8 hex digits, and rows')
  return [raw[0], parseAll(raw[1], `${path}.rows`, parseRow), parseAll(raw[2], `${path}.unborn`, parseRow)]
}

function parseRow(raw: unknown, path: string): string {
  if (typeof raw !== 'string' || raw.length !== 32 || !isHex(raw)) throw invalid(path, '32 lower-case hex digits')
  return raw
}

function isSum(raw: unknown): raw is DigestSum {
  return Array.isArray(raw) && isCount(raw[0]) && typeof raw[1] === 'string' && raw[1].length === 16 && isHex(raw[1])
}

function isPrefix(raw: unknown, longest: number): raw is string {
  return typeof raw === 'string' && raw.length <= longest && isHex(raw)
}

function isHex(text: string): boolean {
  return /^[0-9a-f]*$/.test(text)
}
