/** The ids of the design: what names a record, a ledger, and one opening of a ledger. */

/** A record's id. `7` and `"7"` are two records. */
export type RecordId = string | number

declare const brand: unique symbol

/** A ledger's random id: 24 lower-case hex digits. */
export type LedgerId = string & { readonly [brand]?: 'ledger' }

/** One opening of a ledger, and the writer in the stamps made in it: 24 lower-case hex digits. */
export type EraId = string & { readonly [brand]?: 'era' }

/** Fills an array with random bytes, as `crypto.getRandomValues` does. */
export type Random = (bytes: Uint8Array) => Uint8Array

const bytesInId = 12

/** A new random id of 96 bits, as 24 lower-case hex digits. */
export function randomId(random: Random): string {
  let id = ''
  for (const byte of random(new Uint8Array(bytesInId))) id += byte.toString(16).padStart(2, '0')
  return id
}
