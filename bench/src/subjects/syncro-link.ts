/** Two Syncros of one process: a session over a pipe. */
import type { Session } from '@syncro/core'
import { PipeEnd } from '../pipe.js'
import { turn } from '../settle.js'
import type { Link, Replica } from '../subject.js'
import type { SyncroReplica } from './syncro.js'

/** A change crosses in a few microtasks: its session's flush, the pipe, the other's. What takes longer waits for something else. */
const mostHops = 1000

export class SyncroLink implements Link {
  readonly ready: Promise<void>
  readonly #joining: SyncroReplica
  readonly #other: SyncroReplica
  readonly #ends = PipeEnd.pair()
  readonly #session: Session
  /** Changes that were applied and made before. */
  readonly #appliedBefore: number
  readonly #madeBefore: number

  constructor(joining: SyncroReplica, other: SyncroReplica, directions: 'from' | 'both') {
    this.#joining = joining
    this.#other = other
    const [end, otherEnd] = this.#ends
    const accepted = other.syncro.accept(otherEnd)
    otherEnd.deliverTo(accepted)
    this.#session = joining.syncro.connect(other.uid, end)
    end.deliverTo(this.#session)
    const sessions = directions === 'both' ? [this.#session, accepted] : [this.#session]
    this.ready = Promise.all(sessions.map(caughtUp)).then(() => undefined)
    this.#appliedBefore = joining.applied
    this.#madeBefore = other.made
  }

  bytesFrom(replica: Replica): number {
    return this.#ends[replica === this.#joining ? 0 : 1].writtenBytes
  }

  hold(): void {
    this.#ends[1].hold()
  }

  async release(): Promise<void> {
    this.#ends[1].release()
    while (this.#missing > 0) await turn()
  }

  delivered(): Promise<void> | undefined {
    return this.#missing > 0 ? this.#deliver() : undefined
  }

  close(): void {
    this.#session.close()
  }

  get #missing(): number {
    return this.#other.made - this.#madeBefore - (this.#joining.applied - this.#appliedBefore)
  }

  async #deliver(): Promise<void> {
    for (let hops = 0; this.#missing > 0; hops++) {
      if (hops > mostHops) throw new Error(`${this.#missing} changes did not arrive at once.`)
      await undefined
    }
  }
}

function caughtUp(session: Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.on('caught-up', resolve)
    session.on('closed', reject)
  })
}
