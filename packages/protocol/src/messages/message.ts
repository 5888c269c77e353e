/** The closed union of version-2 messages. */

import type { Ack } from './ack.js'
import type { Batch } from './batch.js'
import type { CatchUp } from './catch-up.js'
import type { CaughtUp } from './caught-up.js'
import type { DigestMessage } from './digest.js'
import type { ErrorMessage } from './error.js'
import type { Mark } from './mark.js'
import type { Ping } from './ping.js'
import type { Pong } from './pong.js'
import type { Resume } from './resume.js'
import type { Resumed } from './resumed.js'
import type { Rows } from './rows.js'

/** What two of ours say to each other after their `upgrade`s. */
export type Message =
  | Resume
  | Resumed
  | DigestMessage
  | Batch
  | CatchUp
  | Rows
  | CaughtUp
  | Mark
  | Ack
  | Ping
  | Pong
  | ErrorMessage
