/** The registry: who we know, which of their ledgers, and how far each has the other's. */
import type { Cursor, EraId, LedgerId, Scriber, StoredReplica } from '@syncro/scriber'
import type { CoreLimits } from './limits.js'
import type { Session } from './session.js'

/** One ledger of a client. */
export class Replica {
  readonly uid: string
  /** Of a client of version 1, which has no ledger: the writer id that was given to it. */
  readonly ledger: LedgerId
  /** The version of the protocol that it speaks. */
  readonly version: 1 | 2
  durable: boolean
  /** It was away for so long that nothing waits for it any more. */
  expired: boolean
  /** Eras of its ledger that were met: the writers of what it wrote itself. */
  readonly eras: Set<EraId>
  /** How far into its ledger we have everything. */
  cursor: Cursor | undefined
  /** How far into our ledger it has told us that it has everything. */
  ack: Cursor | undefined
  /**
   * It compared its ledger with ours, and has not sent all that came of it. A comparison leaves out old tombstones: it may have a record that we have
   * destroyed, so whatever it has acknowledged no tombstone is forgotten meanwhile.
   */
  owes: boolean
  seenMs: number
  /** Version 1 only: the id that it gave the last scribe it delivered; `''` after a first sync that delivered none. */
  lastScribe: string | number | undefined
  /** Version 1 only: rows whose creates it did not take, so that updates of them would fail there. Known while this client runs. */
  readonly withheld = new Set<number>()
  /** By how many ms its time is behind ours, where it refused a stamp and said what time it is. Known until a session has ended without that. */
  lagMs = 0
  /** The open session with it. */
  session: Session | undefined

  constructor(stored: StoredReplica) {
    this.uid = stored.uid
    this.ledger = stored.ledger
    this.version = stored.version ?? 2
    this.durable = stored.durable
    this.expired = stored.expired ?? false
    this.eras = new Set(stored.eras)
    this.cursor = stored.cursor
    this.ack = stored.ack
    this.owes = stored.owes ?? false
    this.seenMs = stored.seenMs
    this.lastScribe = stored.lastScribe
  }

  toStored(): StoredReplica {
    return {
      uid: this.uid,
      ledger: this.ledger,
      ...(this.version === 1 ? { version: 1 } : undefined),
      durable: this.durable,
      ...(this.expired ? { expired: true } : undefined),
      eras: [...this.eras],
      ...(this.cursor === undefined ? undefined : { cursor: this.cursor }),
      ...(this.ack === undefined ? undefined : { ack: this.ack }),
      ...(this.owes ? { owes: true } : undefined),
      seenMs: this.seenMs,
      ...(this.lastScribe === undefined ? undefined : { lastScribe: this.lastScribe }),
    }
  }
}

export class Clients {
  readonly #scriber: Scriber
  readonly #limits: CoreLimits
  readonly #replicas = new Map<string, Map<LedgerId, Replica>>()
  /** Replicas without a durable store whose sessions have ended, the oldest first: known until there are too many. */
  readonly #transient = new Set<Replica>()

  constructor(scriber: Scriber, limits: CoreLimits) {
    this.#scriber = scriber
    this.#limits = limits
  }

  /** Takes over what the store remembers. */
  remember(replicas: readonly StoredReplica[]): void {
    for (const stored of replicas) this.#add(new Replica(stored))
  }

  find(uid: string, ledger: LedgerId): Replica | undefined {
    return this.#replicas.get(uid)?.get(ledger)
  }

  /** The replicas of a uid. */
  of(uid: string): IterableIterator<Replica> {
    return (this.#replicas.get(uid) ?? new Map<LedgerId, Replica>()).values()
  }

  has(uid: string): boolean {
    return this.#replicas.has(uid)
  }

  /** All replicas, of all uids. */
  *all(): IterableIterator<Replica> {
    for (const replicas of this.#replicas.values()) yield* replicas.values()
  }

  uids(): IterableIterator<string> {
    return this.#replicas.keys()
  }

  /** The replica of a session that opens; known from now on. */
  open(uid: string, ledger: LedgerId, durable: boolean, session: Session, nowMs: number, version: 1 | 2 = 2): Replica {
    let replica = this.find(uid, ledger)
    const isNew = replica === undefined
    if (replica === undefined) {
      replica = new Replica({
        uid,
        ledger,
        durable,
        eras: [],
        seenMs: nowMs,
        ...(version === 1 ? { version } : undefined),
      })
      this.#add(replica)
      if (version === 1) this.#scriber.keepAuthor(ledger, uid)
    }
    replica.durable = durable
    replica.expired = false
    replica.seenMs = nowMs
    replica.session = session
    this.#transient.delete(replica)
    if (isNew && durable) this.#forgetLongestAway()
    return replica
  }

  /** Makes room where there are too many replicas with a durable store: anybody may say that it is a new one. */
  #forgetLongestAway(): void {
    let count = 0
    let longest: Replica | undefined
    for (const replica of this.all()) {
      if (!replica.durable) continue
      count += 1
      if (replica.session === undefined && replica.seenMs < (longest?.seenMs ?? Infinity)) longest = replica
    }
    if (count <= this.#limits.maxReplicas || longest === undefined) return
    this.#remove(longest)
    this.#scriber.keep({ forgotten: [{ uid: longest.uid, ledger: longest.ledger }] })
  }

  /** The session with a replica has ended. One without a durable store leaves nothing behind but a cursor in memory, for a while. */
  close(replica: Replica, session: Session, nowMs: number): void {
    if (replica.session !== session) return
    replica.session = undefined
    replica.seenMs = nowMs
    this.keep(replica)
    if (replica.durable) return
    replica.ack = undefined
    this.#transient.add(replica)
    if (this.#transient.size <= this.#limits.maxTransientCursors) return
    const oldest = this.#transient.values().next().value!
    this.#transient.delete(oldest)
    this.#remove(oldest)
  }

  /** An era of a replica's ledger was met. The longest known is forgotten where there are too many. */
  met(replica: Replica, era: EraId): void {
    if (!replica.eras.delete(era)) this.#scriber.keepAuthor(era, replica.uid)
    replica.eras.add(era)
    if (replica.eras.size > this.#limits.maxEras) replica.eras.delete(replica.eras.values().next().value!)
  }

  /** Stores what is known of a replica; returns the number of the transaction that does. Nothing is stored of one without a durable store. */
  keep(replica: Replica): number {
    return replica.durable ? this.#scriber.keep({ replicas: [replica.toStored()] }) : this.#scriber.keepShared()
  }

  /**
   * How far into our ledger somebody has everything whose loss is not ours to fear: the durable, or, while none of them is connected, anybody.
   * A client of version 1 holds the floor as a durable one does, but nobody knows what outlives it.
   */
  acked(): number {
    const isDurableOnline = [...this.all()].some((replica) => replica.session !== undefined && keeps(replica))
    return isDurableOnline ? this.ackedForGood() : this.#furthestAck(() => true)
  }

  /** How far somebody has everything who will still have it when he comes again. */
  ackedForGood(): number {
    return this.#furthestAck(keeps)
  }

  /** How far into our ledger anybody has told us, for as long as we know, that they have everything, under the stamps that it has. */
  ackedByAnybody(): number {
    return this.#furthestAck(({ version }) => version === 2)
  }

  /** Forgets how far others have our ledger, which is another now; returns what is to be stored of that. */
  dropAcks(): readonly StoredReplica[] {
    const stored: StoredReplica[] = []
    for (const replica of this.all()) {
      replica.ack = undefined
      if (replica.durable) stored.push(replica.toStored())
    }
    return stored
  }

  /** Forgets how far we have the others' ledgers; returns what is to be stored of that. The next sessions compare everything. */
  dropCursors(): readonly StoredReplica[] {
    const stored: StoredReplica[] = []
    for (const replica of this.all()) {
      if (replica.cursor === undefined) continue
      replica.cursor = undefined
      if (replica.durable) stored.push(replica.toStored())
    }
    return stored
  }

  /** The position up to which everybody who counts has our ledger: those with a durable store, expired ones aside, and whoever is connected. */
  heldBy(): number {
    let position = this.#scriber.ledger.order.last
    for (const { durable, expired, owes, ack, session } of this.all()) {
      if ((!durable || expired) && session === undefined) continue
      position = Math.min(position, !owes && ack !== undefined && this.#scriber.isGood(ack) ? ack.position : 0)
    }
    return position
  }

  /** Rows are forgotten: their numbers may soon be other records'. */
  trimmed(rows: readonly number[]): void {
    for (const { withheld } of this.all()) for (const row of rows) withheld.delete(row)
  }

  /** Lets go of replicas that were last seen before a time: tombstones wait for them no longer. Their cursors are kept, up to a bound. */
  expire(beforeMs: number): void {
    const away = [...this.all()].filter(({ durable, session }) => durable && session === undefined)
    const newly = away.filter(({ expired, seenMs }) => !expired && seenMs < beforeMs)
    for (const replica of newly) replica.expired = true
    if (newly.length === 0) return
    const expired = away.filter((replica) => replica.expired).sort((a, b) => b.seenMs - a.seenMs)
    const forgotten = expired.slice(this.#limits.maxExpired)
    for (const replica of forgotten) this.#remove(replica)
    this.#scriber.keep({
      replicas: newly.filter((replica) => !forgotten.includes(replica)).map((replica) => replica.toStored()),
      forgotten: forgotten.map(({ uid, ledger }) => ({ uid, ledger })),
    })
  }

  #furthestAck(counts: (replica: Replica) => boolean): number {
    let furthest = 0
    for (const replica of this.all())
      if (replica.ack !== undefined && counts(replica) && this.#scriber.isPlace(replica.ack))
        furthest = Math.max(furthest, replica.ack.position)
    return furthest
  }

  #add(replica: Replica): void {
    let replicas = this.#replicas.get(replica.uid)
    if (replicas === undefined) {
      replicas = new Map()
      this.#replicas.set(replica.uid, replicas)
    }
    replicas.set(replica.ledger, replica)
  }

  #remove(replica: Replica): void {
    const replicas = this.#replicas.get(replica.uid)
    replicas?.delete(replica.ledger)
    if (replicas?.size === 0) this.#replicas.delete(replica.uid)
  }
}

function keeps({ durable, version }: Replica): boolean {
  return durable && version === 2
}
