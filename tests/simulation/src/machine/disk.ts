/** What a machine's store has kept, and keeps whatever becomes of the process; with a view of it that checks can look things up in. */
import type { LedgerId, RecordId, Stamp, StoredReplica, StoredRow, StoreImage, StoreTransaction } from '@syncro/scriber'
import { MemoryStore } from '@syncro/scriber'

/** A record as it is kept: the stamps of its parts. */
export interface KeptRecord {
  readonly birth: Stamp | undefined
  readonly destroy: Stamp | undefined
  readonly fields: ReadonlyMap<string, Stamp>
}

export class Disk {
  readonly records = new Map<string, KeptRecord>()
  readonly replicas = new Map<string, StoredReplica>()
  /** Records that were forgotten, with the newest stamp of what they were. */
  readonly forgotten = new Map<string, Stamp>()
  #content: MemoryStore
  #commits = 0
  #clock = -1
  #ledger: LedgerId | undefined

  constructor(content = new MemoryStore({ level: 'disk' })) {
    this.#content = content
  }

  /** How many transactions were kept, since the first of this disk or of the one that it was copied from. */
  get commits(): number {
    return this.#commits
  }

  /** The newest stamp that is kept. */
  get clock(): number {
    return this.#clock
  }

  get ledger(): LedgerId | undefined {
    return this.#ledger
  }

  read(): StoreImage | undefined {
    return this.#content.open()
  }

  commit(transaction: StoreTransaction): void {
    this.#content.keep(transaction)
    this.#commits += 1
    this.#clock = transaction.clock ?? this.#clock
    this.#ledger = transaction.ledger ?? this.#ledger
    for (const row of transaction.rows ?? []) this.#note(row)
    for (const { name, id } of transaction.trimmed ?? []) this.#forget(recordKey(name, id))
    for (const replica of transaction.replicas ?? []) this.replicas.set(replicaKey(replica), replica)
    for (const replica of transaction.forgotten ?? []) this.replicas.delete(replicaKey(replica))
  }

  /** A disk with the same content, which goes its own way: a backup, or a copied data directory. */
  copy(): Disk {
    const copy = new Disk(this.#content.copy())
    for (const [key, record] of this.records) copy.records.set(key, record)
    for (const [key, replica] of this.replicas) copy.replicas.set(key, replica)
    for (const [key, stamp] of this.forgotten) copy.forgotten.set(key, stamp)
    copy.#commits = this.#commits
    copy.#clock = this.#clock
    copy.#ledger = this.#ledger
    return copy
  }

  /** A store with the same content, for whoever wants to open it beside. */
  contentCopy(): MemoryStore {
    return this.#content.copy()
  }

  #forget(key: string): void {
    const record = this.records.get(key)
    const newest = newestOf(record)
    if (newest !== undefined)
      this.forgotten.set(key, { stamp: newest.stamp, writer: forgetter(record?.destroy !== undefined) })
    this.records.delete(key)
  }

  #note({ name, id, life, fields }: StoredRow): void {
    const stamps = fields.map(({ name: field, stamp, writer }) => [field, { stamp, writer }] as const)
    this.records.set(recordKey(name, id), { birth: life?.birth, destroy: life?.destroy, fields: new Map(stamps) })
  }
}

/**
 * Who is said to have written the newest stamp of what was forgotten: any writer is less. Edits that no birth has come for within their time are
 * forgotten as well, and say nothing of a birth that comes later.
 */
export function forgetter(wasDestroyed: boolean): string {
  return wasDestroyed ? 'g' : withoutEnd
}

export const withoutEnd = 'h'

/** The newest stamp of a record. */
export function newestOf(record: KeptRecord | undefined): Stamp | undefined {
  const { birth, destroy, fields } = record ?? {}
  let newest: Stamp | undefined
  for (const one of [birth, destroy, ...(fields?.values() ?? [])])
    if (one !== undefined && (newest === undefined || one.stamp > newest.stamp)) newest = one
  return newest
}

/** One text for a record's class and id; `7` and `"7"` are two. */
export function recordKey(name: string, id: RecordId): string {
  return typeof id === 'number' ? `${name}\n#${id}` : `${name}\n${id}`
}

function replicaKey({ uid, ledger }: { readonly uid: string; readonly ledger: string }): string {
  return `${ledger} ${uid}`
}
