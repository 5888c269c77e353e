/** Clients, sessions, dialling, catch-up and replay: the only place where frames and changes meet. */
export {
  type Bindable,
  type Binding,
  bind,
  type PlayedChange,
  type Player,
  type Recorded,
  type Registrable,
  recorded,
  type StepOrigin,
} from './binding.js'
export { type Environment, platformEnvironment, type Timers } from './environment.js'
export { type CoreUsageErrorCode, SessionError, type SessionErrorCode } from './errors.js'
export type { Authenticate, Claim } from './hello.js'
export type { HistoryEntry } from './history.js'
export { type CoreLimits, defaultCoreLimits } from './limits.js'
export type { Link, LinkEvents, LinkOptions, LinkState } from './link.js'
export type { SyncState, Unsent } from './pending.js'
export type { Session, SessionEvents, SessionState } from './session.js'
export { loadSnapshot, takeSnapshot } from './snapshot.js'
export { Syncro } from './syncro.js'
export type { ClientInfo, ReplicaInfo, SyncroEvents, SyncroOptions, SyncroStatus } from './syncro-types.js'
