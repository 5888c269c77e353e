/** What an application gives a Syncro, is told by it, and may ask it. */
import type { Conflict, OpeningProgress, RecordId, ScriberLimits, Store } from '@syncro/scriber'
import type { Registrable } from './binding.js'
import type { Environment } from './environment.js'
import type { CoreLimits } from './limits.js'
import type { Session } from './session.js'

export interface SyncroOptions {
  /** The stable name this client is known by: 1 to 256 characters. A server's may simply be `"server"`. */
  readonly uid: string
  /** The classes whose instances are kept in step. */
  readonly models?: readonly Registrable[]
  /** What keeps records, cursors and unsent changes across restarts. Without one nothing outlives the process. */
  readonly store?: Store
  /** The set of data; both sides of a session name the same. Default: `''`. */
  readonly space?: string
  /**
   * The bytes that messages become: `binary` where the other side reads it as well, else JSON; or `json` always, which can be read with bare eyes.
   * Default: `binary`.
   */
  readonly encoding?: 'binary' | 'json'
  /** Clock, randomness and timers. Default: the platform's. */
  readonly environment?: Partial<Environment>
  readonly limits?: Partial<CoreLimits & ScriberLimits>
  /** Default: `production` where the environment variable NODE_ENV says so. */
  readonly mode?: 'development' | 'production'
  /** Takes warnings, each once. Default: the console. */
  readonly warn?: (warning: { readonly code: string; readonly message: string }) => void
}

export interface SyncroEvents {
  /** A session has begun; it has yet to shake hands. */
  session: (session: Session) => void
  /** How many records the store has read, of how many: now and then while it opens. One that was open at once tells nothing. */
  opening: (progress: OpeningProgress) => void
  /** A client has come or gone, has caught up, or has acknowledged something, or the store has stalled or goes on: `status`, `unsent` and `storeProblem` may have changed. */
  changed: () => void
  /** Two values under one stamp: a data directory was copied and both copies wrote. */
  conflict: (conflict: Conflict) => void
  /** Something is stamped ahead of the time of a client, which would refuse it. It is sent when its time has come: `untilMs`, in corrected time. */
  held: (held: { readonly uid: string | undefined; readonly untilMs: number }) => void
  /**
   * The clock here was wrong, and is set right: what nobody had acknowledged was made anew under stamps of the right time. Sessions begin anew
   * by it.
   */
  'set-right': (clock: { readonly offsetMs: number }) => void
  /** This client's data is a copy of another's that is in use. It goes on as a client of its own, under a new ledger id, and loses nothing. */
  copied: () => void
  /**
   * A record was destroyed elsewhere so long ago that the tombstone is gone; it is destroyed here as well. `fields` are those with changes of this
   * client's that nobody had: they are lost with it.
   */
  gone: (gone: {
    readonly name: string
    readonly id: RecordId
    readonly fields: readonly string[]
    readonly uid: string | undefined
  }) => void
  /** What a listener, a connection or the store threw. Without a listener it is thrown, on its own. */
  error: (error: unknown) => void
}

/** A client of the registry. */
export interface ClientInfo {
  readonly uid: string
  readonly online: boolean
  readonly replicas: readonly ReplicaInfo[]
}

export interface ReplicaInfo {
  readonly ledger: string
  readonly durable: boolean
  readonly online: boolean
  /** Position in our ledger up to which it has everything; undefined before it has said so. */
  readonly acknowledged: number | undefined
  /** Wall time of its last session's begin, in ms since the Unix epoch. */
  readonly seenMs: number
}

/** How a client stands: its store is `opening`, it has no session (`offline`), one that catches up, or is `live`; or it is `closed`. */
export type SyncroStatus = 'opening' | 'offline' | 'catching-up' | 'live' | 'closed'
