/** Why sessions and links may end: for each code the faults that explain it. Any other end, and any error, fails the seed. */
import type { World } from '../world/world.js'

/** Ends that belong to any world: an orderly close, of two sessions the one that goes, a dial before the other has started. */
const always: ReadonlySet<string> = new Set(['SYNCRO_CLOSED', 'SYNCRO_REPLACED', 'SYNCRO_CONNECTION_REFUSED'])

const clocks = ['skew', 'drift', 'jump', 'stand', 'far-clock']
const breaks = [
  'black-hole',
  'power-cut',
  'reset',
  'crash',
  'restart',
  'rollback',
  'wipe',
  'store-failure',
  'partition',
  'slow-reader',
  'repeat',
]

const faultsBehind: Readonly<Record<string, readonly string[]>> = {
  SYNCRO_CONNECTION_LOST: breaks,
  SYNCRO_CLOSE_TIMEOUT: breaks,
  // Whoever sleeps reads nothing, and is cut off by a peer that has waited for long enough.
  SYNCRO_FRAME_CUT: [...breaks, 'sleep'],
  // A client whose store keeps nothing sends nothing that waits for it.
  SYNCRO_HANDSHAKE_TIMEOUT: [
    'sleep',
    'black-hole',
    'power-cut',
    'partition',
    'slow-reader',
    'dial',
    'reset',
    'crash',
    'store-failure',
    'store-stall',
  ],
  SYNCRO_CONNECT_TIMEOUT: ['partition', 'dial', 'sleep'],
  SYNCRO_HEARTBEAT_TIMEOUT: ['black-hole', 'power-cut', 'partition', 'slow-reader', 'sleep'],
  SYNCRO_SLOW: ['black-hole', 'power-cut', 'partition', 'slow-reader', 'sleep'],
  SYNCRO_CLOCK: clocks,
  // A hello from before a clock was set right may come after one from after that. Whoever sent it has ended that session, and is told nothing.
  SYNCRO_COPIED: ['twice', ...clocks],
  SYNCRO_BEGUN_ANEW: [...clocks, 'twice'],
  SYNCRO_MESSAGE_UNEXPECTED: ['repeat'],
  SYNCRO_MESSAGE_UNKNOWN: ['repeat'],
}

/** What a program is told by a store that keeps nothing, for now or any more. */
export const storeTroubles: ReadonlySet<string> = new Set(['SYNCRO_STORE_FAILED', 'SYNCRO_STORE_STALLED'])

/** Whether a fault that is on in this world explains an end. */
export function isExplained(world: World, code: string | undefined): boolean {
  if (code === undefined) return false
  if (always.has(code)) return true
  const { kinds } = world.plan
  return faultsBehind[code]?.some((kind) => kinds.includes(kind)) ?? false
}

/** Whether a fault that is on in this world explains a warning. */
export function isWarningExplained({ plan }: World, code: string): boolean {
  const kinds = code === 'SYNCRO_CLOCK' ? clocks : code === 'SYNCRO_COPIED' ? ['twice'] : []
  return plan.kinds.some((kind) => kinds.includes(kind))
}
