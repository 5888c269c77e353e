/** Two replicas of one process: each change's bytes are applied at the other at once, or kept. */
import type { DocReplica, Outlet } from './doc-replica.js'
import type { Link, Replica } from './subject.js'

export class DocLink implements Link {
  readonly ready = Promise.resolve()
  readonly #toOther: Way
  readonly #toJoining: Way

  constructor(joining: DocReplica, other: DocReplica, directions: 'from' | 'both') {
    this.#toOther = new Way(joining, other)
    this.#toJoining = new Way(other, joining)
    this.#toOther.back = this.#toJoining
    this.#toJoining.back = this.#toOther
    if (!other.isEmpty) catchUp(this.#toJoining)
    if (directions === 'both') catchUp(this.#toOther)
    for (const way of this.#ways) way.from.tellTo(way)
  }

  bytesFrom(replica: Replica): number {
    return this.#ways.find(({ from }) => from === replica)!.bytes
  }

  hold(): void {
    this.#toJoining.kept = []
  }

  async release(): Promise<void> {
    this.#toJoining.release()
  }

  delivered(): undefined {
    return undefined
  }

  close(): void {
    for (const way of this.#ways) way.from.tellNoMore(way)
  }

  get #ways(): readonly Way[] {
    return [this.#toOther, this.#toJoining]
  }
}

class Way implements Outlet {
  readonly from: DocReplica
  readonly to: DocReplica
  bytes = 0
  /** Messages that are kept from crossing; undefined where they cross. */
  kept: Uint8Array[] | undefined
  back: Way = this

  constructor(from: DocReplica, to: DocReplica) {
    this.from = from
    this.to = to
  }

  send(message: Uint8Array): void {
    this.bytes += message.length
    if (this.kept === undefined) this.to.take(message, this.back)
    else this.kept.push(message)
  }

  release(): void {
    const kept = this.kept ?? []
    this.kept = undefined
    for (const message of kept) this.to.take(message, this.back)
  }
}

/** One side gets what it lacks: everything by a snapshot where it has nothing. */
function catchUp(way: Way): void {
  const { from, to, back } = way
  if (to.isEmpty) {
    const snapshot = from.doc.snapshot()
    to.load(snapshot)
    way.bytes += snapshot.length
  } else {
    const { asked, answered } = to.doc.pull(from.doc)
    back.bytes += asked
    way.bytes += answered
  }
}
