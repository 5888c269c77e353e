/** What was changed, by whom and when: from the store's history, in an application's words. */
import { type ChangeType, type RecordId, type Scriber, UsageError, type Value, wallMsOf } from '@syncro/scriber'
import type { CoreUsageErrorCode } from './errors.js'

/** One change of a record. */
export interface HistoryEntry {
  readonly type: ChangeType
  /** When it was made, by the clock of its author. */
  readonly at: Date
  /** Who made it; undefined for one that came through others, from a client that was never met here. */
  readonly uid: string | undefined
  /** The fields that changed, as they were; those that were empty are left out. */
  readonly before: { readonly [field: string]: Value }
  /** … and as they became. */
  readonly after: { readonly [field: string]: Value }
}

export async function readHistory(scriber: Scriber, name: string, id: RecordId): Promise<readonly HistoryEntry[]> {
  const { history } = scriber
  if (history === undefined)
    throw new UsageError<CoreUsageErrorCode>(
      'SYNCRO_HISTORY_OFF',
      "The store keeps no history: say so when it is made, `sqlite('./todo.db', { history: true })`. What was changed before is not in it.",
    )
  const changes = await history.of(name, id)
  return changes.map(({ type, stamp, author, before, after }) => ({
    type,
    at: new Date(wallMsOf(stamp)),
    uid: author,
    before,
    after,
  }))
}
