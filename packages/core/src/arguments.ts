/** What a program hands over, checked, and the errors for what it must not do. */
import type { Connection } from '@syncro/protocol'
import { UsageError } from '@syncro/scriber'
import type { CoreUsageErrorCode } from './errors.js'

/** @throws UsageError `SYNCRO_UID_INVALID` */
export function checkUid(uid: unknown): void {
  if (typeof uid === 'string' && uid.length > 0 && uid.length <= 256 && uid.isWellFormed()) return
  throw usageError('SYNCRO_UID_INVALID', `${shownUid(uid)} cannot be a uid: take text of 1 to 256 characters.`)
}

/** @throws UsageError `SYNCRO_TRANSPORT_INVALID` */
export function checkTransport(transport: unknown, method: 'open' | 'listen', caller: 'dial' | 'listen'): void {
  if (typeof (transport as { readonly [name: string]: unknown } | undefined | null)?.[method] === 'function') return
  throw usageError(
    'SYNCRO_TRANSPORT_INVALID',
    `${caller}() takes a transport, like tcp({ host: '127.0.0.1', port: 10000 }) of @syncro/transport-net. A connection that is open already goes to connect() or accept().`,
  )
}

/** @throws UsageError `SYNCRO_CONNECTION_INVALID`, `SYNCRO_CONNECTION_IN_USE`. */
export function checkConnection(connection: Connection, isInUse: (connection: Connection) => boolean): void {
  if (typeof connection?.write !== 'function')
    throw usageError(
      'SYNCRO_CONNECTION_INVALID',
      'A connection is anything with write(bytes): a socket, say. This has no write.',
    )
  if (isInUse(connection))
    throw usageError(
      'SYNCRO_CONNECTION_IN_USE',
      'This connection has a session already: a connection serves one session, and a new one needs a new connection.',
    )
}

export function notReady(): UsageError {
  return new UsageError(
    'SYNCRO_NOT_READY',
    '`await syncro.ready` before the first session, and dial, listen and connect no more after close().',
  )
}

/** Bytes, or the end, of a session that never was, or of one of several. */
export function notConnected(problem: string): UsageError<CoreUsageErrorCode> {
  return usageError('SYNCRO_NOT_CONNECTED', problem)
}

/** Text is shown as it is, within reason; of the rest, the kind says enough: a connection, say, where arguments were swapped. */
function shownUid(uid: unknown): string {
  if (typeof uid === 'string') return uid.length > 60 ? `Text of ${uid.length} characters` : JSON.stringify(uid)
  return typeof uid === 'object' && uid !== null ? 'An object' : `${String(uid)} (${typeof uid})`
}

function usageError(code: CoreUsageErrorCode, message: string): UsageError<CoreUsageErrorCode> {
  return new UsageError(code, message)
}
