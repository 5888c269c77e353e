/** What the parts of a bridge share about the client on the other side. */
import type { Acks } from './bridge-acks.js'
import type { Known } from './bridge-known.js'
import type { Owed } from './bridge-owed.js'
import type { Unanswered } from './bridge-unanswered.js'
import type { Replica } from './clients.js'
import type { Session } from './session.js'
import type { SessionContext } from './session-context.js'

export interface Peer {
  readonly session: Session
  readonly context: SessionContext
  readonly replica: Replica
  /** The ledger's number of the writer that this client is. */
  readonly writer: number
  readonly unanswered: Unanswered
  readonly known: Known
  readonly owed: Owed
  readonly acks: Acks
}

/** The row of a record, if it has one here. */
export function rowOf({ context }: Pick<Peer, 'context'>, name: string, id: string | number): number | undefined {
  const table = context.scriber.ledger.findTable(name)
  const slot = table?.slot(id)
  return table === undefined || slot === undefined ? undefined : table.row(slot)
}
