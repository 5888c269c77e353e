/** What is measured, by the verbs that the workloads need: each subject does them in its fastest documented way. */
import type { PipeEnd } from './pipe.js'
import type { TodoRecord, Update } from './records.js'

/** A library, or a floor. */
export interface Subject {
  readonly name: string
  /** One sentence for the table: what exactly is measured. */
  readonly about: string
  open(uid: string): Replica
}

export interface Replica {
  readonly uid: string
  /** Changes of single fields that came from elsewhere and were seen: told by an event and read, where there are events. */
  readonly applied: number
  /** Bytes that came over TCP. */
  readonly receivedBytes: number
  /** Has changes from elsewhere seen, from now on. */
  watch(): void
  create(record: TodoRecord): void
  update(update: Update): void
  /** All records, read as a program reads them. */
  records(): Iterable<TodoRecord>
  /** Joins another replica in this process. */
  connect(end: PipeEnd, uid: string): Channel
  /** Lets another replica join. */
  accept(end: PipeEnd): void
  /** Lets other replicas join over TCP; returns the port. */
  listen(): Promise<number>
  /** Joins the replica that listens at a port of this machine. */
  dial(port: number): Channel
  close(): Promise<void>
}

/** The side that joined. */
export interface Channel {
  /** Resolves when everything that the other side had is here. */
  readonly ready: Promise<void>
  /** Bytes that wait to be written. */
  readonly queuedBytes: number
  /** Resolves when the other side has applied all that was changed here, and its answer is here. */
  barrier(): Promise<void>
  close(): void
}
