/** What is measured, by the verbs that the workloads need: each subject does them in its fastest documented way. */
import type { Document, Field, TodoRecord, Update, Value } from './records.js'
import type { WorkloadName } from './workload.js'

/** A library, or a floor: what is known of it before it is loaded. */
export interface Subject {
  readonly name: string
  readonly kind: 'ours' | 'peer' | 'floor'
  /** Merges what was changed at the same time: nobody is told to be slower than one who does not. */
  readonly merges: boolean
  /** One sentence for the results: what exactly is measured. */
  readonly about: string
  /** The only work that it is asked for: it is a variant, which differs only there. */
  readonly only?: readonly WorkloadName[]
  /** Work that it is not asked for, with the reason. */
  readonly lacks?: { readonly [Name in WorkloadName]?: string }
  /** Work that it gets less of, with the reason: it would take over a minute. */
  readonly less?: { readonly [Name in WorkloadName]?: Less }
  /** Imports it: what a cold start counts. */
  load(): Promise<Library>
}

interface Less {
  readonly records?: number
  readonly updates?: number
  readonly why: string
}

export interface Library {
  /** @param role says who will change things, for those who keep the two apart. */
  open(uid: string, role: Role): Replica
  /** Makes a file that holds what a replica holds. */
  save(replica: Replica, path: string): Promise<void>
  /** Opens what `save` has made. */
  openFile(path: string): Promise<Replica>
}

/** A hub is a reader that others read from. */
export type Role = 'writer' | 'reader' | 'hub'

export interface Replica {
  readonly uid: string
  /** Changes that came from elsewhere and were seen (a create is one, and so is each field of an update): told by an event and read, where there are events. */
  readonly applied: number
  /** Bytes that came over TCP. */
  readonly receivedBytes: number
  /** Has changes from elsewhere seen, and counted, from now on. */
  watch(): void
  create(record: TodoRecord): void
  update(update: Update): void
  /** Makes many updates in one transaction: of a field that is written twice, the last value crosses. */
  updateTogether(updates: readonly Update[]): void
  /** Makes a whole document in the fastest way there is, since nobody times it. */
  fill(document: Document): Promise<void>
  /** All records, as plain values, read as a program reads them. */
  each(visit: (record: TodoRecord) => void): void
  read(id: string, field: Field): Value
  /** Resolves when so many changes have been applied. */
  whenApplied(count: number): Promise<void>
  /** Joins another replica of the same library in this process, and catches up with it; with `both`, it with this one too. */
  join(other: Replica, directions: 'from' | 'both'): Link
  /** Lets other replicas join over TCP; returns the port. */
  listen(): Promise<number>
  /** Joins the replica that listens at a port of this machine. */
  dial(port: number): Channel
  close(): Promise<void>
}

/** Two replicas of one process. */
export interface Link {
  /** Resolves when what was there to be caught up with is there. */
  readonly ready: Promise<void>
  /** Bytes of messages that one of the two has sent. */
  bytesFrom(replica: Replica): number
  /** Keeps what the other changes from now on from crossing. */
  hold(): void
  /** Lets it cross, and resolves when it has been applied: whoever joined has to watch. */
  release(): Promise<void>
  /** Resolves when all that the other changed has been applied by the one that joined; undefined where it has been. */
  delivered(): Promise<void> | undefined
  close(): void
}

/** The side that joined over TCP. */
export interface Channel {
  /** Resolves when everything that the other side had is here. */
  readonly ready: Promise<void>
  /** Bytes that wait to be written. */
  readonly queuedBytes: number
  /** Resolves when the other side has applied all that was changed here, and its answer is here. */
  barrier(): Promise<void>
  close(): void
}
