/** What a script is played against: how the client under test meets the hostile one, and what else may go wrong there. */
import type { CoreLimits } from '@syncro/core'
import type { SeededRandom } from '@syncro/scriber/testing'

export interface Setting {
  /** The client under test accepts whoever comes, accepts with a uid (a client of version 1 may come), or has dialled. */
  readonly role: 'accepts' | 'accepts uid' | 'dials'
  readonly borders: boolean
  readonly authenticate: 'nobody' | 'yes' | 'yes, later' | 'no' | 'no, later' | 'throws' | 'rejects' | 'never'
  readonly store: 'none' | 'memory' | 'slow'
  readonly write: 'well' | 'throws' | 'rejects'
  readonly close: 'well' | 'throws' | 'rejects'
  /** Bytes under way from which on the connection asks for a pause, until the hostile one has read them. */
  readonly highWaterBytes: number
  /** Whether the connection can be paused. */
  readonly pauses: boolean
  readonly limits: Partial<CoreLimits>
}

/** So low that scripts reach them. */
const lowLimits: Partial<CoreLimits> = {
  maxUnprovenBytes: 600,
  maxQueuedBytes: 4_000,
  writeBytes: 1_000,
  chunkBytes: 1_000,
  chunkRows: 8,
  pauseAfterWaiting: 8,
  maxWaiting: 64,
  maxTransientCursors: 1,
  maxEras: 4,
  maxHeldScribes: 4,
  maxUnanswered: 6,
  maxAnswerBytes: 8_000,
  maxKnownFields: 10,
}

export function settingOf(random: SeededRandom): Setting {
  const mostly = <Kind>(usual: Kind, rare: readonly Kind[], chance: number) =>
    random.chance(chance) ? random.pick(rare) : usual
  const judges = ['yes', 'yes, later', 'no', 'no, later', 'throws', 'rejects', 'never'] as const
  return {
    role: random.pick(['accepts', 'accepts', 'accepts uid', 'dials']),
    borders: random.chance(0.2),
    authenticate: mostly<Setting['authenticate']>('nobody', judges, 0.12),
    store: mostly<Setting['store']>('none', ['memory', 'slow'], 0.3),
    write: mostly<Setting['write']>('well', ['throws', 'rejects'], 0.12),
    close: mostly<Setting['close']>('well', ['throws', 'rejects'], 0.1),
    highWaterBytes: random.pick([1, 2_000, Number.POSITIVE_INFINITY]),
    pauses: random.chance(0.7),
    limits: random.chance(0.5) ? lowLimits : {},
  }
}
