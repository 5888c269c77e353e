/** The union of version-1 messages: the gem's, and our two. */

import type { AddScribe } from './add-scribe.js'
import type { V1Error } from './error.js'
import type { Hello } from './hello.js'
import type { Noop } from './noop.js'
import type { Response } from './response.js'
import type { Rpc } from './rpc.js'
import type { Sync } from './sync.js'
import type { UnknownV1 } from './unknown.js'
import type { Upgrade } from './upgrade.js'

/** What the gem says. */
export type GemMessage = Sync | AddScribe | Response | V1Error | Rpc | Noop

/** What can be sent in a version-1 frame. */
export type V1Message = GemMessage | Hello | Upgrade

/** What can come in one. */
export type ReceivedV1Message = V1Message | UnknownV1
