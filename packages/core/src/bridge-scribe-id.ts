/**
 * Scribe ids of ours, as version 1 knows them: 26 hex digits, 12 of the era's id and 14 of twice a position in our ledger, plus 1 where
 * whoever has the scribe has everything up to that position. So the `from` of a client survives compaction and restarts.
 */
import type { Cursor, Scriber } from '@syncro/scriber'

const eraDigits = 12
const positionDigits = 14
const pattern = /^[0-9a-f]{26}$/

/**
 * The id of a scribe.
 *
 * @param whole false for one that has to be followed by another of the same row: whoever has only this one lacks the row still.
 */
export function scribeId(era: string, position: number, whole = true): string {
  // Twice a position can be beyond the safe integers.
  const place = BigInt(position) * 2n + (whole ? 1n : 0n)
  return era.slice(0, eraDigits) + place.toString(16).padStart(positionDigits, '0')
}

/** The place in our ledger that a `from` names; undefined if it names none that we know. */
export function placeOf(from: string | number | null, scriber: Scriber): Cursor | undefined {
  if (typeof from !== 'string' || !pattern.test(from)) return undefined
  const era = scriber.eras.find(({ id }) => id.startsWith(from.slice(0, eraDigits)))
  if (era === undefined) return undefined
  const place = BigInt(`0x${from.slice(eraDigits)}`)
  const position = Number(place / 2n) - (place % 2n === 1n ? 0 : 1)
  const cursor = { ledger: scriber.ledgerId, era: era.id, position: Math.max(0, position), view: '' }
  return scriber.isGood(cursor) ? cursor : undefined
}
