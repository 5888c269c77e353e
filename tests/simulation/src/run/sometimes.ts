/**
 * What has to happen now and then: each kind of fault, and each rare path. A simulator that does not get there any more is a red run.
 *
 * Each is the name of a count; `world.count` counts it, wherever it is seen.
 */
import { faultKinds } from '../faults/faults.js'

export const sometimes: readonly string[] = [
  ...faultKinds.map(({ name }) => `faults ${name}`),
  'faults trimming',
  // What faults do.
  'reset',
  'reset that one end learns of',
  'black hole',
  'partition half',
  'partition isolated',
  'partition one-way',
  'slow reader',
  'message repeated',
  'binary message',
  'rows deflated',
  'dial blocked',
  'dial timeout',
  'crash',
  'crash with transactions lost',
  'power cut',
  'restart',
  'rollback',
  'wipe',
  'store failure',
  'store stall',
  'started twice',
  'sleep',
  'clock jumps ahead',
  'clock jumps back',
  'clock stands still',
  'clock in the year 9999',
  'effects of which every copy was destroyed',
  'operations on a client that is down',
  'operations that a store in trouble refused',
  // Rare paths of the library.
  'resume by cursor',
  'resume in the middle of a catch-up',
  'mark in the middle of a catch-up',
  'cursor that is not good',
  'message digest',
  'queue over its bound',
  'session ended with SYNCRO_CLOCK',
  'session ended with SYNCRO_COPIED',
  'session ended with SYNCRO_FRAME_CUT',
  'session ended with SYNCRO_HANDSHAKE_TIMEOUT',
  'session ended with SYNCRO_HEARTBEAT_TIMEOUT',
  'session ended with SYNCRO_REPLACED',
  'ledger goes on as a new one',
  'clock set right',
  'stamp held back',
  'batch seen in part',
  'rows trimmed',
  'tombstone trimmed',
  'record gone',
  'row sent back whole',
]

/** In how many seeds each has to happen at least. */
const leastShare = 0.01

/** Below so many seeds nothing can be said. */
const fewestSeeds = 1_000

/** What happened too rarely. */
export function missing(seeds: number, seedsWith: ReadonlyMap<string, number>): string[] {
  if (seeds < fewestSeeds) return []
  return sometimes.filter((name) => (seedsWith.get(name) ?? 0) < seeds * leastShare)
}
