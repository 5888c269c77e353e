/** What is done where a client of version 1 could not take a scribe: it said so by an error, and raised an exception (WIRE 6.7, 6.8). */
import type { Peer } from './bridge-peer.js'
import type { Sender } from './bridge-sender.js'
import type { Request } from './bridge-unanswered.js'
import { SessionError } from './errors.js'

/** The gem's code for a class that it does not keep in step; it raises nothing for that. */
const classUnknown = 403

export function refused(peer: Peer, sender: Sender, { covers, subject }: Request, code: number | null): void {
  const row = covers[0]?.row
  if (row === undefined || subject === undefined) return
  const { context, known } = peer
  const { name, id, again } = subject
  const uid = JSON.stringify(peer.replica.uid)
  const isGoneThere = known.wasDestroyedThere(row)
  known.forget(row)
  if (code === classUnknown) {
    sender.refuse(name)
    const message = `${uid} does not keep ${name} in step: none of it is sent there.`
    context.warn('SYNCRO_CLASS_REFUSED', `${uid} ${name}`, message)
    return
  }
  sender.heal(name)
  if (isGoneThere) return
  if (!again) {
    // Where an update finds no record, a create brings it. Whatever it is, it is worth another try: the error may be another scribe's.
    sender.owe(row, 'again')
    return
  }
  sender.withhold(row)
  const record = `${name} ${JSON.stringify(id)}`
  const message = `${uid} could not take ${record}: it raised an error, as it does for fields that are named like methods of Ruby's.`
  context.problem(new SessionError('SYNCRO_SCRIBE_REFUSED', message), record)
}
