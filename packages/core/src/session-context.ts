/** What the sessions of a Syncro share. */
import type { BinaryEncoder } from '@syncro/protocol'
import type { Scriber, Table } from '@syncro/scriber'
import type { Clients } from './clients.js'
import type { Environment } from './environment.js'
import type { SessionError } from './errors.js'
import type { CoreLimits } from './limits.js'
import type { Session } from './session.js'
import type { TimeSetting } from './time-setting.js'
import type { Timekeeper } from './timekeeper.js'

/** The bytes that messages become. */
export type Encoding = 'binary' | 'json'

/** What all sessions of a Syncro share. */
export interface SessionContext {
  readonly uid: string
  readonly space: string
  readonly durable: boolean
  readonly scriber: Scriber
  /** The encoding that is offered, and spoken with whoever offers it as well. */
  readonly encoding: Encoding
  /** Encodes once for all sessions that speak the binary encoding. */
  readonly encoder: BinaryEncoder
  readonly clients: Clients
  readonly environment: Environment
  /** Corrected time. Of the environment's clock only differences to others' are told. */
  readonly time: Timekeeper
  readonly timeSetting: TimeSetting
  readonly limits: CoreLimits
  /** Numbers the sessions of this era. */
  nextNumber(): number
  /** Tells that who is connected, or what is acknowledged, has changed. */
  changed(session: Session): void
  /** A session has written all that it had to send, or has ended. */
  emptied(): void
  /** Somebody has found that this ledger is a copy of another that is in use. */
  copied(): void
  /** A record that the peer had and has no more is gone: it was destroyed there. */
  gone(session: Session, table: Table, slot: number): void
  /** Something is too new for this session's peer; it is sent when its time has come, in ms of corrected time. */
  held(session: Session, untilMs: number): void
  warn(code: string, subject: string, message: string): void
  /** Tells the application of something that went wrong with a record: an error event, or, where nobody listens, a warning. */
  problem(error: SessionError, subject: string): void
  /** Takes what a listener or a connection throws. */
  report(error: unknown): void
}
